import type { CalendarDay } from '../domain/calendar-day.ts';
import { termsKnownOn } from '../features/contract.ts';
import { type SourceRank, settle } from '../features/settle.ts';
import { type CustomerStats, summarise } from '../features/stats.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database } from '../ports/database.ts';
import {
  compareDefinitions,
  type DefinitionChange,
  inWords,
  proposedRule,
  sameRule,
  USUAL_CHURN,
} from '../scores/churn-definition.ts';
import type { ChurnSettings, LeavingRule } from '../scores/leaving.ts';
import { measureMargin } from '../scores/margin.ts';
import type { ScoringModel } from '../scores/scoring-model.ts';
import type { ScoringSettings } from '../scores/settings.ts';
import { type TrainingCustomer, trainScoringModel } from '../scores/train.ts';
import { type CustomerHistory, readHistories } from '../store/history.ts';
import { bookMargin } from '../store/margins.ts';
import { championAt, keepModel } from '../store/models.ts';
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
    /** What the workspace calls leaving; the usual settings when absent. */
    churn?: ChurnSettings;
    /** Goes over to a definition that differs from the champion's, instead of keeping that. */
    acceptDefinition?: boolean;
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
  const { rule, notes } = ruleOf(sample, context);
  const model = trainScoringModel(population, sample, {
    rule,
    notes,
    asOf: context.asOf,
    currency: context.currency,
    previous: context.previous,
    margin: measureMargin(await bookMargin(database, context.asOf)),
    ...(context.settings && { settings: context.settings }),
    ...(context.onProgress && { onProgress: context.onProgress }),
  });
  await inTurn(database, (sql) => keepModel(sql, model, context.clock.now()));
  return model;
}

/** The definition to train by. Another one than the champion's is a new question, and waits until it is accepted. */
function ruleOf(
  sample: readonly TrainingCustomer[],
  { churn = USUAL_CHURN, acceptDefinition, previous }: Parameters<typeof train>[1],
): { rule: LeavingRule; notes: readonly string[] } {
  const wished = proposedRule(churn, sample);
  if (!previous || acceptDefinition || sameRule(previous, wished)) return { rule: wished, notes: [] };
  const { definition, horizonDays } = previous;
  return {
    rule: { definition, horizonDays },
    notes: [
      `Leaving stays defined as ${inWords(previous)}, as scores have it so far; settings and book ask for ${inWords(wished)}. "staypower train" shows what that would change.`,
    ],
  };
}

/** How the definition of leaving that a training would take up differs from the champion's; null when it does not. */
export async function definitionChange(
  database: Database,
  context: { asOf: CalendarDay; currency: string; churn: ChurnSettings; rank: SourceRank },
): Promise<DefinitionChange | null> {
  const { asOf, currency, churn, rank } = context;
  const champion = await championAt(database, asOf);
  if (!champion) return null;
  const sample = await sampleCustomers(database, asOf, rank);
  const wished = proposedRule(churn, sample);
  return sameRule(champion, wished) ? null : compareDefinitions(champion, wished, sample, { asOf, currency });
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

async function sampleCustomers(
  database: Database,
  asOf: CalendarDay,
  rank: SourceRank,
): Promise<readonly TrainingCustomer[]> {
  return (await sampleHistories(database)).map((history) => trainingCustomer(history, asOf, rank));
}

/** Histories of the customers with the lowest ids: ids are hashes, so this is a random sample that stays the same from run to run. */
export async function sampleHistories(database: Database): Promise<readonly CustomerHistory[]> {
  const ids = (
    await database.query<{ customer_id: string }>(
      `select customer_id from customer_stats order by customer_id limit ${SAMPLE_CUSTOMERS}`,
    )
  ).map((row) => row.customer_id);
  const sample: CustomerHistory[] = [];
  for (let start = 0; start < ids.length; start += CUSTOMERS_PER_READ) {
    sample.push(...(await readHistories(database, ids.slice(start, start + CUSTOMERS_PER_READ))));
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
