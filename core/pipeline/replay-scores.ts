import type { CalendarDay } from '../domain/calendar-day.ts';
import { stableJson } from '../domain/stable-json.ts';
import type { SourceRank } from '../features/settle.ts';
import type { CustomerStats } from '../features/stats.ts';
import { differingParts, type ScoreInputs, scoreAgain } from '../learning/score-inputs.ts';
import type { Sql } from '../ports/database.ts';
import type { Score } from '../scores/score.ts';
import type { ScoringModel } from '../scores/scoring-model.ts';
import { readDataFaults } from '../store/data-faults.ts';
import { readHistories } from '../store/history.ts';
import { modelOf } from '../store/models.ts';
import { statsAt } from './features.ts';

type KeptScore = Omit<Score, 'explanations'>;

/** A past score made again. */
export interface ReplayedScore {
  customerId: string;
  asOf: CalendarDay;
  modelVersion: string;
  kept: KeptScore;
  /** `inputs`: from what it was made of then; `facts`: from what is known of that day now, for a row of an earlier version. */
  from: 'inputs' | 'facts';
  /** Null where the model, or the one of the score before, is no more on record in today's format. */
  replayed: KeptScore | null;
  /** Parts that differ; empty when every bit is the same. */
  differs: readonly string[];
  /** What is known of that day now, and was not then: a late or changed record, a merge. Null where the inputs of then are not kept. */
  factsChanged: boolean | null;
}

/** Makes scores of the history again, in the order of `rows`. Those that are not on record are left out. */
export async function replayScores(
  sql: Sql,
  rows: readonly { customerId: string; asOf: CalendarDay }[],
  { rank }: { rank: SourceRank },
): Promise<readonly ReplayedScore[]> {
  const models = new Map<string, ScoringModel | null>();
  const model = async (version: string) => {
    if (!models.has(version)) models.set(version, await modelOf(sql, version));
    return models.get(version) ?? null;
  };
  const replayed: ReplayedScore[] = [];
  for (const { customerId, asOf } of rows) {
    const [row] = await sql.query<{ model_version: string; score: KeptScore; inputs: ScoreInputs | null }>(
      'select model_version, score, inputs from score_history where customer_id = $1::uuid and as_of = $2::date',
      [customerId, asOf],
    );
    if (!row) continue;
    const [history] = await readHistories(sql, [customerId]);
    const faults = (await readDataFaults(sql, [customerId])).get(customerId) ?? null;
    const known = history ? { ...statsAt(history, asOf, rank).stats, faults } : null;
    const inputs: ScoreInputs | null = row.inputs ?? (known && { stats: known, before: null, language: 'en' });
    const scored = await model(row.model_version);
    const previous = inputs?.before ? await model(inputs.before.modelVersion) : null;
    const complete = inputs !== null && scored !== null && (inputs.before === null || previous !== null);
    const again = complete ? scoreAgain(inputs, { model: scored, previous, asOf }) : null;
    replayed.push({
      customerId,
      asOf,
      modelVersion: row.model_version,
      kept: row.score,
      from: row.inputs === null ? 'facts' : 'inputs',
      replayed: again,
      differs: again === null ? [] : differingParts(row.score, again),
      factsChanged: row.inputs === null ? null : factsOf(row.inputs.stats) !== factsOf(known),
    });
  }
  return replayed;
}

/** Statistics as text, without what rules of data quality found: that may be found, or accepted, on any later day. */
function factsOf(stats: CustomerStats | null): string {
  return stableJson(stats && { ...stats, faults: null });
}

/** The days on which a customer has a score in the history, the newest first; of a day alone when one is given. */
export async function scoredDays(
  sql: Sql,
  customerId: string,
  asOf: CalendarDay | null,
): Promise<readonly { customerId: string; asOf: CalendarDay }[]> {
  const rows = await sql.query<{ as_of: CalendarDay }>(
    `select as_of from score_history where customer_id = $1::uuid and ($2::date is null or as_of = $2::date) order by as_of desc`,
    [customerId, asOf],
  );
  return rows.map((row) => ({ customerId, asOf: row.as_of }));
}

/** Some scores of the history by a random draw that is the same for the same seed. */
export async function someScores(
  sql: Sql,
  { limit, seed }: { limit: number; seed: number },
): Promise<readonly { customerId: string; asOf: CalendarDay }[]> {
  return sql.query<{ customerId: string; asOf: CalendarDay }>(
    `select customer_id as "customerId", as_of as "asOf" from score_history
     order by md5(customer_id::text || as_of::text || $2::text), customer_id, as_of limit $1`,
    [limit, String(seed)],
  );
}
