import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, type CalendarDay } from '../../core/domain/calendar-day.ts';
import { VendorError } from '../../core/domain/errors.ts';
import { cycle, STEPS, type Workspace } from '../../core/pipeline/cycle.ts';
import { lastReport } from '../../core/pipeline/monitor.ts';
import { trainIfBetter } from '../../core/pipeline/train-if-better.ts';
import { championVersionAt } from '../../core/store/models.ts';
import { listModels } from '../../core/store/registry.ts';
import { recordsOf, simulateBook } from '../support/book.ts';
import { fakeClock } from '../support/clock.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { openTempStore, type TempStore } from '../support/store.ts';

const AS_OF = '2026-06-01' as CalendarDay;
const FIRST = addDays(AS_OF, -200);
const clock = fakeClock(`${FIRST}T20:00:00.000Z`);
const records = recordsOf(simulateBook({ seed: 12, customers: 250, asOf: AS_OF }));

/** A workspace over a CRM that can be away. */
async function open(): Promise<{ store: TempStore; workspace: Workspace; crm: { away: boolean } }> {
  const store = await openTempStore();
  const connector = fakeConnector();
  const { source } = connector;
  if (!source) throw new Error('there is nothing to pull from');
  const crm = { away: false };
  connector.feed(...records);
  return {
    store,
    crm,
    workspace: {
      name: 'test',
      database: store.database,
      connectors: [
        {
          ...connector,
          source: {
            ...source,
            pull: (...args) => {
              if (crm.away) throw new VendorError('The CRM is away.', { retry: 'later', status: 503 });
              return source.pull(...args);
            },
          },
        },
      ],
      playbooks: [],
      timeZone: 'UTC',
      currency: 'USD',
      clock,
    },
  };
}

const day = (asOf: CalendarDay) => clock.set(`${asOf}T20:00:00.000Z`);
const trainOn = (workspace: Workspace, asOf: CalendarDay) =>
  trainIfBetter(workspace, { asOf, connectionIds: ['crm'], actor: 'scheduler' });

let stayed: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  stayed = await open();
  day(FIRST);
  await cycle(stayed.workspace, { asOf: FIRST });
});
afterAll(() => stayed.store.close());

test('waits for a connection that was not read up to the day, and trains once it was', async () => {
  day(AS_OF);
  expect(await trainOn(stayed.workspace, AS_OF)).toEqual({
    because: 'not-read',
    unread: [{ connectionId: 'crm', readOn: FIRST }],
  });
  expect(await listModels(stayed.store.database)).toHaveLength(1);
  await cycle(stayed.workspace, { asOf: AS_OF, steps: ['pull'] });
  const trained = await trainOn(stayed.workspace, AS_OF);
  if (trained.because !== 'challenged') throw new Error(`it waits: ${trained.because}`);
  const { challenger } = trained.challenge;
  expect(challenger?.asOf).toBeDefined();
  expect((await listModels(stayed.store.database)).map(({ version }) => version)).toContain(challenger?.version);
});

test('is the same when it is asked for again', async () => {
  const before = await listModels(stayed.store.database);
  const champion = await championVersionAt(stayed.store.database, AS_OF);
  await trainOn(stayed.workspace, AS_OF);
  expect((await listModels(stayed.store.database)).map(({ version }) => version).toSorted()).toEqual(
    before.map(({ version }) => version).toSorted(),
  );
  expect(await championVersionAt(stayed.store.database, AS_OF)).toBe(champion);
});

test('a worker judges nothing while a connection is away, and one training makes up for all that were missed', async () => {
  const own = await open();
  try {
    const { database } = own.store;
    day(FIRST);
    await cycle(own.workspace, { asOf: FIRST });
    own.crm.away = true;
    for (let days = 40; days <= 160; days += 40) {
      day(addDays(FIRST, days));
      const { unavailable, alarms } = await cycle(own.workspace, { asOf: addDays(FIRST, days) });
      expect({ unavailable: unavailable.length, alarms }).toEqual({ unavailable: 1, alarms: [] });
    }
    expect(await listModels(database)).toHaveLength(1);
    expect(await lastReport(database)).toBeNull();

    own.crm.away = false;
    day(AS_OF);
    await cycle(own.workspace, { asOf: AS_OF });
    const made = await listModels(database);
    expect(made).toHaveLength(2);
    // As where it was read all along and trained on this day alone.
    expect(made.map(({ version, role }) => ({ version, role }))).toEqual(
      (await listModels(stayed.store.database)).map(({ version, role }) => ({ version, role })),
    );
    await cycle(own.workspace, { asOf: AS_OF, steps: STEPS });
    expect(await listModels(database)).toHaveLength(2);
  } finally {
    await own.store.close();
  }
});
