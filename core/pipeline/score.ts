import { isDeepStrictEqual } from 'node:util';
import type { CalendarDay } from '../domain/calendar-day.ts';
import type { FieldValue } from '../domain/fields.ts';
import { hashOf } from '../domain/stable-json.ts';
import type { CustomerStats } from '../features/stats.ts';
import { keptScore, scoreInputs } from '../learning/score-inputs.ts';
import { countsAsIn, type Watched } from '../playbooks/cell.ts';
import { factsOn } from '../playbooks/facts.ts';
import type { Playbook } from '../playbooks/schema.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database, Sql } from '../ports/database.ts';
import { mustWrite, valuesToSend } from '../scores/dead-band.ts';
import { fieldValues } from '../scores/fields.ts';
import type { Score } from '../scores/score.ts';
import { recheckOn, scoreCustomer } from '../scores/score-customer.ts';
import type { ScoringModel } from '../scores/scoring-model.ts';
import { tellScore } from '../scores/told.ts';
import type { Sentences } from '../scores/words/index.ts';
import { markAccounts } from '../store/account-records.ts';
import { afterOthers, conditionOf, type Some, workOff } from '../store/bands.ts';
import { insertRows } from '../store/bulk.ts';
import { recordCrossings } from '../store/crossings.ts';
import { modelOf } from '../store/models.ts';
import { appendEvents } from '../store/outbound-events.ts';
import { keepSetting, readSetting } from '../store/settings.ts';
import { inTurn } from '../store/turn.ts';

/** Customers scored in one commit: a tenth of a second of work, so that a live event passes between two. */
const CUSTOMERS_PER_COMMIT = 200;

interface Due {
  customer_id: string;
  stats: CustomerStats;
  score: Score | null;
  /** The score that was told last in an event. */
  told: Score | null;
  scored_stats: CustomerStats | null;
  /** Playbooks in whose cell the customer counted as. */
  cells: readonly string[] | null;
}

interface RecordRow {
  customer_id: string;
  connection_id: string;
  external_id: string;
  parent_external_id: string | null;
  written: Readonly<Record<string, FieldValue>>;
  desired: Readonly<Record<string, FieldValue>> | null;
}

/**
 * Step 5: scores who needs it: customers with new facts, those whose re-check day has come, and everybody after a new model.
 * Score, history, what is to be written, crossings and what is told outside are one commit.
 *
 * @returns how many customers were scored
 */
export async function score(
  database: Database,
  context: {
    model: ScoringModel;
    asOf: CalendarDay;
    playbooks: readonly Playbook[];
    /** By connection whose records carry scores: which of them do. */
    writable: ReadonlyMap<string, (externalId: string) => boolean>;
    clock: Clock;
    /** In which language scores speak; English when absent. */
    sentences?: Sentences;
    /** Those alone to whom something happened now; everybody who is due when absent. */
    customerIds?: readonly string[] | null;
    onProgress?: (done: number) => void;
    /** Told whose scores were made, after each commit. */
    onScored?: (customerIds: readonly string[]) => void;
  },
): Promise<number> {
  const { customerIds = null, onProgress } = context;
  const earlier = new Map<string, ScoringModel | null>([[context.model.version, context.model]]);
  if (customerIds === null) await markDue(database, context);
  const scored: string[] = [];
  const work = async (sql: Sql, some: Some, most: number) => {
    const due = await dueOf(sql, some, most);
    for (const version of new Set(due.flatMap((row) => (row.score ? [row.score.modelVersion] : [])))) {
      if (!earlier.has(version)) earlier.set(version, await modelOf(sql, version));
    }
    if (due.length > 0) await scoreBatch(database, sql, due, earlier, context);
    scored.push(...due.map((row) => row.customer_id));
    return due.length;
  };
  return workOff(database, customerIds, {
    perCommit: CUSTOMERS_PER_COMMIT,
    nextDue: async (from) => {
      const [row] = await database.query<{ customer_id: string }>(
        'select customer_id from customer_stats where unscored and customer_id >= $1::uuid order by customer_id limit 1',
        [from],
      );
      return row?.customer_id ?? null;
    },
    work,
    onProgress: (done) => {
      context.onScored?.(scored.splice(0));
      onProgress?.(done);
    },
  });
}

