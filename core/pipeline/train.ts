import type { CalendarDay } from '../domain/calendar-day.ts';
import { termsKnownOn } from '../features/contract.ts';
import { type SourceRank, settle } from '../features/settle.ts';
import { type CustomerStats, summarise } from '../features/stats.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database } from '../ports/database.ts';
import type { ScoringModel } from '../scores/scoring-model.ts';
import type { ScoringSettings } from '../scores/settings.ts';
import { type TrainingCustomer, trainScoringModel } from '../scores/train.ts';
import { type CustomerHistory, readHistories } from '../store/history.ts';
import { keepModel } from '../store/models.ts';
import { inTurn } from '../store/turn.ts';

/** Customers whose history is read for churn windows and percentile tables: enough for both, whatever the size of the book. */
const SAMPLE_CUSTOMERS = 20_000;
const CUSTOMERS_PER_READ = 2_000;

/** Step 4: trains on everything known up to asOf and keeps the model as champion. */
export async function train(
  database: Database,
  context: {
    asOf: CalendarDay;
    currency: string;
    settings?: ScoringSettings;
    /** The champion so far. */
    previous: ScoringModel | null;
    rank: SourceRank;
    clock: Clock;
    onProgress?: (what: string) => void;
  },
): Promise<ScoringModel> {
  context.onProgress?.('history');
  const population = await allStats(database);
  const sample = await sampleCustomers(database, context.asOf, context.rank);
  const model = trainScoringModel(population, sample, {
    asOf: context.asOf,
    currency: context.currency,
    previous: context.previous,
    ...(context.settings && { settings: context.settings }),
    ...(context.onProgress && { onProgress: context.onProgress }),
  });
  await inTurn(database, (sql) => keepModel(sql, model, context.clock.now()));
  return model;
}

async function allStats(database: Database): Promise<readonly CustomerStats[]> {
  const all: CustomerStats[] = [];
  for (let after: string | null = null; ; ) {
    const rows: { customer_id: string; stats: CustomerStats }[] = await database.query(
      `select customer_id, stats from customer_stats where $1::uuid is null or customer_id > $1::uuid
       order by customer_id limit ${CUSTOMERS_PER_READ * 5}`,
      [after],
    );
    for (const row of rows) all.push(row.stats);
    after = rows.at(-1)?.customer_id ?? null;
    if (after === null) return all;
  }
}

/** The customers with the lowest ids: ids are hashes, so this is a random sample that stays the same from run to run. */
async function sampleCustomers(
  database: Database,
  asOf: CalendarDay,
  rank: SourceRank,
): Promise<readonly TrainingCustomer[]> {
  const ids = (
    await database.query<{ customer_id: string }>(
      `select customer_id from customer_stats order by customer_id limit ${SAMPLE_CUSTOMERS}`,
    )
  ).map((row) => row.customer_id);
  const sample: TrainingCustomer[] = [];
  for (let start = 0; start < ids.length; start += CUSTOMERS_PER_READ) {
    const histories = await readHistories(database, ids.slice(start, start + CUSTOMERS_PER_READ));
    for (const history of histories) sample.push(trainingCustomer(history, asOf, rank));
  }
  return sample;
}

/** What training reads of a customer, from facts up to asOf. */
export function trainingCustomer(history: CustomerHistory, asOf: CalendarDay, rank: SourceRank): TrainingCustomer {
  const terms = termsKnownOn(history.terms, asOf);
  return {
    statsAt: (day) => {
      // What a window saw on its day: refunds later than it do not exist yet.
      const settlement = settle(history.transactions, day, rank);
      return summarise(settlement.days, history.events, day, settlement, terms);
    },
    terms,
    purchaseDays: settle(history.transactions, asOf, rank).days.map((purchase) => purchase.day),
    purchasesAt: (day) => settle(history.transactions, day, rank).days,
  };
}
