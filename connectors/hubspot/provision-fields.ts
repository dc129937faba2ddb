import { VendorError } from '../../core/domain/errors.ts';
import { type FieldCarrier, type FieldDefinition, isCarriedBy } from '../../core/domain/fields.ts';
import type { FieldProvisioner, ProvisionStep } from '../../core/ports/connector.ts';
import { API_VERSION } from './api-versions.ts';
import { batchesOf } from './batches.ts';
import type { HubSpotClient } from './client.ts';
import { vendorCodeOf } from './errors.ts';
import { PROPERTY_GROUP, propertyOf } from './mapping.ts';
import { groupSchema, groupsSchema, propertiesSchema, propertyBatchSchema } from './replies.ts';

const OBJECTS = { contacts: 'contact', companies: 'account', tickets: 'case' } as const satisfies Record<
  string,
  FieldCarrier
>;
type ObjectName = keyof typeof OBJECTS;

/** Creates our group and properties on contacts, companies and tickets where they are missing; an object without any is not touched. */
export function createFieldProvisioner(client: HubSpotClient): FieldProvisioner {
  return {
    provision: async (fields, { dryRun }) => {
      const steps: ProvisionStep[] = [];
      for (const [object, carrier] of Object.entries(OBJECTS) as [ObjectName, FieldCarrier][]) {
        const own = fields.filter((field) => isCarriedBy(carrier, field));
        if (own.length === 0) continue;
        const plan = await planFor(client, object, own);
        if (!dryRun) await carryOut(client, object, own, plan);
        steps.push(...plan);
      }
      return steps;
    },
  };
}

async function planFor(
  client: HubSpotClient,
  object: ObjectName,
  fields: readonly FieldDefinition[],
): Promise<readonly ProvisionStep[]> {
  const base = `/crm/properties/${API_VERSION}/${object}`;
  const groups = await client.call({ method: 'GET', path: `${base}/groups`, reply: groupsSchema });
  const properties = await client.call({ method: 'GET', path: base, reply: propertiesSchema });
  const present = new Map(properties.results.map((property) => [property.name, property]));
  const hasGroup = groups.results.some((group) => group.name === PROPERTY_GROUP.name);
  return [
    { what: 'group', name: PROPERTY_GROUP.name, on: object, outcome: hasGroup ? 'exists' : 'create', note: '' },
    ...fields.map((field): ProvisionStep => {
      const wanted = propertyOf(field);
      const found = present.get(wanted.name);
      const note = found ? conflict(field, wanted.type, found) : '';
      const outcome = !found ? 'create' : note === '' ? 'exists' : 'conflict';
      return { what: 'field', name: wanted.name, on: object, outcome, note };
    }),
  ];
}

/** What stands in the way of using a property that is there already; "" when nothing does. */
function conflict(
  field: FieldDefinition,
  wantedType: string,
  found: { type: string; options?: readonly { value: string }[] | null | undefined },
): string {
  if (found.type !== wantedType) {
    return `A property of this name has the type ${found.type}, expected ${wantedType}. Rename or delete it in HubSpot, then provision again.`;
  }
  if (field.type.type !== 'enum') return '';
  const options = new Set(found.options?.map((option) => option.value));
  const missing = field.type.options.filter((option) => !options.has(option.value)).map((option) => option.value);
  return missing.length === 0
    ? ''
    : `The property lacks the options ${missing.join(', ')}. Add them in HubSpot: until then such values are refused.`;
}

async function carryOut(
  client: HubSpotClient,
  object: ObjectName,
  fields: readonly FieldDefinition[],
  plan: readonly ProvisionStep[],
): Promise<void> {
  const base = `/crm/properties/${API_VERSION}/${object}`;
  const missing = new Set(plan.filter((step) => step.outcome === 'create').map((step) => step.name));
  if (missing.has(PROPERTY_GROUP.name)) {
    await unlessThere(() =>
      client.call({
        method: 'POST',
        path: `${base}/groups`,
        body: { ...PROPERTY_GROUP, displayOrder: -1 },
        reply: groupSchema,
      }),
    );
  }
  for (const inputs of batchesOf(fields.map(propertyOf).filter((property) => missing.has(property.name)))) {
    await unlessThere(async () => {
      const created = await client.call({
        method: 'POST',
        path: `${base}/batch/create`,
        body: { inputs },
        reply: propertyBatchSchema,
      });
      const fault = created.errors?.find(
        (error) => !/CONFLICT|EXISTS/.test(`${error.category} ${vendorCodeOf(error)}`),
      );
      if (fault) {
        throw new VendorError(
          `HubSpot refused a property on ${object}: ${fault.message ?? 'it gives no reason'}. Mend that and provision again.`,
          { retry: 'never', status: 207, vendorCode: vendorCodeOf(fault) },
        );
      }
    });
  }
}

/** Somebody else may have created it since it was looked for. */
async function unlessThere(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!(error instanceof VendorError && error.status === 409)) throw error;
  }
}