function dueOf(sql: Sql, some: Some, most: number): Promise<readonly Due[]> {
  const { condition, parameters } = conditionOf(some);
  return sql.query<Due>(
    `select s.customer_id, s.stats, c.score, c.told, c.stats as scored_stats, c.cells
     from (select customer_id, stats from customer_stats where unscored and ${condition}
           order by customer_id limit ${most}) s
     left join scores c on c.customer_id = s.customer_id order by s.customer_id`,
    parameters,
  );
}

/** Of a customer without any activity who was never told of. */
const NOTHING_TO_TELL = { events: [], moved: false } as const;

/** With what the book was last scored: another model, other playbooks, or an earlier day, concern everybody. */
const SCORED_WITH = 'scored-with';

/**
 * Marks who is due beside those with new facts: everybody after a new model, a change of what playbooks watch or a step back in time, else
 * those whose re-check day has come. Finds them by index: what nothing happened to costs nothing.
 */
async function markDue(
  database: Database,
  { model, asOf, playbooks }: { model: ScoringModel; asOf: CalendarDay; playbooks: readonly Playbook[] },
): Promise<void> {
  const now = {
    modelVersion: model.version,
    asOf,
    watched: hashOf(
      playbooks
        .filter(({ enabled }) => enabled)
        .map(({ name, when, hysteresisPoints }) => ({ name, when, hysteresisPoints })),
    ),
  };
  await inTurn(database, async (sql) => {
    // `watched` is absent in what an earlier version kept.
    const last = await readSetting<{ modelVersion: string; asOf: CalendarDay; watched?: string }>(sql, SCORED_WITH);
    if (last?.modelVersion !== now.modelVersion || last.watched !== now.watched || last.asOf > asOf) {
      await sql.query('update customer_stats set unscored = true where not unscored');
    } else {
      await sql.query(
        `update customer_stats s set unscored = true from scores c
         where c.customer_id = s.customer_id and c.recheck_on <= $1::date and not s.unscored`,
        [asOf],
      );
    }
    if (last?.modelVersion !== now.modelVersion || last.watched !== now.watched || last.asOf !== asOf) {
      await keepSetting(sql, SCORED_WITH, now);
    }
  });
}

/** The day that the book was last scored for; null before the first scoring. */
export async function scoredUpTo(sql: Sql): Promise<CalendarDay | null> {
  return (await readSetting<{ asOf: CalendarDay }>(sql, SCORED_WITH))?.asOf ?? null;
}

