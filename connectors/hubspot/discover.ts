import { VendorError } from '../../core/domain/errors.ts';
import type {
  FieldDescription,
  FieldKind,
  ObjectDescription,
  PurchaseCandidate,
  SampleRow,
  StageCount,
  Survey,
} from '../../core/ports/survey.ts';
import { API_VERSION } from './api-versions.ts';
import type { HubSpotClient } from './client.ts';
import { mappingSlots } from './mapping-slots.ts';
import { describedPropertiesSchema, pageSchema, pipelinesSchema } from './replies.ts';
import type { HubSpotSettings } from './settings.ts';

type DescribedProperty = (typeof describedPropertiesSchema)['_output']['results'][number];

/** One condition of a search. https://developers.hubspot.com/docs/api-reference/search/guide */
export interface Filter {
  propertyName: string;
  operator: string;
  value?: string;
  highValue?: string;
  values?: readonly string[];
}

/** A look into a HubSpot account, for the choice of a mapping. */
export function createSurvey(client: HubSpotClient, settings: HubSpotSettings): Survey {
  const slots = mappingSlots(settings);
  return {
    slots,
    describe: async () => {
      const names = [...new Set(slots.map((slot) => slot.object))];
      const objects = await Promise.all(names.map((name) => describeObject(client, name)));
      return objects.filter((object) => object !== null);
    },
    purchases: () => purchases(client, settings),
    stages: () => stages(client, settings),
    sample: async (object, fields, rows) => {
      const page = await search(client, object, object === 'deals' ? wonDeals(settings) : [], fields, rows);
      return page.results.map(
        ({ id, properties }): SampleRow => ({
          id,
          ...Object.fromEntries(fields.map((name) => [name, properties[name] ?? null])),
        }),
      );
    },
  };
}

/** An object's properties; null when this app may not see it. https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide */
async function describeObject(client: HubSpotClient, object: string): Promise<ObjectDescription | null> {
  const reply = await unlessHidden(() =>
    client.call({ method: 'GET', path: `/crm/properties/${API_VERSION}/${object}`, reply: describedPropertiesSchema }),
  );
  return reply && { name: object, fields: reply.results.map(fieldOf) };
}

const KINDS: Readonly<Record<string, FieldKind>> = {
  number: 'number',
  string: 'text',
  phone_number: 'text',
  date: 'day',
  datetime: 'instant',
  bool: 'flag',
  enumeration: 'choice',
};

function fieldOf(property: DescribedProperty): FieldDescription {
  return {
    name: property.name,
    label: property.label ?? property.name,
    kind: kindOf(property),
    calculated: property.calculated === true || (property.fieldType ?? '').startsWith('calculation_'),
  };
}

function kindOf(property: DescribedProperty): FieldKind {
  // A choice among the account's owners: what it holds is an owner's id, whatever it shows.
  if (property.referencedObjectType === 'OWNER') return 'reference';
  if (property.fieldType === 'booleancheckbox') return 'flag';
  if (property.type === 'number' && property.showCurrencySymbol === true) return 'money';
  if (property.type === 'number' && property.numberDisplayHint === 'percentage') return 'percent';
  return KINDS[property.type] ?? 'other';
}

async function purchases(client: HubSpotClient, settings: HubSpotSettings): Promise<readonly PurchaseCandidate[]> {
  const { wonStages } = settings.deals;
  const deals = await search(client, 'deals', wonDeals(settings), [], 1);
  const orders = await unlessHidden(() => search(client, 'orders', [], [], 1));
  return [
    {
      what: wonStages.length === 0 ? 'deals that HubSpot counts as won' : `deals in stage ${wonStages.join(', ')}`,
      count: deals.total ?? 0,
      isRead: true,
      setting: null,
    },
    ...(orders === null
      ? []
      : [
          {
            what: 'order objects',
            count: orders.total ?? 0,
            isRead: settings.orders !== null,
            setting: settings.orders === null ? { path: ['orders'], value: {} } : null,
          },
        ]),
  ];
}

/**
 * The stages of all deal pipelines, counted by a search each. A stage is won where its probability is 1.
 * https://developers.hubspot.com/docs/api-reference/crm-pipelines-v3/guide
 */
async function stages(client: HubSpotClient, settings: HubSpotSettings): Promise<readonly StageCount[]> {
  const pipelines = await unlessHidden(() =>
    client.call({ method: 'GET', path: `/crm/pipelines/${API_VERSION}/deals`, reply: pipelinesSchema }),
  );
  const { wonStages } = settings.deals;
  const found: StageCount[] = [];
  for (const { id, label, metadata } of pipelines?.results.flatMap((pipeline) => pipeline.stages) ?? []) {
    const inStage = [{ propertyName: 'dealstage', operator: 'EQ', value: id }];
    const { total } = await search(client, 'deals', inStage, [], 1);
    const isWon = metadata?.isClosed === 'true' && Number(metadata.probability) === 1;
    found.push({
      id,
      label,
      count: total ?? 0,
      isWon,
      isRead: wonStages.length === 0 ? isWon : wonStages.includes(id),
    });
  }
  return found.sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1));
}

/** What a deal must be to count as a sale, as filters of a search. */
export function wonDeals({ deals: { wonStages } }: HubSpotSettings): readonly Filter[] {
  return wonStages.length === 0
    ? [{ propertyName: 'hs_is_closed_won', operator: 'EQ', value: 'true' }]
    : [{ propertyName: 'dealstage', operator: 'IN', values: wonStages }];
}

async function search(
  client: HubSpotClient,
  object: string,
  filters: readonly Filter[],
  properties: readonly string[],
  limit: number,
) {
  return client.call({
    method: 'POST',
    path: `/crm/objects/${API_VERSION}/${object}/search`,
    kind: 'search',
    body: {
      ...(filters.length > 0 && { filterGroups: [{ filters }] }),
      sorts: [{ propertyName: 'hs_object_id', direction: 'DESCENDING' }],
      properties,
      limit,
      after: '0',
    },
    reply: pageSchema,
  });
}

/** Null where the scope is missing or the account has no such object. */
async function unlessHidden<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof VendorError && (error.status === 403 || error.status === 404)) return null;
    throw error;
  }
}
