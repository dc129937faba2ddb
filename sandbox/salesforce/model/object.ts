import { type Field, lookup, makeField, type ObjectType, readOnly } from './field.ts';

/** What an object's definition tells beyond its own fields. */
export interface ObjectTold {
  label?: string;
  labelPlural?: string;
  createable?: boolean;
  updateable?: boolean;
  deletable?: boolean;
  setup?: boolean;
  /** Objects that merge: Account and Contact. */
  merges?: boolean;
}

/** An object with its own fields and the system fields every object has. */
export function makeObject(
  name: string,
  keyPrefix: string,
  fields: readonly Field[],
  told: ObjectTold = {},
): ObjectType {
  const label = told.label ?? name.replace(/([a-z])([A-Z])/g, '$1 $2');
  const all = [
    readOnly('Id', 'id', { label: `${label} ID`, defaultedOnCreate: true }),
    readOnly('IsDeleted', 'boolean', { label: 'Deleted' }),
    ...(told.merges ? [lookup('MasterRecordId', [name], { createable: false, updateable: false })] : []),
    ...fields,
    readOnly('CreatedDate', 'datetime', { nillable: false, defaultedOnCreate: true }),
    lookup('CreatedById', ['User'], { createable: false, updateable: false, nillable: false, defaultedOnCreate: true }),
    readOnly('LastModifiedDate', 'datetime', { nillable: false, defaultedOnCreate: true }),
    lookup('LastModifiedById', ['User'], {
      createable: false,
      updateable: false,
      nillable: false,
      defaultedOnCreate: true,
    }),
    readOnly('SystemModstamp', 'datetime', { nillable: false, defaultedOnCreate: true }),
  ];
  return {
    name,
    label,
    labelPlural: told.labelPlural ?? (label.endsWith('y') ? `${label.slice(0, -1)}ies` : `${label}s`),
    keyPrefix,
    createable: told.createable ?? true,
    updateable: told.updateable ?? told.createable ?? true,
    deletable: told.deletable ?? told.createable ?? true,
    setup: told.setup ?? false,
    fields: new Map(all.map((field) => [field.name.toLowerCase(), field])),
    children: [],
  };
}

/** The owner every sales object has; the running user when a create leaves it out. */
export function ownerField(): Field {
  return lookup('OwnerId', ['User'], { nillable: false, defaultedOnCreate: true });
}

/** The five fields of a postal address. */
export function address(prefix: string): Field[] {
  return [
    makeField(`${prefix}Street`, 'textarea', { length: 255 }),
    makeField(`${prefix}City`, 'string', { length: 40 }),
    makeField(`${prefix}State`, 'string', { length: 80 }),
    makeField(`${prefix}PostalCode`, 'string', { length: 20 }),
    makeField(`${prefix}Country`, 'string', { length: 80 }),
  ];
}