async function scoreBatch(
  database: Database,
  sql: Sql,
  due: readonly Due[],
  earlier: ReadonlyMap<string, ScoringModel | null>,
  context: Parameters<typeof score>[1],
): Promise<void> {
  const { model, asOf, playbooks, writable, clock, sentences } = context;
  const ids = due.map((row) => row.customer_id);
  const carrying = await sql.query<RecordRow>(
    `select customer_id, connection_id, external_id, parent_external_id, written, desired from customer_records
     where customer_id = any($1::uuid[]) and connection_id = any($2::text[])`,
    [ids, [...writable.keys()]],
  );
  const records = Map.groupBy(
    carrying.filter((record) => writable.get(record.connection_id)?.(record.external_id)),
    (record) => record.customer_id,
  );

  const scored = due.map((row) => {
    const previous = row.score && earlier.get(row.score.modelVersion);
    const before =
      previous && row.scored_stats && row.score
        ? { model: previous, stats: row.scored_stats, asOf: row.score.asOf }
        : null;
    const now = scoreCustomer(model, row.stats, asOf, before, sentences);
    const values = fieldValues(now);
    // A customer without purchase and without any activity has nothing to show on a record.
    const silentProspect = now.lifecycle === 'prospect' && row.stats.events === 0;
    const carriers = (records.get(row.customer_id) ?? []).filter(
      (record) => !(silentProspect && Object.keys(record.written).length === 0),
    );
    const writes = carriers
      .filter((record) => record.desired !== null || mustWrite(record.written, values))
      .map((record) => ({ record, values: valuesToSend(record.written, values) }));
    const tale =
      silentProspect && row.told === null ? NOTHING_TO_TELL : tellScore(row.customer_id, now, row.score, row.told);
    const told = tale.moved ? { ...now, explanations: {}, reasons: [] } : row.told;
    // What each record shows once all is written, and what was told: silence moves the scores away from these.
    const shown = [
      fieldValues(told ?? now),
      ...carriers.map((record) => ({
        ...record.written,
        ...writes.find((write) => write.record === record)?.values,
      })),
    ];
    const wasIn = row.cells ?? [];
    const watching = playbooks.filter(({ enabled }) => enabled);
    const cellsOn = (day: CalendarDay, numbers: Watched, before: readonly string[]) =>
      watching.filter((playbook) =>
        countsAsIn(playbook, before.includes(playbook.name), numbers, factsOn(row.stats, day), model.cutoffs.churn),
      );
    const cells = cellsOn(asOf, now, wasIn);
    const isIn = cells.map(({ name }) => name);
    const crosses = (numbers: Watched & { asOf: CalendarDay }) =>
      !isDeepStrictEqual(
        cellsOn(numbers.asOf, numbers, isIn).map(({ name }) => name),
        isIn,
      );
    return {
      row,
      now,
      inputs: scoreInputs(row.stats, before, sentences),
      writes,
      cells: isIn,
      entered: cells.filter((playbook) => !wasIn.includes(playbook.name)),
      moved: writes.length > 0 || tale.moved || row.score === null,
      events: tale.events,
      told,
      recheck: recheckOn(model, row.stats, now, shown, sentences, crosses),
    };
  });

  await insertRows(sql, {
    table: 'scores',
    columns: {
      customer_id: 'uuid',
      as_of: 'date',
      scored_at: 'timestamptz',
      recheck_on: 'date',
      model_version: 'text',
      priority: 'double precision',
      churn_band: 'text',
      value_band: 'text',
      lifecycle: 'text',
      score: 'jsonb',
      stats: 'jsonb',
      cells: 'jsonb',
      told: 'jsonb',
    },
    rows: scored.map(({ row, now, recheck, cells, told }) => ({
      customer_id: row.customer_id,
      as_of: asOf,
      scored_at: clock.now().toISOString(),
      recheck_on: recheck,
      model_version: model.version,
      priority: now.priority,
      churn_band: now.churnBand,
      value_band: now.valueBand,
      lifecycle: now.lifecycle,
      score: now,
      stats: row.stats,
      cells,
      told,
    })),
    onConflict: `(customer_id) do update set as_of = excluded.as_of, scored_at = excluded.scored_at, recheck_on = excluded.recheck_on,
      model_version = excluded.model_version, priority = excluded.priority, churn_band = excluded.churn_band,
      value_band = excluded.value_band, lifecycle = excluded.lifecycle, score = excluded.score, stats = excluded.stats, cells = excluded.cells,
      told = excluded.told`,
  });
  await insertRows(sql, {
    table: 'score_history',
    columns: { customer_id: 'uuid', as_of: 'date', model_version: 'text', score: 'jsonb', inputs: 'jsonb' },
    rows: scored
      .filter(({ moved }) => moved)
      .map(({ row, now, inputs }) => ({
        customer_id: row.customer_id,
        as_of: asOf,
        model_version: model.version,
        score: keptScore(now),
        inputs,
      })),
    onConflict: `(customer_id, as_of) do update set model_version = excluded.model_version, score = excluded.score,
      inputs = excluded.inputs`,
  });
  const writes = scored.flatMap(({ writes: each }) => each);
  if (writes.length > 0) {
    await sql.query(
      `update customer_records r set desired = w.desired::jsonb
       from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as w(customer_id, connection_id, external_id, desired)
       where r.customer_id = w.customer_id and r.connection_id = w.connection_id and r.kind = 'contact' and r.external_id = w.external_id`,
      [
        writes.map(({ record }) => record.customer_id),
        writes.map(({ record }) => record.connection_id),
        writes.map(({ record }) => record.external_id),
        writes.map(({ values }) => JSON.stringify(values)),
      ],
    );
  }
  await recordCrossings(
    sql,
    scored.flatMap(({ row, entered }) =>
      entered.map((playbook) => ({
        customerId: row.customer_id,
        playbook,
        account:
          (records.get(row.customer_id) ?? []).find((record) => record.parent_external_id)?.parent_external_id ?? null,
      })),
    ),
    asOf,
  );
  await sql.query('update customer_stats set unscored = false where customer_id = any($1::uuid[])', [ids]);
  await afterOthers(database, sql);
  await markAccounts(
    sql,
    carrying.flatMap(({ connection_id: connectionId, parent_external_id: externalId }) =>
      externalId === null ? [] : [{ connectionId, externalId }],
    ),
  );
  await appendEvents(
    sql,
    scored.flatMap(({ events }) => events),
    clock.now(),
  );
}
