import { SalesforceError } from '../errors.ts';
import { type Field, makeField, picklist } from './field.ts';

/** The `Metadata` of a Tooling API CustomField, as far as the sandbox reads it. */
export interface FieldMetadata {
  label: string;
  type: string;
  /** Makes it a formula of that type. The sandbox evaluates none: POST /_sandbox/salesforce/recalculate says what one comes to. */
  formula?: string;
  length?: number;
  precision?: number;
  scale?: number;
  required?: boolean;
  unique?: boolean;
  externalId?: boolean;
  defaultValue?: unknown;
  description?: string;
  inlineHelpText?: string;
  visibleLines?: number;
  valueSet?: {
    restricted?: boolean;
    valueSetDefinition?: { value?: { fullName?: string; label?: string; default?: boolean }[] };
  };
}

function need(metadata: FieldMetadata, name: 'length' | 'precision' | 'scale'): number {
  const value = metadata[name];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw new SalesforceError(
    400,
    'FIELD_INTEGRITY_EXCEPTION',
    `You must specify a ${name} for a ${metadata.type} field`,
    ['Metadata'],
  );
}

function number(metadata: FieldMetadata): Partial<Field> {
  const precision = need(metadata, 'precision');
  const scale = need(metadata, 'scale');
  if (precision < 1 || precision > 18 || scale > precision) {
    throw new SalesforceError(400, 'FIELD_INTEGRITY_EXCEPTION', 'Precision must be 1 to 18 and not below the scale', [
      'Metadata',
    ]);
  }
  return { precision, scale };
}

function text(metadata: FieldMetadata, longest: number): Partial<Field> {
  const length = need(metadata, 'length');
  if (length < 1 || length > longest) {
    throw new SalesforceError(400, 'FIELD_INTEGRITY_EXCEPTION', `Length must be between 1 and ${longest}`, [
      'Metadata',
    ]);
  }
  return { length };
}

/**
 * The describe field of a custom field. `name` ends in `__c`.
 * @throws SalesforceError 400 for a missing or impossible size, or for a type the sandbox does not have.
 */
export function customField(name: string, metadata: FieldMetadata): Field {
  const common: Partial<Field> = {
    label: metadata.label,
    custom: true,
    nillable: metadata.required !== true,
    unique: metadata.unique === true,
    externalId: metadata.externalId === true,
    idLookup: metadata.externalId === true,
    ...(metadata.formula !== undefined && { calculated: true, createable: false, updateable: false }),
  };
  switch (metadata.type) {
    case 'Text':
      return makeField(name, 'string', { ...common, ...text(metadata, 255) });
    case 'TextArea':
      return makeField(name, 'textarea', { ...common, length: 255 });
    case 'LongTextArea':
      return makeField(name, 'textarea', { ...common, ...text(metadata, 131_072), filterable: false, sortable: false });
    case 'Number':
      return makeField(name, 'double', { ...common, ...number(metadata) });
    case 'Currency':
      return makeField(name, 'currency', { ...common, ...number(metadata) });
    case 'Percent':
      return makeField(name, 'percent', { ...common, ...number(metadata) });
    case 'Checkbox':
      return makeField(name, 'boolean', {
        ...common,
        nillable: false,
        defaultValue: String(metadata.defaultValue) === 'true',
      });
    case 'Date':
      return makeField(name, 'date', common);
    case 'DateTime':
      return makeField(name, 'datetime', common);
    case 'Email':
      return makeField(name, 'email', common);
    case 'Phone':
      return makeField(name, 'phone', common);
    case 'Url':
      return makeField(name, 'url', common);
    case 'Picklist': {
      const values = metadata.valueSet?.valueSetDefinition?.value ?? [];
      const chosen = values.find((value) => value.default === true)?.fullName ?? null;
      return picklist(name, [], {
        ...common,
        picklistValues: values.map((value) => ({
          value: value.fullName ?? '',
          label: value.label ?? value.fullName ?? '',
          defaultValue: value.default === true,
        })),
        restrictedPicklist: metadata.valueSet?.restricted === true,
        defaultValue: chosen,
      });
    }
    default:
      throw new SalesforceError(
        400,
        'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
        `Type: bad value for restricted picklist field: ${metadata.type}`,
        ['Metadata'],
      );
  }
}
