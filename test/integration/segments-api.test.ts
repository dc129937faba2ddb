import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, type CalendarDay } from '../../core/domain/calendar-day.ts';
import { cycle } from '../../core/pipeline/cycle.ts';
import { getSegmentMoves } from '../../webhooks/api/contract/insights.ts';
import { StaypowerClient } from '../../webhooks/client/staypower-client.ts';
import { serveApi } from '../support/api-server.ts';
import { recordsOf, simulateBook } from '../support/book.ts';
import { fakeClock } from '../support/clock.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { openTempStore, type TempStore } from '../support/store.ts';

const AS_OF = '2026-06-01' as CalendarDay;
const LATER = addDays(AS_OF, 60);
const CUSTOMERS = 120;
const clock = fakeClock('2026-07-31T20:00:00.000Z');
let store: TempStore;

beforeAll(async () => {
  store = await openTempStore();
});
afterAll(() => store.close());

/** Asks the API, on a server of its own. */
async function asking<T>(ask: (client: StaypowerClient) => Promise<T>): Promise<T> {
  const { server, token } = await serveApi(store.database, { clock, today: LATER });
  try {
    return await ask(new StaypowerClient(server.url, token));
  } finally {
    await server.close();
  }
}
const total = (rows: readonly { customers: number }[]) => rows.reduce((sum, { customers }) => sum + customers, 0);

describe('GET /v1/segments/moves', () => {
  it('refuses before anybody is scored, and a time of no days', async () => {
    await asking(async (client) => {
      await expect(client.getSegmentMoves()).rejects.toMatchObject({ status: 409, code: 'not-fitted' });
      await expect(client.getSegmentMoves({ days: 0 })).rejects.toMatchObject({ status: 400 });
    });
  });

  it('has every buyer once in the grid and once among the moves, in the segment of its scores', async () => {
    const { database } = store;
    const crm = fakeConnector();
    // Purchases after the first day are known only on the second.
    crm.feed(...recordsOf(simulateBook({ seed: 5, customers: CUSTOMERS, asOf: LATER })));
    const workspace = {
      name: 'test',
      database,
      connectors: [crm],
      playbooks: [],
      timeZone: 'UTC',
      currency: 'USD',
      clock,
    };
    await cycle(workspace, { asOf: AS_OF });
    await cycle(workspace, { asOf: LATER });
    const moves = await asking((client) => client.getSegmentMoves({ days: 60 }));
    expect(getSegmentMoves.answer.parse(moves)).toEqual(moves);
    expect(moves).toMatchObject({ asOf: LATER, since: AS_OF, historyFrom: AS_OF });
    const segments = await database.query<{ segment: string; customers: number }>(
      `select score->>'segment' as segment, count(*)::int as customers from scores
       where score->>'segment' is not null group by 1`,
    );
    const counts = (rows: readonly { segment: string; customers: number }[]) => {
      const bySegment = new Map<string, number>();
      for (const { segment, customers } of rows) bySegment.set(segment, (bySegment.get(segment) ?? 0) + customers);
      return bySegment;
    };
    expect(counts(moves.grid)).toEqual(counts(segments));
    expect(counts(moves.moves.map(({ to, customers }) => ({ segment: to, customers })))).toEqual(counts(segments));
    expect(total(moves.moves.filter(({ from, to }) => from !== to))).toBeGreaterThan(0);
  });

  it('compares with no segment where no score is as old', async () => {
    const { moves } = await asking((client) => client.getSegmentMoves({ days: 61 }));
    expect(moves.length).toBeGreaterThan(0);
    expect(moves.filter(({ from }) => from !== null)).toEqual([]);
  });
});
