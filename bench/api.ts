import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { table } from '../cli/output.ts';
import { calendarDay } from '../core/domain/calendar-day.ts';
import { cycle } from '../core/pipeline/cycle.ts';
import { openStore } from '../core/store/open.ts';
import { serveApi } from '../test/support/api-server.ts';
import { recordsOf, simulateBook } from '../test/support/book.ts';
import { fakeClock } from '../test/support/clock.ts';
import { fakeConnector } from '../test/support/fake-connector.ts';
import { StaypowerClient } from '../webhooks/client/staypower-client.ts';

const AS_OF = calendarDay('2026-06-01');
const CUSTOMERS = 2_000;
/** With the warm-up, three times this stays below what the server answers to one address in a minute. */
const CALLS = 150;
const WARM_UP_CALLS = 40;

/**
 * One question at a time to a warm server on the embedded store, through the client: a customer with its scores, what an order would
 * change, and 100 rows scored at once. Processor time is of server and client together: on a busy machine it is the steadier figure.
 */
export async function benchApi(args: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'staypower-bench-'));
  const database = await openStore({
    databaseUrl: process.env['DATABASE_URL'] || null,
    folder,
    workspace: 'bench_api',
  });
  const clock = fakeClock('2026-06-01T20:00:00.000Z');
  try {
    const crm = fakeConnector();
    const book = simulateBook({ seed: 1, customers: CUSTOMERS, asOf: AS_OF });
    crm.feed(...recordsOf(book));
    await cycle(
      { name: 'bench_api', database, connectors: [crm], playbooks: [], timeZone: 'UTC', currency: 'USD', clock },
      { asOf: AS_OF },
    );
    const { server, token } = await serveApi(database, { clock, today: AS_OF });
    const client = new StaypowerClient(server.url, token);
    const ids = (await client.listCustomers({ limit: 500 })).customers.map(({ customerId }) => customerId);
    const id = (index: number) => ids[index % ids.length] ?? '';
    const order = [{ day: AS_OF, amount: '120.00' }];
    const rows = book.slice(0, 100).map(({ id: row, orders }) => ({ id: row, orders: [...orders] }));
    const figures = {
      customers: CUSTOMERS,
      calls: CALLS,
      getCustomer: await percentiles((index) => client.getCustomer(id(index))),
      whatIf: await percentiles((index) => client.whatIf({ customer: id(index), orders: order })),
      score100Rows: await percentiles(() => client.scoreRows({ rows })),
    };
    await server.close();
    if (args.includes('--json')) console.log(JSON.stringify(figures));
    else {
      console.log(`\nOne question at a time, ${CUSTOMERS} customers, ${database.engine}`);
      console.log(
        table(
          ['question', 'calls', 'p50 ms', 'p95 ms', 'max ms', 'CPU ms a call'],
          (['getCustomer', 'whatIf', 'score100Rows'] as const).map((name) => {
            const { p50Ms, p95Ms, maxMs, cpuMs } = figures[name];
            return [name, CALLS, p50Ms, p95Ms, maxMs, cpuMs];
          }),
        ),
      );
    }
  } finally {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function percentiles(
  call: (index: number) => Promise<unknown>,
): Promise<{ p50Ms: number; p95Ms: number; maxMs: number; cpuMs: number }> {
  for (let index = 0; index < WARM_UP_CALLS; index += 1) await call(index);
  const milliseconds: number[] = [];
  const before = process.cpuUsage();
  for (let index = 0; index < CALLS; index += 1) {
    const started = performance.now();
    await call(index + WARM_UP_CALLS);
    milliseconds.push(performance.now() - started);
  }
  const { user, system } = process.cpuUsage(before);
  milliseconds.sort((a, b) => a - b);
  const at = (share: number) => Math.round((milliseconds[Math.ceil(share * CALLS) - 1] ?? 0) * 10) / 10;
  return { p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1), cpuMs: Math.round((user + system) / CALLS / 100) / 10 };
}
