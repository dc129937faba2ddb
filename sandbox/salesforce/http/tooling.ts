import { notFound, SalesforceError } from '../errors.ts';
import { makeId, normaliseId } from '../ids.ts';
import { customField, type FieldMetadata } from '../model/custom-field.ts';
import { targets } from '../model/model.ts';
import type { CustomFieldRow } from '../org/org.ts';
import { type Call, isObject, jsonBody, textOf } from './call.ts';

const FULL_NAME = /^(\w+)\.([A-Za-z]\w*)__c$/;
const MAX_NAME = 40;

/** POST /tooling/sobjects/CustomField {FullName: "Contact.X__c", Metadata}: 201; the field is invisible until granted. */
export async function createCustomField(call: Call): Promise<void> {
  const body = await jsonBody(call.req);
  const row = readField(call, body);
  call.org.addCustomField(row);
  call.say({ operation: 'free' });
  call.res
    .status(201)
    .set('Location', `${call.basePath}/tooling/sobjects/CustomField/${row.Id}`)
    .json({ id: row.Id, success: true, errors: [], warnings: [], infos: [] });
}

/** GET /tooling/sobjects/CustomField/{id}, with Metadata. */
export function readCustomField(call: Call): void {
  const row = fieldOf(call);
  call.say({ operation: 'free' });
  call.res.json({
    attributes: { type: 'CustomField', url: `${call.basePath}/tooling/sobjects/CustomField/${row.Id}` },
    Id: row.Id,
    DeveloperName: row.name.replace(/__c$/, ''),
    TableEnumOrId: row.entity,
    NamespacePrefix: null,
    FullName: `${row.entity}.${row.name}`,
    Metadata: row.metadata,
  });
}

/** DELETE /tooling/sobjects/CustomField/{id}: 204; its values and permissions go with it. */
export function deleteCustomField(call: Call): void {
  const row = fieldOf(call);
  const { org } = call;
  for (const object of targets(row.entity)) {
    org.records.dropField(object, row.name);
    for (const permission of [...org.records.table('FieldPermissions').values()]) {
      if (permission.Field === `${object}.${row.name}`) org.records.remove('FieldPermissions', permission.Id);
    }
  }
  org.model.removeField(row.entity, row.name);
  org.customFields.delete(row.Id);
  call.say({ operation: 'free' });
  call.res.status(204).end();
}

function fieldOf(call: Call): CustomFieldRow {
  const row = call.org.customFields.get(normaliseId(textOf(call.req.params.id)) ?? '');
  if (row === undefined) throw notFound();
  return row;
}

function readField(call: Call, body: Record<string, unknown>): CustomFieldRow {
  const fullName = textOf(body.FullName);
  const [, entity = '', developerName = ''] = FULL_NAME.exec(fullName) ?? [];
  if (entity === '' || developerName.length > MAX_NAME || developerName.includes('__') || developerName.endsWith('_')) {
    throw new SalesforceError(
      400,
      'FIELD_INTEGRITY_EXCEPTION',
      `FullName must be Object.Name__c with a name of letters, digits and single underscores, at most ${MAX_NAME} long; it was "${fullName}"`,
      ['FullName'],
    );
  }
  const object = targets(entity).map((name) => call.org.model.object(name))[0];
  // Task and Event have no fields of their own: both take those of Activity.
  if (object === undefined || object.setup || /^(?:task|event)$/i.test(entity)) {
    throw new SalesforceError(
      400,
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      `Entity Enumeration Or ID: bad value for restricted picklist field: ${entity}`,
      ['TableEnumOrId'],
    );
  }
  const metadata = body.Metadata;
  if (!isObject(metadata) || typeof metadata.label !== 'string' || typeof metadata.type !== 'string') {
    throw new SalesforceError(400, 'FIELD_INTEGRITY_EXCEPTION', 'Metadata needs a label and a type', ['Metadata']);
  }
  const name = `${developerName}__c`;
  if (object.fields.has(name.toLowerCase())) {
    throw new SalesforceError(
      400,
      'DUPLICATE_DEVELOPER_NAME',
      `There is already a field named ${developerName} on ${entity}.`,
      ['DeveloperName'],
    );
  }
  const told = metadata as unknown as FieldMetadata;
  customField(name, told);
  const id = makeId('00N', call.org.kernel.nextNumber('salesforce.id.00N'));
  return { Id: id, entity: /^activity$/i.test(entity) ? 'Activity' : object.name, name, metadata: told };
}
