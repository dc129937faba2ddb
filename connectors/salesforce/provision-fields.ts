import { z } from 'zod';
import { VendorError } from '../../core/domain/errors.ts';
import { type FieldCarrier, type FieldDefinition, type FieldType, isCarriedBy } from '../../core/domain/fields.ts';
import type { ProvisionStep } from '../../core/ports/connector.ts';
import type { SalesforceClient } from './client.ts';
import type { FieldShape } from './describe.ts';
import { apiNameOf } from './mapping.ts';
import type { Organisation } from './object-source.ts';
import { grantFields } from './permission-set.ts';
import { queryRows, within } from './soql.ts';

/** The objects that carry fields of ours, and what they are to the product. */
export const CARRIERS = { Contact: 'contact', Account: 'account', Case: 'case' } as const satisfies Record<
  string,
  FieldCarrier
>;
type ObjectName = keyof typeof CARRIERS;

/** One of our fields on one object. */
interface FieldPlace {
  object: ObjectName;
  /** With `__c`. */
  name: string;
  definition: FieldDefinition;
}

const toolingField = z.object({
  Metadata: z.looseObject({
    type: z.string(),
    length: z.number().nullish(),
    precision: z.number().nullish(),
    scale: z.number().nullish(),
    valueSet: z
      .looseObject({
        valueSetDefinition: z
          .looseObject({
            value: z.array(z.looseObject({ fullName: z.string().nullish(), valueName: z.string().nullish() })),
          })
          .nullish(),
      })
      .nullish(),
  }),
});

/**
 * Creates our fields on Contact, Account and Case, and lets the integration user see them: a field made through the API is visible to
 * nobody, not even to its maker, until a permission set grants it. The set "Staypower" is ours alone; assigning it to the people who
 * shall see the scores is left to the admin. A field of the same name that is of another kind is left alone and reported.
 */
export async function provisionFields(
  organisation: Organisation,
  definitions: readonly FieldDefinition[],
  { dryRun }: { dryRun: boolean },
): Promise<readonly ProvisionStep[]> {
  const { client, describer } = organisation;
  describer.forget();
  const places = (Object.entries(CARRIERS) as [ObjectName, FieldCarrier][]).flatMap(([object, carrier]) =>
    definitions
      .filter((definition) => isCarriedBy(carrier, definition))
      .map((definition): FieldPlace => ({ object, name: apiNameOf(definition), definition })),
  );
  const existing = await existingFields(organisation, places);
  const steps = new Map<FieldPlace, ProvisionStep>();
  for (const place of places) {
    const found = existing.get(`${place.object}.${place.name}`);
    const fault = found === undefined ? null : conflictOf(place.definition.type, found);
    const outcome = found === undefined ? 'create' : fault === null ? 'exists' : 'conflict';
    if (outcome === 'create' && !dryRun) await createField(client, place);
    steps.set(place, { what: 'field', name: place.name, on: place.object, outcome, note: fault ?? '' });
  }
  const usable = places.filter((place) => steps.get(place)?.outcome !== 'conflict');
  const permissions = await grantFields(client, usable, { dryRun });
  if (!dryRun) describer.forget();
  return [...steps.values(), ...permissions];
}

type Found = Pick<FieldShape, 'type' | 'length' | 'precision' | 'scale'> & { values: readonly string[] };

/** Our fields that are there: by the description where they are visible, else one by one from the setup. */
async function existingFields(
  { client, describer }: Organisation,
  places: readonly FieldPlace[],
): Promise<ReadonlyMap<string, Found>> {
  const found = new Map<string, Found>();
  const objects = [...new Set(places.map((place) => place.object))];
  for (const object of objects) {
    for (const [name, shape] of (await describer.shapeOf(object)) ?? []) {
      found.set(`${object}.${name}`, { ...shape, values: shape.picklistValues.map((choice) => choice.value) });
    }
  }
  const hidden = places.filter((place) => !found.has(`${place.object}.${place.name}`));
  if (hidden.length === 0) return found;
  const names = [...new Set(hidden.map((place) => place.name.replace(/__c$/, '')))];
  const rows = await queryRows(
    client,
    `SELECT Id, DeveloperName, TableEnumOrId FROM CustomField WHERE NamespacePrefix = null AND ${within('TableEnumOrId', objects)} AND ${within('DeveloperName', names)}`,
    { resource: 'tooling/query' },
  );
  for (const row of rows) {
    const { body } = await client.call({ method: 'GET', path: `/tooling/sobjects/CustomField/${String(row['Id'])}` });
    const { Metadata: metadata } = toolingField.parse(body);
    found.set(`${String(row['TableEnumOrId'])}.${String(row['DeveloperName'])}__c`, {
      type: DESCRIBED_AS[metadata.type] ?? metadata.type,
      length: metadata.length ?? 0,
      precision: metadata.precision ?? 0,
      scale: metadata.scale ?? 0,
      values: (metadata.valueSet?.valueSetDefinition?.value ?? []).flatMap(
        (value) => value.fullName ?? value.valueName ?? [],
      ),
    });
  }
  return found;
}

