import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { table } from '../cli/output.ts';
import { calendarDay } from '../core/domain/calendar-day.ts';
import type { SourceRecord } from '../core/domain/records.ts';
import { cycle, type Workspace } from '../core/pipeline/cycle.ts';
import { startLive } from '../core/pipeline/live.ts';
import type { InboxMessage } from '../core/ports/inbox.ts';
import { createInbox } from '../core/store/inbox.ts';
import { openStore } from '../core/store/open.ts';
import { recordsOf, simulateBook } from '../test/support/book.ts';
import { fakeConnector } from '../test/support/fake-connector.ts';
import { order } from '../test/support/records.ts';
import { percentilesOf } from './percentiles.ts';

const AS_OF = calendarDay('2026-06-01');
const CUSTOMERS = 2_000;
const EVENTS_PER_SECOND = 50;
const SECONDS = 20;

/** What is not scored so long after the last event was sent is counted as missing: the bench ends on any machine. */
const PATIENCE_MS = 60_000;

/**
 * From an event that is stored to the stored scores of its customer, at 50 events a second on the embedded store (DATABASE_URL: on
 * PostgreSQL), first alone and then while everybody is summarised and scored again and again. The CRM takes writes at once: what is
 * measured is this side. An event is a delivery of its own, taken apart like those of webhooks. Processor time is of everything in this process: on a busy machine it is the steadier figure.
 */
export async function benchEvents(args: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'staypower-bench-'));
  const databaseUrl = process.env['DATABASE_URL'] || null;
  const database = await openStore({ databaseUrl, folder, workspace: `bench_events_${process.pid}` });
  const crm = fakeConnector();
  const workspace: Workspace = {
    name: 'bench_events',
    database,
    connectors: [
      {
        ...crm,
        inbound: {
          read: async (deliveries) => ({
            records: deliveries.map(({ payload }) => payload as unknown as SourceRecord),
            rejected: [],
          }),
        },
      },
    ],
    readers: { hubspot: readEvent, 'hubspot-workflow': readEvent, salesforce: readEvent, segment: readEvent },
    playbooks: [],
    timeZone: 'UTC',
    currency: 'USD',
    clock: { now: () => new Date(performance.timeOrigin + performance.now()) },
  };
  try {
    progress(`${CUSTOMERS} customers are brought in, trained and scored`);
    crm.feed(...recordsOf(simulateBook({ seed: 1, customers: CUSTOMERS, asOf: AS_OF })));
    await cycle(workspace, { asOf: AS_OF });
    const alone = await send(workspace, 'alone', null);
    const beside = await send(workspace, 'beside', async () => {
      await database.query('update customers set dirty = true');
      await cycle(workspace, { asOf: AS_OF, steps: ['features', 'score'] });
    });
    const figures = {
      engine: database.engine,
      customers: CUSTOMERS,
      eventsPerSecond: EVENTS_PER_SECOND,
      alone,
      beside,
    };
    if (args.includes('--json')) console.log(JSON.stringify(figures));
    else {
      console.log(
        `\nFrom an event to the stored score, ${EVENTS_PER_SECOND} a second, ${CUSTOMERS} customers, ${database.engine}`,
      );
      console.log(
        table(
          ['', 'events', 'scored', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms', 'CPU ms an event'],
          [
            ['alone', alone],
            ['with a batch', beside],
          ].map(([name, each]) => {
            const { events, scored, p50, p95, p99, max, cpuMs } = each as typeof alone;
            return [name as string, events, scored, p50, p95, p99, max, cpuMs];
          }),
        ),
      );
    }
  } finally {
    if (databaseUrl !== null) await database.query(`drop schema ${database.schema} cascade`);
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** `scored` is how many of the events were, in time; cpuMs is milliseconds an event. */
type Figures = ReturnType<typeof percentilesOf> & { events: number; scored: number; cpuMs: number };

/** What the events of this bench say: key, order and whom it is about. */
function readEvent(body: Buffer): readonly InboxMessage[] {
  return [JSON.parse(body.toString()) as InboxMessage];
}

/** Not on stdout, which is the figures'. */
function progress(text: string): void {
  process.stderr.write(`events: ${text}\n`);
}

/** Sends orders at an even pace and waits until all are scored; `batch` goes on over and over beside. */
async function send(workspace: Workspace, name: string, batch: (() => Promise<void>) | null): Promise<Figures> {
  const { database, clock } = workspace;
  const inbox = createInbox(database, () => clock.now());
  const delaysMs: number[] = [];
  const live = await startLive(workspace, {
    today: () => AS_OF,
    logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error },
    onDelay: (stage, seconds) => {
      if (stage === 'scored') delaysMs.push(...seconds.map((each) => each * 1_000));
    },
  });
  await live.settled();
  const events = EVENTS_PER_SECOND * SECONDS;
  const before = process.cpuUsage();
  let sent = false;
  const batches = (async () => {
    while (batch !== null && !sent) await batch();
  })();
  const started = performance.now();
  const kept: Promise<void>[] = [];
  progress(`${events} events in ${SECONDS} seconds, ${batch === null ? 'alone' : 'beside a batch'}`);
  for (let index = 0; index < events; index += 1) {
    const waitMs = started + (index * 1_000) / EVENTS_PER_SECOND - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const customer = `c${(index * 7_919) % CUSTOMERS}`;
    const payload = { ...order(`${name}-${index}`, customer, AS_OF, '25.00') };
    const body = Buffer.from(JSON.stringify({ deliveryKey: `${name}-${index}`, payload, about: customer }));
    kept.push(inbox.keep({ connectionId: 'crm', form: 'segment', body }));
  }
  await Promise.all(kept);
  sent = true;
  for (const end = performance.now() + PATIENCE_MS; delaysMs.length < events && performance.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { user, system } = process.cpuUsage(before);
  await batches;
  await live.stop();
  const cpuMs = Math.round((user + system) / events / 100) / 10;
  const figures = { events, scored: delaysMs.length, ...percentilesOf(delaysMs), cpuMs };
  progress(JSON.stringify(figures));
  return figures;
}
