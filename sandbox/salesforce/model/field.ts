/** Fields and objects as the sandbox knows them; describe, SOQL and writes all read these. */

/** The describe types the sandbox has. */
export type FieldType =
  | 'id'
  | 'string'
  | 'textarea'
  | 'picklist'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'percent'
  | 'date'
  | 'datetime'
  | 'reference'
  | 'email'
  | 'phone'
  | 'url';

/** One choice of a picklist. */
export interface PicklistValue {
  value: string;
  label: string;
  defaultValue: boolean;
}

/** One field. `length` in characters for text; `precision` and `scale` in digits for numbers. */
export interface Field {
  name: string;
  label: string;
  type: FieldType;
  length: number;
  precision: number;
  scale: number;
  nillable: boolean;
  createable: boolean;
  updateable: boolean;
  /** True for a formula or a value Salesforce derives. */
  calculated: boolean;
  custom: boolean;
  externalId: boolean;
  unique: boolean;
  idLookup: boolean;
  filterable: boolean;
  sortable: boolean;
  nameField: boolean;
  /** Filled by Salesforce when a create leaves it out. */
  defaultValue: string | number | boolean | null;
  defaultedOnCreate: boolean;
  referenceTo: readonly string[];
  relationshipName: string | null;
  picklistValues: readonly PicklistValue[];
  restrictedPicklist: boolean;
}

/** One object. Field and relationship names are looked up without regard to case. */
export interface ObjectType {
  name: string;
  label: string;
  labelPlural: string;
  keyPrefix: string;
  createable: boolean;
  updateable: boolean;
  deletable: boolean;
  /** Setup objects are provisioning: their calls count as free. */
  setup: boolean;
  fields: Map<string, Field>;
  children: { relationshipName: string; object: string; field: string }[];
}

const NUMERIC: ReadonlySet<FieldType> = new Set(['int', 'double', 'currency', 'percent']);

/** True for the number types. */
export function isNumeric(field: Field): boolean {
  return NUMERIC.has(field.type);
}

const LENGTHS: Partial<Record<FieldType, number>> = {
  id: 18,
  reference: 18,
  email: 80,
  phone: 40,
  url: 255,
  picklist: 255,
  string: 255,
  textarea: 32000,
};

/** A writable, nillable field of a type, with whatever is told otherwise. Long text (over 255) cannot be filtered or sorted on. */
export function makeField(name: string, type: FieldType, told: Partial<Field> = {}): Field {
  const length = told.length ?? LENGTHS[type] ?? 0;
  const isLongText = type === 'textarea' && length > 255;
  const decimal = type === 'currency' || type === 'double' || type === 'percent';
  return {
    name,
    label: told.label ?? labelOf(name),
    type,
    length,
    precision: decimal ? 18 : 0,
    scale: type === 'currency' ? 2 : 0,
    nillable: type !== 'boolean' && type !== 'id',
    createable: true,
    updateable: true,
    calculated: false,
    custom: false,
    externalId: false,
    unique: false,
    idLookup: type === 'id',
    filterable: !isLongText,
    sortable: !isLongText,
    nameField: false,
    defaultValue: type === 'boolean' ? false : null,
    defaultedOnCreate: type === 'boolean',
    referenceTo: [],
    relationshipName: null,
    picklistValues: [],
    restrictedPicklist: false,
    ...told,
  };
}

/** A field nobody can write: kept by Salesforce itself. */
export function readOnly(name: string, type: FieldType, told: Partial<Field> = {}): Field {
  return makeField(name, type, { createable: false, updateable: false, ...told });
}

/** A lookup. The relationship is the field's name without `Id` unless told. */
export function lookup(name: string, referenceTo: readonly string[], told: Partial<Field> = {}): Field {
  const label = `${labelOf(name.replace(/Id$/, ''))} ID`;
  return makeField(name, 'reference', { label, referenceTo, relationshipName: name.replace(/Id$/, ''), ...told });
}

/** A picklist; the first value is the default when `told.defaultedOnCreate` is true. */
export function picklist(name: string, values: readonly string[], told: Partial<Field> = {}): Field {
  const isDefault = (index: number) => told.defaultedOnCreate === true && index === 0;
  return makeField(name, 'picklist', {
    picklistValues: values.map((value, index) => ({ value, label: value, defaultValue: isDefault(index) })),
    defaultValue: told.defaultedOnCreate === true ? (values[0] ?? null) : null,
    ...told,
  });
}

function labelOf(name: string): string {
  return name
    .replace(/__c$/, '')
    .replaceAll('_', ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2');
}
