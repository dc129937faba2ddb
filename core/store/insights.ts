import type { CalendarDay } from '../domain/calendar-day.ts';
import { calendarDay } from '../domain/calendar-day.ts';
import { inputsAt } from '../features/inputs.ts';
import type { CustomerStats } from '../features/stats.ts';
import type { Database } from '../ports/database.ts';
import type {
  DriversAnswer,
  GroupRow,
  Insights,
  PriorityRow,
  PropensityAnswer,
  SegmentReport,
} from '../ports/engine.ts';
import { insightOf } from '../scores/insight.ts';
import { type Looked, type Overview, overviewOf } from '../scores/overview.ts';
import { CRITERIA, type PriorityRule, priorityOf, type Standing } from '../scores/priority.ts';
import { propensityOf } from '../scores/propensity.ts';
import type { ScoringModel } from '../scores/scoring-model.ts';
import { FACTORS } from '../scores/train-drivers.ts';
import { type Sentences, say } from '../scores/words/index.ts';
import { traitsOf } from '../segments/describe-clusters.ts';
import { SEGMENTS } from '../segments/named-segments.ts';
import { ranksFromHighest } from '../segments/rank.ts';
import { championAt, modelOf } from './models.ts';

/** Customers read at a time for a ranking of the whole book. */
const CUSTOMERS_PER_READ = 20_000;
/** Customers whose contributions are computed for an overview, and models it compares with. */
const CUSTOMERS_LOOKED_AT = 500;
const EARLIER_MODELS = 3;
/** Later than any model. */
const EVER = calendarDay('9999-12-31');

/** Questions to a workspace's store that take the whole book, or a model, to answer. */
export function createInsights(database: Database, sentences: Sentences): Insights {
  return {
    segments: async () => {
      const model = await championAt(database, EVER);
      return model && segmentReport(database, model, sentences);
    },
    priorities: async ({ limit }) => {
      const model = await championAt(database, EVER);
      if (!model) return { method: 'weighted-sum', customers: [] };
      return { method: model.priority.method, customers: await priorities(database, model.priority, limit, sentences) };
    },
    drivers: async () => {
      const model = await championAt(database, EVER);
      return model && driversAnswer(model, sentences);
    },
    propensity: async (options) => {
      const model = await championAt(database, EVER);
      return model && propensityAnswer(database, model, options);
    },
    overview: async () => {
      const model = await championAt(database, EVER);
      return model && overview(database, model, sentences);
    },
    customer: async (customerId) => {
      const [row] = await database.query<{ as_of: CalendarDay; model_version: string; stats: CustomerStats }>(
        'select as_of, model_version, stats from scores where customer_id = $1::uuid',
        [customerId],
      );
      const model = row && (await modelOf(database, row.model_version));
      return row && model ? insightOf(model, row.stats, row.as_of, sentences) : null;
    },
  };
}

interface Group {
  id: string | null;
  customers: number;
  expected: number | null;
  at_risk: number | null;
  churn: number | null;
}

async function segmentReport(
  database: Database,
  model: ScoringModel,
  sentences: Sentences,
): Promise<SegmentReport | null> {
  const [newest] = await database.query<{ as_of: CalendarDay | null }>('select max(as_of) as as_of from scores');
  if (!newest?.as_of) return null;
  const groupsBy = (name: 'segment' | 'cluster') =>
    database.query<Group>(
      `select score->>'${name}' as id, count(*)::int as customers, sum((score->>'clv12m')::float8) as expected,
         sum((score->>'churnProbability')::float8 * (score->>'valueIfKept12m')::float8) filter (where lifecycle = 'active') as at_risk,
         avg((score->>'churnProbability')::float8) as churn
       from scores where lifecycle <> 'prospect' group by 1`,
    );
  const described = new Map(
    model.clusters?.clusters.map((cluster) => [
      cluster.id,
      say(sentences, { says: 'cluster', traits: traitsOf(cluster) }),
    ]),
  );
  return {
    asOf: newest.as_of,
    currency: model.currency,
    modelVersion: model.version,
    segments: rowsOf(await groupsBy('segment'), (id) => {
      const segment = SEGMENTS.find((known) => known === id);
      return segment
        ? {
            name: say(sentences, { says: 'segment-name', segment }),
            whatToDo: say(sentences, { says: 'segment-advice', segment }),
          }
        : { name: id, whatToDo: null };
    }),
    clusters: rowsOf(await groupsBy('cluster'), (id) => ({ name: described.get(id) ?? id, whatToDo: null })),
    clustersTried: model.clusters?.tried ?? [],
    rfmShares: model.report.rfm,
  };
}

function rowsOf(
  groups: readonly Group[],
  words: (id: string) => Pick<GroupRow, 'name' | 'whatToDo'>,
): readonly GroupRow[] {
  const customers = groups.reduce((sum, group) => sum + group.customers, 0);
  const value = groups.reduce((sum, group) => sum + (group.expected ?? 0), 0);
  return groups
    .flatMap(({ id, ...group }) => (id === null ? [] : [{ id, ...group }]))
    .sort((a, b) => (b.expected ?? 0) - (a.expected ?? 0) || (a.id < b.id ? -1 : 1))
    .map((group) => ({
      id: group.id,
      ...words(group.id),
      customers: group.customers,
      shareOfCustomers: group.customers / customers,
      expectedValue: (group.expected ?? 0).toFixed(2),
      shareOfValue: value > 0 ? (group.expected ?? 0) / value : 0,
      meanChurnProbability: group.churn,
      valueAtRisk: (group.at_risk ?? 0).toFixed(2),
      gainIfOneInTenStays: ((group.at_risk ?? 0) / 10).toFixed(2),
    }));
}

