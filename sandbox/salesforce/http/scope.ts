import type { ObjectType } from '../model/field.ts';
import type { Org } from '../org/org.ts';
import type { Row } from '../org/records.ts';
import type { Scope } from '../soql/resolve.ts';

/** The data API as a user sees it. */
export function dataScope(org: Org, userId: string): Scope {
  const { model, access, records } = org;
  return {
    model,
    access,
    userId,
    objectNamed: (name) => model.object(name),
    rows: (object) => records.table(object.name).values(),
    row: (object, id) => records.get(object.name, id),
    idsWhere: (object, field, value) => records.idsWhere(object.name, field, value),
  };
}

/** The Tooling API's two tables, made from the model. EntityDefinition ids are the objects' names. */
export function toolingScope(org: Org, userId: string): Scope {
  const { model, access } = org;
  const rows = (object: ObjectType): Row[] => (object.name === 'CustomField' ? customFieldRows(org) : entityRows(org));
  return {
    model,
    access,
    userId,
    objectNamed: (name) => model.toolingObject(name),
    rows,
    row: (object, id) => rows(object).find((row) => row.Id === id),
    idsWhere: (object, field, value) => rows(object).flatMap((row) => (row[field] === value ? [row.Id] : [])),
  };
}

function customFieldRows(org: Org): Row[] {
  return [...org.customFields.values()].map((field) => ({
    Id: field.Id,
    IsDeleted: false,
    DeveloperName: field.name.replace(/__c$/, ''),
    NamespacePrefix: null,
    TableEnumOrId: field.entity,
    EntityDefinitionId: field.entity,
    FullName: `${field.entity}.${field.name}`,
    ManageableState: 'unmanaged',
  }));
}

function entityRows(org: Org): Row[] {
  const row = (name: string, label: string, plural: string, prefix: string | null): Row => ({
    Id: name,
    IsDeleted: false,
    DurableId: name,
    QualifiedApiName: name,
    DeveloperName: name,
    Label: label,
    PluralLabel: plural,
    KeyPrefix: prefix,
    IsQueryable: name !== 'Activity',
    IsCustomizable: true,
  });
  const objects = [...org.model.objects()].map((object) =>
    row(object.name, object.label, object.labelPlural, object.keyPrefix),
  );
  return [row('Activity', 'Activity', 'Activities', null), ...objects];
}
