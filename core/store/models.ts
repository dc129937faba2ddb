import type { CalendarDay } from '../domain/calendar-day.ts';
import type { Json } from '../domain/json.ts';
import type { Sql } from '../ports/database.ts';
import {
  loadScoringModel,
  SCORING_MODEL_FORMAT,
  type ScoringModel,
  saveScoringModel,
} from '../scores/scoring-model.ts';
import { makeChampion } from './registry.ts';

/** Keeps a model and makes it the champion of its as-of day and later, which is told outside. Trained again on the same facts it is the same model. */
export async function keepModel(sql: Sql, model: ScoringModel, now: Date): Promise<void> {
  await sql.query(
    `insert into models (model_version, as_of, trained_at, champion, artifact) values ($1, $2, $3, false, $4::jsonb)
     on conflict (model_version) do nothing`,
    [model.version, model.asOf, now.toISOString(), JSON.stringify(saveScoringModel(model))],
  );
  await makeChampion(sql, model.version, { by: 'trained', actor: 'training', now });
}

/** The champion for a day: the newest one trained on facts up to that day; null when there is none in today's format. */
export async function championAt(sql: Sql, asOf: CalendarDay): Promise<ScoringModel | null> {
  const [row] = await sql.query<{ artifact: Json }>(
    `select artifact from models where champion and as_of <= $1::date
       and format = $2 order by as_of desc, trained_at desc limit 1`,
    [asOf, SCORING_MODEL_FORMAT],
  );
  return row ? loadScoringModel(row.artifact) : null;
}

/** `championAt` that reads a model once, as long as it stays the champion: for who asks after each event. */
export function rememberingChampion(): typeof championAt {
  let last: ScoringModel | null = null;
  return async (sql, asOf) => {
    if (last === null || last.version !== (await championVersionAt(sql, asOf))) last = await championAt(sql, asOf);
    return last;
  };
}

/** The version of the champion for a day, without reading the model. */
export async function championVersionAt(sql: Sql, asOf: CalendarDay): Promise<string | null> {
  const [row] = await sql.query<{ model_version: string }>(
    `select model_version from models where champion and as_of <= $1::date
       and format = $2 order by as_of desc, trained_at desc limit 1`,
    [asOf, SCORING_MODEL_FORMAT],
  );
  return row?.model_version ?? null;
}

/** A model by its version; null when it is not on record any more, or of an earlier format. */
export async function modelOf(sql: Sql, version: string): Promise<ScoringModel | null> {
  const [row] = await sql.query<{ artifact: Json }>(
    'select artifact from models where model_version = $1 and format = $2',
    [version, SCORING_MODEL_FORMAT],
  );
  return row ? loadScoringModel(row.artifact) : null;
}
