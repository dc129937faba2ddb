import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFailed, test } from 'vitest';
import { addDays, type CalendarDay, calendarDay } from '../../core/domain/calendar-day.ts';
import type { SourceRecord } from '../../core/domain/records.ts';
import type { CustomerStats } from '../../core/features/stats.ts';
import { cycle, type Workspace } from '../../core/pipeline/cycle.ts';
import { playbookSchema } from '../../core/playbooks/schema.ts';
import type { Database } from '../../core/ports/database.ts';
import { mustWrite } from '../../core/scores/dead-band.ts';
import { fieldValues } from '../../core/scores/fields.ts';
import type { Score } from '../../core/scores/score.ts';
import { scoreCustomer } from '../../core/scores/score-customer.ts';
import type { ScoringModel } from '../../core/scores/scoring-model.ts';
import { championAt } from '../../core/store/models.ts';
import { openStore } from '../../core/store/open.ts';
import { undoJoin } from '../../core/store/undo-join.ts';
import { recordsOf, simulateBook } from '../support/book.ts';
import { fakeClock } from '../support/clock.ts';
import { type FakeConnector, fakeConnector } from '../support/fake-connector.ts';
import { emptyTables, openTempStore } from '../support/store.ts';
import { measured } from './arena.ts';
import { type Key, randomDays } from './random-days.ts';

/**
 * Ninety days of a book that lives, against the book recomputed from nothing on each of them. DRILL_SEED repeats a failed run,
 * DRILL_DAYS makes it longer or shorter.
 */
const SEED = Number(process.env['DRILL_SEED'] ?? 20_261);
const DAYS = Number(process.env['DRILL_DAYS'] ?? 90);
const START = calendarDay('2026-03-01');
const COOL_DOWN_DAYS = 30;
const PLAYBOOK = playbookSchema.parse({
  name: 'keep',
  when: { churnBand: ['high', 'medium'], valueBand: ['high', 'medium'] },
  coolDownDays: COOL_DOWN_DAYS,
  tasksPerOwnerPerDay: 4,
  task: { subject: 'Keep {name}', body: '{reasons}' },
});

interface Kept {
  connection_id: string;
  external_id: string;
  customer_id: string;
  stats: CustomerStats;
  score: Score;
}

const nameOf = (key: { connectionId: string; externalId: string }) => `${key.connectionId}/${key.externalId}`;

/** Statistics and score behind each record, by record: what a customer is called differs between two stores. */
async function keptOf(database: Database): Promise<ReadonlyMap<string, Kept>> {
  const rows = await database.query<Kept>(
    `select r.connection_id, r.external_id, r.customer_id, s.stats, c.score from customer_records r
     join customer_stats s on s.customer_id = r.customer_id join scores c on c.customer_id = r.customer_id
     where r.kind = 'contact' order by r.connection_id, r.external_id`,
  );
  return new Map(rows.map((row) => [nameOf({ connectionId: row.connection_id, externalId: row.external_id }), row]));
}

/** Records by the customer they belong to, each group and all of them in order. */
function groupsOf(kept: ReadonlyMap<string, Kept>): readonly string[] {
  const groups = Map.groupBy(kept.keys(), (name) => kept.get(name)?.customer_id);
  return [...groups.values()].map((names) => names.sort().join(' + ')).sort();
}

