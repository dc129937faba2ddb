import type { CalendarDay } from '../domain/calendar-day.ts';
import { inputsAt } from '../features/inputs.ts';
import type { CustomerStats } from '../features/stats.ts';
import type { Database } from '../ports/database.ts';
import type { PriorityRow, PropensityAnswer } from '../ports/engine.ts';
import { CRITERIA, type PriorityRule, priorityOf, type Standing } from '../scores/priority.ts';
import { propensityOf } from '../scores/propensity.ts';
import type { ScoringModel } from '../scores/scoring-model.ts';
import { type Sentences, say } from '../scores/words/index.ts';
import { ranksFromHighest } from '../segments/rank.ts';

/** Customers read at a time for a ranking of the whole book. */
const CUSTOMERS_PER_READ = 20_000;

/** The first customers by priority, with the ranks that other ways of weighing would give them. */
export async function priorities(
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

/** The customers most likely to do something, by the model's propensity for it. */
export async function propensityAnswer(
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
