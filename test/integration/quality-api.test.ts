import { afterAll, beforeAll, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { cycle } from '../../core/pipeline/cycle.ts';
import { StaypowerClient } from '../../webhooks/client/staypower-client.ts';
import type { Server } from '../../webhooks/server.ts';
import { serveApi } from '../support/api-server.ts';
import { fakeClock } from '../support/clock.ts';
import { type FakeConnector, fakeConnector } from '../support/fake-connector.ts';
import { contact, order } from '../support/records.ts';
import { openTempStore, type TempStore } from '../support/store.ts';

const AS_OF = calendarDay('2026-06-01');
const clock = fakeClock('2026-06-01T12:00:00.000Z');

let store: TempStore;
let server: Server;
let admin: StaypowerClient;
let rep: StaypowerClient;
let viewer: StaypowerClient;
let crm: FakeConnector;

const run = () =>
  cycle(
    {
      name: 'test',
      database: store.database,
      connectors: [crm],
      playbooks: [],
      timeZone: 'UTC',
      currency: 'USD',
      clock,
    },
    { asOf: AS_OF },
  );

beforeAll(async () => {
  store = await openTempStore();
  crm = fakeConnector();
  crm.feed(
    contact('a', { emails: ['a@people.example'] }),
    contact('b', { name: 'Test User', emails: ['b@people.example'] }),
    ...['03', '10', '17', '24'].map((day) => order(`a${day}`, 'a', `2026-05-${day}`, '40')),
    ...['04', '11', '18', '25'].map((day) => order(`b${day}`, 'b', `2026-05-${day}`, '40')),
    order('year', 'a', '2062-05-01', '40'),
    order('below', 'a', '2026-05-20', '-40'),
  );
  await run();
  const serving = await serveApi(store.database, { clock, today: AS_OF });
  ({ server } = serving);
  admin = new StaypowerClient(server.url, serving.token);
  const client = async (role: 'rep' | 'viewer') =>
    new StaypowerClient(server.url, (await admin.addKey({ label: role, role })).key);
  [rep, viewer] = [await client('rep'), await client('viewer')];
});
afterAll(async () => {
  await server.close();
  await store.close();
});

it('counts what was found by rule and day, for everybody; shows records to reps, changes for admins', async () => {
  const { counts, days } = await viewer.getQuality();
  expect(counts.map(({ rule, open, keptOut }) => [rule, open, keptOut])).toEqual([
    ['future-date', 1, 1],
    ['negative-order', 1, 1],
    ['test-account', 1, 0],
  ]);
  expect(counts.every(({ finds }) => finds.length > 10)).toBe(true);
  expect(days.map(({ day, rule, found }) => [day, rule, found])).toContainEqual(['2026-06-01', 'future-date', 1]);
  await expect(viewer.listQualityFindings()).rejects.toMatchObject({ status: 403 });
  const { findings } = await rep.listQualityFindings({ rule: 'negative-order' });
  expect(findings).toMatchObject([{ externalId: 'below', severity: 'reject', acceptedBy: null }]);
  await expect(rep.acceptQuality({ connectionId: 'crm', rule: 'future-date' })).rejects.toMatchObject({ status: 403 });
  await expect(admin.acceptQuality({ connectionId: 'crm', rule: 'nonsense' })).rejects.toMatchObject({ status: 400 });
});

it('says on the customer, the record and the field on how good data the scores stand', async () => {
  const { customers } = await viewer.listCustomers();
  const each = await Promise.all(customers.map(({ customerId }) => viewer.getCustomer(customerId)));
  const byRecord = new Map(each.map((customer) => [customer.records[0]?.externalId, customer]));
  expect(byRecord.get('a')?.dataQuality).toEqual({
    score: 70,
    lowered: ['2 records kept out until somebody has looked at them.'],
  });
  expect(byRecord.get('b')?.dataQuality).toEqual({
    score: 60,
    lowered: ['Looks like an account made for a test.'],
  });
  expect(crm.fieldsOf('a')).toMatchObject({ data_quality: 70 });
  const { lines } = await viewer.getRecordView(byRecord.get('b')?.customerId ?? '');
  expect(lines).toContainEqual({
    id: 'quality',
    label: 'Data quality, 100 = best',
    text: '60 of 100',
    detail: 'Based on some data.',
    tone: 'neutral',
  });
});

it('takes up what was accepted and fixed with the next cycle, and moves the score', async () => {
  expect(await admin.acceptQuality({ connectionId: 'crm', rule: 'future-date', externalId: 'year' })).toEqual({
    accepted: 1,
  });
  crm.feed(order('below', 'a', '2026-05-20', '40'));
  const given = { connectionId: 'crm', from: '2026-05-20', until: null, reason: 'halves were sent' } as const;
  await expect(
    admin.makeQualityFix({ ...given, until: '2026-05-01', transform: { do: 'scale', powerOfTen: 1 } }),
  ).rejects.toMatchObject({ status: 400 });
  const { fixId } = await admin.makeQualityFix({ ...given, transform: { do: 'scale', powerOfTen: 1 } });
  await run();
  const sums = async () =>
    (
      await store.database.query<{ minor: bigint }>(
        "select amount_minor as minor from transactions where day between '2026-05-20' and '2026-06-01' order by external_id",
      )
    ).map(({ minor }) => minor);
  expect(await sums()).toEqual([40_000n, 40_000n, 40_000n]);
  expect(crm.fieldsOf('a')).toMatchObject({ data_quality: 100 });
  expect((await rep.listQualityFixes()).fixes).toMatchObject([{ fixId, madeBy: 'api-token', undoneAt: null }]);
  await admin.undoQualityFix(fixId);
  await expect(admin.undoQualityFix(fixId)).rejects.toMatchObject({ status: 404 });
  await run();
  expect(await sums()).toEqual([4_000n, 4_000n, 4_000n]);
  // Nothing more to do: nothing is written.
  expect(await run()).toMatchObject({ recordsWritten: 0 });
});
