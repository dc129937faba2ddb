import type { CalendarDay } from '../domain/calendar-day.ts';
import { DataError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import { NO_CUSTOMER } from '../domain/outbound-event.ts';
import { toJson } from '../domain/stable-json.ts';
import type { Sql } from '../ports/database.ts';
import type { Promotion, RegisteredModel, Verdict } from '../ports/model-registry.ts';
import { SCORING_MODEL_FORMAT, type ScoringModel, saveScoringModel } from '../scores/scoring-model.ts';
import { raiseAlarm, settleAlarms } from './alarms.ts';
import { audit } from './audit.ts';
import { appendEvents } from './outbound-events.ts';
import { keepSetting, readSetting } from './settings.ts';

const CHAMPION = `select model_version from models where champion and format = $1
  order by as_of desc, trained_at desc limit 1`;

/** All models, the newest first. */
export async function listModels(sql: Sql): Promise<readonly RegisteredModel[]> {
  const [champion] = await sql.query<{ model_version: string }>(CHAMPION, [SCORING_MODEL_FORMAT]);
  const served = new Set((await listPromotions(sql)).map(({ version }) => version));
  const rows = await sql.query<{
    model_version: string;
    as_of: CalendarDay;
    trained_at: string;
    champion: boolean;
    withdrawn_at: string | null;
    verdict: Json;
    data_hash: string | null;
    format: number;
  }>(
    `select model_version, as_of, trained_at, champion, withdrawn_at, verdict, artifact->'report'->>'dataHash' as data_hash,
       format
     from models order by trained_at desc, as_of desc, model_version`,
  );
  return rows.map((row) => ({
    version: row.model_version,
    role:
      row.model_version === champion?.model_version
        ? 'champion'
        : row.withdrawn_at !== null
          ? 'withdrawn'
          : row.champion || served.has(row.model_version)
            ? 'former'
            : 'challenger',
    asOf: row.as_of,
    trainedAt: row.trained_at,
    dataHash: row.data_hash ?? '',
    usable: row.format === SCORING_MODEL_FORMAT,
    verdict: row.verdict as Verdict | null,
  }));
}

/** Every change of champion since the registry keeps them, in order. */
export async function listPromotions(sql: Sql): Promise<readonly Promotion[]> {
  return sql.query<Promotion & object>(
    'select at, model_version as version, previous_version as previous, by from model_promotions order by seq',
  );
}

/** Keeps a model that scores nobody, with how it did. A second comparison of it replaces the first. */
export async function keepChallenger(sql: Sql, model: ScoringModel, verdict: Verdict, now: Date): Promise<void> {
  await sql.query(
    `insert into models (model_version, as_of, trained_at, champion, artifact, verdict)
     values ($1, $2, $3, false, $4::jsonb, $5::jsonb)
     on conflict (model_version) do update set verdict = excluded.verdict`,
    [
      model.version,
      model.asOf,
      now.toISOString(),
      JSON.stringify(saveScoringModel(model)),
      JSON.stringify(toJson(verdict)),
    ],
  );
  await keepSetting(sql, CHALLENGED_ON, verdict.window.to);
}

/** The day up to which facts were known when a champion was last challenged. */
const CHALLENGED_ON = 'challenged-on';

/** The last day on which the champion was challenged; null when it never was. */
export async function challengedOn(sql: Sql): Promise<CalendarDay | null> {
  return readSetting<CalendarDay>(sql, CHALLENGED_ON);
}

/**
 * Makes a model of the registry the champion, whatever its age; those of its as-of day and later step back. Told outside, and in the
 * audit log. Nothing happens when it is the champion.
 *
 * @throws DataError for a version that is not there, or cannot score any more
 */
export async function makeChampion(
  sql: Sql,
  version: string,
  { by, actor, now }: { by: Promotion['by']; actor: string; now: Date },
): Promise<Promotion> {
  const [model] = await sql.query<{ as_of: CalendarDay; horizon_days: number; format: number }>(
    `select as_of, (artifact->>'horizonDays')::int as horizon_days, format
     from models where model_version = $1`,
    [version],
  );
  if (!model || model.format !== SCORING_MODEL_FORMAT) {
    throw new DataError({
      field: 'version',
      expected: 'a model of the registry that this version can score with',
      found: version,
      remedy: 'choose one of "staypower models list"',
    });
  }
  const [before] = await sql.query<{ model_version: string }>(CHAMPION, [SCORING_MODEL_FORMAT]);
  const at = now.toISOString();
  const previous = before?.model_version ?? null;
  if (previous === version) return { at, version, previous, by };
  await sql.query('update models set champion = false where champion and as_of >= $1::date', [model.as_of]);
  await sql.query('update models set champion = true, withdrawn_at = null where model_version = $1', [version]);
  await sql.query('insert into model_promotions (at, model_version, previous_version, by) values ($1, $2, $3, $4)', [
    at,
    version,
    previous,
    by,
  ]);
  await audit(sql, at, actor, 'models.promote', { version, previous: previous ?? 'none', by });
  // Another champion was found, or chosen: what was taken back is settled.
  if (by !== 'rollback') await settleAlarms(sql, ['rollback'], [], now);
  const { as_of: asOf, horizon_days: horizonDays } = model;
  await appendEvents(
    sql,
    [
      {
        type: 'model.promoted',
        customerId: NO_CUSTOMER,
        data: { modelVersion: version, previousModelVersion: previous, asOf, horizonDays },
      },
    ],
    now,
  );
  return { at, version, previous, by };
}

/**
 * Takes the champion back: the one before it scores again, and it is not promoted by itself any more.
 *
 * @throws DataError when there was none before it
 */
export async function rollBack(sql: Sql, { actor, now }: { actor: string; now: Date }): Promise<Promotion> {
  const [champion] = await sql.query<{ model_version: string }>(CHAMPION, [SCORING_MODEL_FORMAT]);
  const before = champion && (await championBefore(sql, champion.model_version));
  if (!champion || !before) {
    throw new DataError({
      field: 'champion',
      expected: 'a champion that had one before it',
      remedy: 'name a model of "staypower models list" to "staypower models promote"',
    });
  }
  const promotion = await makeChampion(sql, before, { by: 'rollback', actor, now });
  await sql.query('update models set champion = false, withdrawn_at = $2 where model_version = $1', [
    champion.model_version,
    now.toISOString(),
  ]);
  await raiseAlarm(
    sql,
    {
      kind: 'rollback',
      subject: champion.model_version,
      message: `The champion ${champion.model_version} was taken back: scores are made by ${before} again.`,
      remedy: 'look at its card for why; the alarm clears when another model becomes the champion',
    },
    now,
  );
  return promotion;
}

/** The latest one that scored before a champion and was not taken back; by its day where no promotion of it is on record. */
async function championBefore(sql: Sql, champion: string): Promise<string | null> {
  const models = await listModels(sql);
  const served = (await listPromotions(sql)).toReversed().flatMap(({ version, previous }) => [version, previous]);
  const byDay = models.filter(({ role }) => role === 'former').map(({ version }) => version);
  const usable = new Set(
    models.filter((each) => each.usable && each.role !== 'withdrawn').map(({ version }) => version),
  );
  return [...served, ...byDay].find((each) => each !== null && each !== champion && usable.has(each)) ?? null;
}