/** How a metadata type reads in a description. */
const DESCRIBED_AS: Readonly<Record<string, string>> = {
  Text: 'string',
  LongTextArea: 'textarea',
  Number: 'double',
  Picklist: 'picklist',
  Date: 'date',
  DateTime: 'datetime',
};

/** Digits of our Number fields, the decimals among them. */
const PRECISION = 18;
/** Salesforce has no long text below this. */
const SHORTEST_LONG_TEXT = 256;

/** Why a field that is there cannot hold our values; null when it can. */
function conflictOf(type: FieldType, found: Found): string | null {
  const { type: wanted, length = 0, scale = 0, valueSet } = metadataOf(type);
  const missing = (valueSet?.valueSetDefinition.value ?? [])
    .map((value) => value.fullName)
    .filter((value) => !found.values.includes(value));
  const is = `There is a field of this name`;
  const remedy = 'Delete or rename it, then provision again.';
  if (found.type !== DESCRIBED_AS[wanted]) return `${is} of type ${found.type}, not ${wanted}. ${remedy}`;
  if (found.length < length) return `${is} of ${found.length} characters, not ${length}. Lengthen it.`;
  if (wanted === 'Number' && found.scale < scale)
    return `${is} with ${found.scale} decimals, not ${scale}. Give it more.`;
  return missing.length > 0 ? `${is} without the values ${missing.join(', ')}. Add them.` : null;
}

/** What Salesforce's metadata says of a field, names and labels apart. */
export interface FieldMetadata {
  type: string;
  length?: number;
  precision?: number;
  scale?: number;
  visibleLines?: number;
  valueSet?: {
    restricted: boolean;
    valueSetDefinition: { sorted: boolean; value: readonly { fullName: string; label: string; default: boolean }[] };
  };
}

/** A field as Salesforce's metadata has it: the same whether it is made through the API or deployed with the package. */
export function metadataOf(type: FieldType): FieldMetadata {
  switch (type.type) {
    case 'number':
      return { type: 'Number', precision: PRECISION, scale: type.scale };
    case 'text':
      return { type: 'Text', length: type.maxLength };
    case 'longText':
      return { type: 'LongTextArea', length: Math.max(type.maxLength, SHORTEST_LONG_TEXT), visibleLines: 4 };
    case 'enum':
      return {
        type: 'Picklist',
        valueSet: {
          restricted: true,
          valueSetDefinition: {
            sorted: false,
            value: type.options.map(({ value, label }) => ({ fullName: value, label, default: false })),
          },
        },
      };
    case 'day':
      return { type: 'Date' };
    case 'instant':
      return { type: 'DateTime' };
  }
}

/** https://developer.salesforce.com/docs/atlas.en-us.api_tooling.meta/api_tooling/tooling_api_objects_customfield.htm */
async function createField(client: SalesforceClient, { object, name, definition }: FieldPlace): Promise<void> {
  const { label, description, type } = definition;
  try {
    await client.call({
      method: 'POST',
      path: '/tooling/sobjects/CustomField',
      body: {
        FullName: `${object}.${name}`,
        Metadata: { ...metadataOf(type), label, description, inlineHelpText: description, required: false },
      },
    });
  } catch (error) {
    // A repeat after a lost reply finds it there.
    if (!(error instanceof VendorError) || !error.vendorCode.startsWith('DUPLICATE')) throw error;
  }
}
