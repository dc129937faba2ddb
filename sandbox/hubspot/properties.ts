import type { Kernel } from '../kernel/types.ts';
import { defaultProperties, OBJECT_TYPES, type ObjectType } from './catalogue.ts';
import { HubSpotError } from './errors.ts';

/** A property definition as HubSpot keeps it. */
export interface Property {
  name: string;
  label: string;
  description: string;
  type: string;
  fieldType: string;
  groupName: string;
  options: { value: string; label: string; displayOrder: number; hidden: boolean }[];
  archived: boolean;
  hubspotDefined: boolean;
  createdAt: string;
  updatedAt: string;
  [other: string]: unknown;
}

/** Which control a type of value may have (HubSpot's properties guide). */
const FIELD_TYPES: Readonly<Record<string, readonly string[]>> = {
  bool: ['booleancheckbox', 'calculation_equation'],
  enumeration: ['booleancheckbox', 'checkbox', 'radio', 'select', 'calculation_equation'],
  date: ['date'],
  datetime: ['date'],
  string: ['file', 'text', 'textarea', 'html', 'phonenumber', 'calculation_equation'],
  number: ['number', 'calculation_equation'],
  phone_number: ['phonenumber'],
};

/** Properties and groups of the account. */
export function propertyStore(kernel: Kernel) {
  const custom = kernel.table<Property>('hubspot.properties');
  const groups = kernel.table<Group & { objectType: ObjectType }>('hubspot.groups');
  const cache = new Map<ObjectType, Map<string, Property>>();
  const builtIn = new Map(
    OBJECT_TYPES.map((type) => [
      type,
      new Map(defaultProperties(type).map((each) => [each.name, systemProperty(each, type)])),
    ]),
  );
  const all = (type: ObjectType): ReadonlyMap<string, Property> => {
    let known = cache.get(type);
    if (!known) {
      known = new Map(builtIn.get(type));
      for (const property of custom.values()) if (property['objectType'] === type) known.set(property.name, property);
      cache.set(type, known);
    }
    return known;
  };
  return {
    all,
    create: (type: ObjectType, given: Record<string, unknown>): Property => {
      const text = (name: string) => (typeof given[name] === 'string' ? (given[name] as string) : '');
      for (const name of ['name', 'label', 'type', 'fieldType', 'groupName']) {
        if (text(name) === '')
          throw new HubSpotError(400, 'VALIDATION_ERROR', `Invalid input JSON: "${name}" is required`);
      }
      const name = text('name');
      if (!/^[a-z][a-z0-9_]{0,99}$/.test(name) || name.startsWith('hs_')) {
        throw new HubSpotError(
          400,
          'VALIDATION_ERROR',
          `Property name "${name}" should be lowercase and have less than 100 characters`,
        );
      }
      if (!FIELD_TYPES[text('type')]?.includes(text('fieldType'))) {
        throw new HubSpotError(
          400,
          'VALIDATION_ERROR',
          `Property fieldType "${text('fieldType')}" is not valid for type "${text('type')}"`,
        );
      }
      const group = groups.get(`${type}:${text('groupName')}`);
      if (!group && !text('groupName').endsWith('information')) {
        throw new HubSpotError(400, 'VALIDATION_ERROR', `Property group "${text('groupName')}" does not exist`);
      }
      const present = all(type).get(name);
      if (present && !present.archived)
        throw new HubSpotError(409, 'CONFLICT', `A property named '${name}' already exists.`);
      const options = (given['options'] as Property['options'] | undefined) ?? [];
      if (text('type') === 'enumeration' && options.length === 0) {
        throw new HubSpotError(400, 'VALIDATION_ERROR', 'Enumeration properties must have at least one option');
      }
      const at = kernel.now().toISOString();
      const property: Property = {
        displayOrder: -1,
        hasUniqueValue: false,
        hidden: false,
        formField: false,
        calculated: false,
        externalOptions: false,
        ...given,
        name,
        label: text('label'),
        description: text('description'),
        type: text('type'),
        fieldType: text('fieldType'),
        groupName: text('groupName'),
        options: options.map((option, index) => ({
          ...option,
          displayOrder: option.displayOrder ?? index,
          hidden: option.hidden ?? false,
        })),
        archived: false,
        hubspotDefined: false,
        createdAt: at,
        updatedAt: at,
        objectType: type,
      };
      custom.set(`${type}:${name}`, property);
      cache.delete(type);
      return property;
    },
    remove: (type: ObjectType, name: string): void => {
      custom.delete(`${type}:${name}`);
      cache.delete(type);
    },
    groups: (type: ObjectType) => [
      { name: 'contactinformation', label: 'Contact information', displayOrder: 0, archived: false },
      ...[...groups.values()].filter((group) => group.objectType === type).map(({ objectType: _, ...group }) => group),
    ],
    createGroup: (type: ObjectType, given: Record<string, unknown>) => {
      const { name, label } = given;
      if (typeof name !== 'string' || typeof label !== 'string' || name === '') {
        throw new HubSpotError(400, 'VALIDATION_ERROR', 'Invalid input JSON: "name" and "label" are required');
      }
      if (groups.get(`${type}:${name}`))
        throw new HubSpotError(409, 'CONFLICT', `A property group named '${name}' already exists.`);
      const group = { name, label, displayOrder: Number(given['displayOrder'] ?? -1), archived: false };
      groups.set(`${type}:${name}`, { ...group, objectType: type });
      return group;
    },
    removeGroup: (type: ObjectType, name: string): void => {
      groups.delete(`${type}:${name}`);
    },
  };
}

/** A group of properties. */
interface Group {
  name: string;
  label: string;
  displayOrder: number;
  archived: boolean;
}

function systemProperty({ name, type }: { name: string; type: string }, object: ObjectType): Property {
  const fieldType = { number: 'number', datetime: 'date', bool: 'booleancheckbox' }[type] ?? 'text';
  return {
    name,
    label: name,
    description: '',
    type,
    fieldType,
    groupName: `${object.replace(/s$/, '')}information`,
    options: [],
    archived: false,
    hubspotDefined: true,
    createdAt: '2020-01-01T00:00:00.000Z',
    updatedAt: '2020-01-01T00:00:00.000Z',
    displayOrder: -1,
    calculated: false,
    externalOptions: false,
    hasUniqueValue: false,
    hidden: false,
    formField: false,
  };
}