function driversAnswer(model: ScoringModel, sentences: Sentences): DriversAnswer {
  const { drivers, ...rest } = model.report.drivers;
  return {
    asOf: model.asOf,
    horizonDays: model.horizonDays,
    ...rest,
    drivers: drivers.map((driver) => {
      const { factor, leftWith, leftWithout } = driver;
      const known = FACTORS.find((each) => each === factor) ?? { did: factor.slice(factor.indexOf('/') + 1) };
      return { ...driver, sentence: say(sentences, { says: 'driver', factor: known, leftWith, leftWithout }) };
    }),
  };
}

async function propensityAnswer(
  database: Database,
  model: ScoringModel,
  { target, limit }: { target: string; limit: number },
): Promise<PropensityAnswer> {
  const propensity = model.propensities.find((each) => each.target.name === target);
  const likely: { customerId: string; name: string | null; probability: number }[] = [];
  for (let after: string | null = null; propensity; ) {
    const rows: { customer_id: string; name: string | null; as_of: CalendarDay; stats: CustomerStats }[] =
      await database.query(
        `select s.customer_id, c.name, s.as_of, s.stats from scores s join customers c on c.customer_id = s.customer_id
         where s.lifecycle <> 'prospect' and ($1::uuid is null or s.customer_id > $1::uuid)
         order by s.customer_id limit ${CUSTOMERS_PER_READ}`,
        [after],
      );
    for (const { customer_id: customerId, name, as_of, stats } of rows) {
      likely.push({ customerId, name, probability: propensityOf(propensity, inputsAt(stats, as_of, model.currency)) });
    }
    // Never more in memory than a page and the best so far.
    likely.sort((a, b) => b.probability - a.probability || (a.customerId < b.customerId ? -1 : 1)).splice(limit);
    after = rows.at(-1)?.customer_id ?? null;
    if (after === null) break;
  }
  return { horizonDays: model.horizonDays, targets: model.report.propensities, customers: likely };
}

async function overview(database: Database, model: ScoringModel, sentences: Sentences): Promise<Overview | null> {
  const customers = await database.query<{ as_of: CalendarDay; stats: CustomerStats; segment: Looked['segment'] }>(
    `select as_of, stats, score->>'segment' as segment from scores where lifecycle <> 'prospect'
     order by customer_id limit ${CUSTOMERS_LOOKED_AT}`,
  );
  if (customers.length === 0) return null;
  const versions = await database.query<{ model_version: string }>(
    'select model_version from models where model_version <> $1 order by as_of desc, trained_at desc limit $2',
    [model.version, EARLIER_MODELS],
  );
  const earlier = await Promise.all(versions.map((row) => modelOf(database, row.model_version)));
  const asOf = customers.reduce((latest, each) => (each.as_of > latest ? each.as_of : latest), model.asOf);
  return overviewOf([model, ...earlier.filter((each) => each !== null)], customers, asOf, sentences);
}

async function priorities(
  database: Database,
  rule: PriorityRule,
  limit: number,
  sentences: Sentences,
): Promise<readonly PriorityRow[]> {
  const customers = await allStandings(database);
  const ranks = (other: PriorityRule) => ranksFromHighest(customers.map(({ standing }) => priorityOf(other, standing)));
  const own = ranks(rule);
  const byOther = ranks({ ...rule, method: rule.method === 'topsis' ? 'weighted-sum' : 'topsis' });
  const doubled = CRITERIA.map((criterion) => ({
    criterion,
    ranks: ranks({ ...rule, weights: { ...rule.weights, [criterion]: 2 * rule.weights[criterion] } }),
  }));
  return customers
    .map((customer, index) => ({ customer, index, rank: own[index] ?? 0 }))
    .sort((a, b) => a.rank - b.rank || (a.customer.customer_id < b.customer.customer_id ? -1 : 1))
    .slice(0, limit)
    .map(({ customer, index, rank }) => ({
      customerId: customer.customer_id,
      name: customer.name,
      rank,
      priority: priorityOf(rule, customer.standing),
      rankByOtherMethod: byOther[index] ?? 0,
      rankIfDoubled: Object.fromEntries(doubled.map((each) => [each.criterion, each.ranks[index] ?? 0])),
      sensitivity: doubled
        .map((each) => ({ criterion: each.criterion, rank: each.ranks[index] ?? 0 }))
        .filter((each) => each.rank !== rank)
        .map((each) => say(sentences, { says: 'would-rank', ...each })),
    }));
}

async function allStandings(
  database: Database,
): Promise<readonly { customer_id: string; name: string | null; standing: Standing }[]> {
  const all: { customer_id: string; name: string | null; standing: Standing }[] = [];
  for (let after: string | null = null; ; ) {
    const rows: typeof all = await database.query(
      `select s.customer_id, c.name, s.score->'standing' as standing
       from scores s join customers c on c.customer_id = s.customer_id
       where jsonb_typeof(s.score->'standing') = 'object' and ($1::uuid is null or s.customer_id > $1::uuid)
       order by s.customer_id limit ${CUSTOMERS_PER_READ}`,
      [after],
    );
    for (const row of rows) all.push(row);
    after = rows.at(-1)?.customer_id ?? null;
    if (after === null) return all;
  }
}