test('on each of ninety days live equals batch, silence writes the crossings alone, and nobody gets two tasks', async () => {
  onTestFailed(() => console.error(`ninety days: repeat with DRILL_SEED=${SEED} DRILL_DAYS=${DAYS}`));
  const folder = await mkdtemp(join(tmpdir(), 'staypower-ninety-'));
  const clock = fakeClock(`${START}T20:00:00.000Z`);
  const open = () => openStore({ databaseUrl: null, folder, workspace: 'drill' });
  let database = await open();
  const batch = await openTempStore('drill');
  const connectors = { crm: fakeConnector('crm'), shop: fakeConnector('shop') };
  const told: Record<Key['connectionId'], SourceRecord[]> = { crm: [], shop: [] };
  const undone: Key[] = [];
  const both = [connectors.crm, connectors.shop];
  const workspaceOn = (on: Database, through: readonly FakeConnector[]): Workspace => ({
    name: 'drill',
    database: on,
    connectors: through,
    playbooks: [PLAYBOOK],
    timeZone: 'UTC',
    currency: 'USD',
    clock,
  });
  const feed = (connectionId: Key['connectionId'], record: SourceRecord) => {
    connectors[connectionId].feed(record);
    told[connectionId].push(record);
  };

  /** The same facts in an empty store, in one go, under the model of the day. */
  const recompute = async (model: ScoringModel, asOf: CalendarDay): Promise<ReadonlyMap<string, Kept>> => {
    await emptyTables(batch.database);
    const [artifact] = await database.query<Record<string, unknown>>(
      'select model_version, as_of, trained_at, artifact from models where model_version = $1',
      [model.version],
    );
    await batch.database.query(
      `insert into models (model_version, as_of, trained_at, champion, artifact) values ($1, $2, $3, true, $4::jsonb)`,
      [
        artifact?.['model_version'],
        artifact?.['as_of'],
        artifact?.['trained_at'],
        JSON.stringify(artifact?.['artifact']),
      ],
    );
    const fresh = (['crm', 'shop'] as const).map((connectionId) => {
      const connector = fakeConnector(connectionId);
      connector.feed(...told[connectionId]);
      return connector;
    });
    const workspace = workspaceOn(batch.database, fresh);
    await cycle(workspace, { asOf, steps: ['pull', 'identify'] });
    for (const key of undone) await undoJoin(batch.database, key);
    await cycle(workspace, { asOf, steps: ['identify', 'features', 'score'] });
    return keptOf(batch.database);
  };

  const figures = { facts: 0, writes: 0, silentWrites: 0, tasks: 0, undone: 0, restarts: 0, models: 0, compared: 0 };
  try {
    const book = simulateBook({ seed: SEED, customers: 90, asOf: START });
    for (const record of recordsOf(book)) feed('crm', record);
    const next = randomDays(
      SEED,
      book.map(({ id }) => id),
    );
    const opened: { name: string; day: CalendarDay }[] = [];
    let version = '';
    for (let number = 0; number < DAYS; number += 1) {
      const day = addDays(START, number);
      const context = `day ${number} (${day}), seed ${SEED}`;
      clock.set(`${day}T20:00:00.000Z`);
      const today = number === 0 ? { facts: [], undone: [], restart: false } : next(day);
      if (today.restart) {
        await database.close();
        database = await open();
        figures.restarts += 1;
      }
      for (const { connectionId, record } of today.facts) feed(connectionId, record);
      const workspace = workspaceOn(database, both);
      if (today.undone.length > 0) {
        // What is undone must have been joined: the facts of the day come first.
        await cycle(workspace, { asOf: day, steps: ['pull', 'identify'] });
        for (const key of today.undone) await undoJoin(database, key);
        undone.push(...today.undone);
      }
      const before = new Map(
        (
          await database.query<{ connection_id: string; external_id: string; written: Record<string, never> }>(
            'select connection_id, external_id, written from customer_records',
          )
        ).map((row) => [nameOf({ connectionId: row.connection_id, externalId: row.external_id }), row.written]),
      );
      const from = both.map((connector) => ({
        connector,
        writes: connector.writes.length,
        done: connector.done.length,
      }));

      const report = await cycle(workspace, { asOf: day });
      expect(report, context).toMatchObject({ rejected: 0, unavailable: [] });
      const model = await championAt(database, day);
      if (!model) throw new Error(`${context}: nothing was trained`);
      if (model.version !== version) figures.models += 1;
      version = model.version;

      const live = await keptOf(database);
      const again = await recompute(model, day);
      expect(groupsOf(live), `${context}: who is one customer`).toEqual(groupsOf(again));
      for (const [name, { stats, score }] of live) {
        const other = again.get(name);
        expect(stats, `${context}: statistics of ${name}`).toEqual(other?.stats);
        // A silent customer's score stands as of an earlier day; scored on this one it is the same.
        const now = score.asOf === day ? score : scoreCustomer(model, stats, day, null);
        expect({ ...now, change: null }, `${context}: score of ${name}`).toEqual({ ...other?.score, change: null });
        figures.compared += 1;
      }

      const written = from.flatMap(({ connector, writes }) =>
        connector.writes
          .slice(writes)
          .flat()
          .map(({ externalId }) => nameOf({ connectionId: connector.connectionId, externalId })),
      );
      expect(written.length, `${context}: each record once`).toBe(new Set(written).size);
      const touched = new Set(
        [...today.facts.flatMap(({ touches }) => touches ?? []), ...today.undone].flatMap((key) => {
          const customer = live.get(nameOf(key))?.customer_id;
          return [...live].filter(([, row]) => row.customer_id === customer).map(([name]) => name);
        }),
      );
      const exits = [...again].flatMap(([name, { score, stats }]) => {
        const shown = before.get(name) ?? {};
        // Who never bought nor did anything has nothing to show.
        const silentProspect = score.lifecycle === 'prospect' && stats.events === 0 && Object.keys(shown).length === 0;
        return !silentProspect && mustWrite(shown, fieldValues(score)) ? [name] : [];
      });
      expect(written.sort(), `${context}: written is what left its dead-band`).toEqual(exits.sort());
      figures.silentWrites += written.filter((name) => !touched.has(name)).length;

      const tasks = from.flatMap(({ connector, done }) =>
        connector.done
          .slice(done)
          .flatMap((action) =>
            action.kind === 'task'
              ? [nameOf({ connectionId: connector.connectionId, externalId: action.contactExternalId ?? '' })]
              : [],
          ),
      );
      for (const name of tasks) {
        const customer = live.get(name)?.customer_id;
        const recent = opened.filter(
          (task) => task.day > addDays(day, -COOL_DOWN_DAYS) && live.get(task.name)?.customer_id === customer,
        );
        expect(recent, `${context}: an open task of ${name}`).toEqual([]);
        opened.push({ name, day });
      }
      const second = await cycle(workspace, { asOf: day });
      expect(second, `${context}: the second cycle`).toMatchObject({
        pulled: 0,
        recordsWritten: 0,
        fieldsWritten: 0,
        tasksOpened: 0,
        heldOut: 0,
      });
      figures.facts += today.facts.length;
      figures.writes += written.length;
      figures.tasks += tasks.length;
      figures.undone += today.undone.length;
    }
    expect(figures.silentWrites).toBeGreaterThan(0);
    expect(figures.tasks).toBeGreaterThan(0);
    measured('ninety days', { seed: SEED, days: DAYS, ...figures, customers: (await keptOf(database)).size });
  } finally {
    await database.close();
    await batch.close();
    await rm(folder, { recursive: true, force: true });
  }
});
