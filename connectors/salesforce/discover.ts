import type {
  FieldDescription,
  FieldKind,
  ObjectDescription,
  PurchaseCandidate,
  SampleRow,
  StageCount,
  Survey,
} from '../../core/ports/survey.ts';
import type { ObjectShape } from './describe.ts';
import { mappingSlots } from './mapping-slots.ts';
import type { Organisation } from './object-source.ts';
import { opportunityObject } from './pull-opportunities.ts';
import { query, queryRows } from './soql.ts';

/** A look into a Salesforce organisation, for the choice of a mapping. */
export function createSurvey(organisation: Organisation): Survey {
  const { client, describer, settings } = organisation;
  const slots = mappingSlots(settings);
  const won = opportunityObject(organisation).wanted;
  return {
    slots,
    describe: async () => {
      const names = [...new Set(slots.map((slot) => slot.object))];
      const shapes = await Promise.all(names.map((name) => describer.shapeOf(name)));
      return names.flatMap((name, index) => {
        const shape = shapes[index];
        return shape ? [describedAs(name, shape)] : [];
      });
    },
    purchases: () => purchases(organisation, won),
    stages: async () => {
      const rows = await queryRows(
        client,
        'SELECT StageName, IsWon, COUNT(Id) n FROM Opportunity GROUP BY StageName, IsWon',
        { resource: 'query' },
      );
      return rows
        .map((row): StageCount => {
          const id = String(row['StageName']);
          const isWon = row['IsWon'] === true;
          const isRead = settings.wonStages === null ? isWon : settings.wonStages.includes(id);
          return { id, label: id, count: Number(row['n']), isWon, isRead };
        })
        .sort(byCount);
    },
    sample: async (object, fields, rows) => {
      const select = [...new Set(['Id', ...fields])];
      const where = object === 'Opportunity' && won !== null ? ` WHERE ${won}` : '';
      const found = await queryRows(
        client,
        `SELECT ${select.join(', ')} FROM ${object}${where} ORDER BY SystemModstamp DESC LIMIT ${rows}`,
        { resource: 'query' },
      );
      return found.map(
        (row): SampleRow =>
          Object.fromEntries(select.map((name) => [name, row[name] == null ? null : String(row[name])])),
      );
    },
  };
}

function byCount(a: StageCount, b: StageCount): number {
  return b.count - a.count || (a.id < b.id ? -1 : 1);
}

/** https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm */
const KINDS: Readonly<Record<string, FieldKind>> = {
  currency: 'money',
  double: 'number',
  int: 'number',
  long: 'number',
  percent: 'percent',
  string: 'text',
  textarea: 'text',
  email: 'text',
  phone: 'text',
  url: 'text',
  picklist: 'choice',
  boolean: 'flag',
  date: 'day',
  datetime: 'instant',
  reference: 'reference',
  id: 'reference',
};

function describedAs(name: string, shape: ObjectShape): ObjectDescription {
  return {
    name,
    fields: [...shape].map(
      ([field, { label, type, calculated }]): FieldDescription => ({
        name: field,
        label: label || field,
        kind: KINDS[type] ?? 'other',
        calculated,
      }),
    ),
  };
}

async function purchases(organisation: Organisation, won: string | null): Promise<readonly PurchaseCandidate[]> {
  const { client, describer, settings } = organisation;
  const count = async (object: string, where: string | null) =>
    (
      await query(client, `SELECT COUNT() FROM ${object}${where === null ? '' : ` WHERE ${where}`}`, {
        resource: 'query',
      })
    ).total;
  const orders = await describer.shapeOf('Order');
  // One that was made from an opportunity is that opportunity's sale.
  const alone = orders?.has('OpportunityId') ? ' AND OpportunityId = null' : '';
  return [
    {
      what:
        settings.wonStages === null
          ? 'opportunities that the organisation counts as won'
          : `opportunities in stage ${settings.wonStages.join(', ')}`,
      count: await count('Opportunity', won),
      isRead: true,
      setting: null,
    },
    ...(orders === null
      ? []
      : [
          {
            what: 'activated orders without an opportunity',
            count: await count('Order', `StatusCode = 'Activated'${alone}`),
            isRead: settings.readOrders,
            setting: settings.readOrders ? null : { path: ['readOrders'], value: true },
          },
        ]),
  ];
}
