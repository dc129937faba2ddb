import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pullStream } from '../../connectors/hubspot/pull.ts';
import { contactReader } from '../../connectors/hubspot/pull-contacts.ts';
import { hubspotSettingsSchema } from '../../connectors/hubspot/settings.ts';
import { toJson } from '../../core/domain/stable-json.ts';
import type { Cursor, Page } from '../../core/ports/connector.ts';
import { seedHubSpot } from '../../sandbox/hubspot/index.ts';
import { generateWorld } from '../../sandbox/seed/generate.ts';
import { clockAt, noLimits, openPortal, pullAll, type TestPortal } from './hubspot-portal.ts';

const EARLIER = '2026-01-10T08:00:00.000Z';
const LOAD = '2026-02-01T00:00:00.000Z';
const BULK = '2026-02-01T06:00:00.000Z';
const NEXT = '2026-02-01T12:00:00.000Z';
const LATER = '2026-02-01T23:00:00.000Z';
const NEXT_DAY = '2026-02-02T00:00:00.000Z';

describe('pulling from HubSpot', () => {
  let account: TestPortal;
  beforeEach(async () => {
    account = await openPortal();
  });
  afterEach(() => account.close());

  const contacts = (count: number, at: string) =>
    Array.from({ length: count }, (_, index) => account.portal.create('contacts', { firstname: `C${index}` }, { at }));

  it('brings 20,000 contacts that share one modification time, each once, and goes on from any page', async () => {
    const clock = clockAt(LOAD);
    const client = account.client({ limits: noLimits });
    const readers = [contactReader(hubspotSettingsSchema.parse({}))];
    const start = await drain(pullStream(client, readers, null, clock));
    contacts(20_000, BULK);
    clock.set(NEXT);

    const pages = await drain(pullStream(client, readers, lastOf(start), clock));
    const ids = pages.flatMap((page) => page.records).map((record) => record.externalId);
    expect(ids).toHaveLength(20_000);
    expect(new Set(ids).size).toBe(20_000);
    expect(pages[0]?.total).toBe(20_000);
    expect(pages.filter((page) => page.records.length > 0)).toHaveLength(100);

    // The process died after page 57, that is past the 10,000 where paging by offset ends.
    const rest = await drain(pullStream(client, readers, toJson(pages[56]?.cursor), clock));
    expect(rest.flatMap((page) => page.records).map((record) => record.externalId)).toEqual(ids.slice(57 * 200));
    // After the window is drained its records are behind the watermark.
    clock.set(LATER);
    expect((await drain(pullStream(client, readers, lastOf(pages), clock))).flatMap((page) => page.records)).toEqual(
      [],
    );
  });

  it('finds what search did not know yet when its window was read', async () => {
    const clock = clockAt(LOAD);
    const connector = account.connect(clock);
    const loaded = await pullAll(connector, 'contacts');
    const [late] = contacts(1, '2026-01-31T23:57:00.000Z');
    clock.set('2026-02-01T00:10:00.000Z');
    const news = await pullAll(connector, 'contacts', loaded.cursor);
    expect(news.records.map((record) => record.externalId)).toEqual([late?.id]);
  });

  it('moves the watermark only when the window is drained', async () => {
    const clock = clockAt(LOAD);
    const connector = account.connect(clock);
    const loaded = await pullAll(connector, 'contacts');
    contacts(450, BULK);
    clock.set(NEXT);
    const news = await pullAll(connector, 'contacts', loaded.cursor);
    expect(news.pages.map((page) => watermarkOf(page.cursor))).toEqual([LOAD, LOAD, NEXT, NEXT]);
    // The last page is that of the sweep.
    expect(news.pages.map((page) => page.records.length)).toEqual([200, 200, 50, 0]);
  });

  it('goes on from every page of a first load of several pages', async () => {
    contacts(450, EARLIER);
    const connector = account.connect(clockAt(LOAD));
    const whole = await pullAll(connector, 'contacts');
    expect(whole.pages.map((page) => page.records.length)).toEqual([100, 100, 100, 100, 50]);
    for (const [index, page] of whole.pages.entries()) {
      const rest = await pullAll(connector, 'contacts', toJson(page.cursor));
      expect(rest.records).toEqual(whole.pages.slice(index + 1).flatMap((each) => each.records));
    }
  });

  it('brings what changed while the first load was under way, though its page had passed', async () => {
    contacts(150, EARLIER);
    const clock = clockAt(LOAD);
    const connector = account.connect(clock);
    const pages: Page[] = [];
    for await (const page of connector.source?.pull('contacts', null) ?? []) {
      pages.push(page);
      const [first] = page.records;
      if (pages.length === 1) touch(first?.externalId ?? '', { firstname: 'Changed' }, LOAD);
    }
    clock.set(NEXT);
    const news = await pullAll(connector, 'contacts', lastOf(pages));
    expect(news.records.map((record) => record.kind === 'contact' && record.name)).toEqual(['Changed']);
  });

  const touch = (id: string, properties: Record<string, string>, at: string) => {
    account.kernel.setClock(new Date(at));
    account.portal.update('contacts', id, properties);
    account.kernel.setClock(null);
  };

  it('maps a record that only our own write has changed to the same record as before', async () => {
    const [contact] = contacts(1, EARLIER);
    const clock = clockAt(LOAD);
    const connector = account.connect(clock);
    await connector.fields?.provision(
      [{ name: 'clv_12m', label: 'Value', description: '', type: { type: 'number', scale: 2 } }],
      { dryRun: false },
    );
    const before = await pullAll(connector, 'contacts');
    account.kernel.setClock(new Date(BULK));
    await connector.scores?.write([
      { recordKind: 'contact', externalId: contact?.id ?? '', parentExternalId: null, values: { clv_12m: 5 } },
    ]);
    account.kernel.setClock(null);
    clock.set(NEXT);
    const again = await pullAll(connector, 'contacts', before.cursor);
    expect(again.records).toHaveLength(1);
    expect(again.records).toEqual(before.records);
  });

  it('reads the associations of a contact with more than a list or one association page holds', async () => {
    const [contact] = contacts(1, EARLIER);
    const id = contact?.id ?? '';
    const companies = Array.from({ length: 620 }, () => account.portal.create('companies', {}, { at: EARLIER }).id);
    const primary = companies[610] ?? '';
    for (const company of companies)
      account.portal.associate('contacts', id, 'companies', company, company === primary ? [279, 1] : [279]);
    const clock = clockAt(LOAD);
    const connector = account.connect(clock);
    const loaded = await pullAll(connector, 'contacts');
    expect(loaded.records.map((record) => record.kind === 'contact' && record.accountExternalId)).toEqual([primary]);
    touch(id, { firstname: 'Again' }, BULK);
    clock.set(NEXT);
    const news = await pullAll(connector, 'contacts', loaded.cursor);
    expect(news.records.map((record) => record.kind === 'contact' && record.accountExternalId)).toEqual([primary]);
  });

  it('takes the primary company of several, from the list as from the associations', async () => {
    const [contact] = contacts(1, EARLIER);
    const id = contact?.id ?? '';
    const [other, primary] = [0, 1].map(() => account.portal.create('companies', {}, { at: EARLIER }).id);
    account.portal.associate('contacts', id, 'companies', other ?? '', [279]);
    account.portal.associate('contacts', id, 'companies', primary ?? '', [279, 1]);
    const clock = clockAt(LOAD);
    const connector = account.connect(clock);
    const loaded = await pullAll(connector, 'contacts');
    touch(id, { phone: '' }, BULK);
    clock.set(NEXT);
    const news = await pullAll(connector, 'contacts', loaded.cursor);
    expect(loaded.records.map((record) => record.kind === 'contact' && record.accountExternalId)).toEqual([primary]);
    expect(news.records).toEqual(loaded.records);
  });

  it('deletes what was archived, and asks for archived records once an hour', async () => {
    const [first, second] = contacts(2, EARLIER);
    const clock = clockAt(LOAD);
    const connector = account.connect(clock);
    const loaded = await pullAll(connector, 'contacts');
    account.kernel.setClock(new Date('2026-02-01T00:10:00.000Z'));
    account.portal.archive('contacts', first?.id ?? '');
    account.kernel.setClock(null);
    clock.set('2026-02-01T00:30:00.000Z');
    const early = await pullAll(connector, 'contacts', loaded.cursor);
    expect(early.records).toEqual([]);
    clock.set('2026-02-01T01:00:00.000Z');
    const news = await pullAll(connector, 'contacts', early.cursor);
    expect(news.records).toEqual([
      { kind: 'deletion', of: 'contact', externalId: first?.id, mergedIntoExternalId: null },
    ]);
    clock.set(LATER);
    expect((await pullAll(connector, 'contacts', news.cursor)).records).toEqual([]);
    expect(second?.id).not.toBe(first?.id);
  });

  it('lists everything again once a day, from any page on: a changed association moves no time', async () => {
    const people = contacts(250, EARLIER);
    const company = account.portal.create('companies', {}, { at: EARLIER }).id;
    const clock = clockAt(LOAD);
    const connector = account.connect(clock);
    const loaded = await pullAll(connector, 'contacts');
    account.portal.associate('contacts', people[0]?.id ?? '', 'companies', company, [279, 1]);
    clock.set(LATER);
    const early = await pullAll(connector, 'contacts', loaded.cursor);
    expect(early.records).toEqual([]);
    clock.set(NEXT_DAY);
    const news = await pullAll(connector, 'contacts', early.cursor);
    expect(news.records.map((record) => record.externalId)).toEqual(people.map(({ id }) => id));
    expect(news.records[0]).toMatchObject({ accountExternalId: company });
    const rest = await pullAll(connector, 'contacts', toJson(news.pages[0]?.cursor));
    expect(rest.records).toHaveLength(150);
    expect(rest.cursor).toEqual(news.cursor);
    expect((await pullAll(connector, 'contacts', news.cursor)).records).toEqual([]);
  });

  it('follows merges, also chains of them, to the record that is left', async () => {
    const [a, b, c] = contacts(3, EARLIER).map((contact) => contact.id);
    const clock = clockAt(LOAD);
    const connector = account.connect(clock);
    const loaded = await pullAll(connector, 'contacts');
    account.kernel.setClock(new Date(BULK));
    const ab = account.portal.merge('contacts', a ?? '', b ?? '');
    const abc = account.portal.merge('contacts', ab.id, c ?? '');
    account.kernel.setClock(null);
    clock.set(NEXT);
    const news = await pullAll(connector, 'contacts', loaded.cursor);
    const gone = news.records.filter((record) => record.kind === 'deletion');
    expect(gone.map((record) => record.externalId).sort()).toEqual([a, ab.id, b, c].sort());
    expect(new Set(gone.map((record) => record.mergedIntoExternalId))).toEqual(new Set([abc.id]));
    expect(news.records.filter((record) => record.kind === 'contact').map((record) => record.externalId)).toEqual([
      abc.id,
    ]);
  });

  it('deletes the sale of a deal that stops being won, and rejects a won deal without an amount', async () => {
    const deal = (properties: Record<string, string>) =>
      account.portal.create('deals', { closedate: EARLIER, hs_is_closed_won: 'true', ...properties }, { at: EARLIER });
    const won = deal({ amount: '10.50', deal_currency_code: 'USD' });
    const zero = deal({ amount: '0' });
    const blank = deal({});
    const open = deal({ amount: '7', hs_is_closed_won: 'false' });
    const clock = clockAt(LOAD);
    const connector = account.connect(clock);
    const loaded = await pullAll(connector, 'transactions');
    expect(
      loaded.records.map(
        (record) => record.kind === 'transaction' && [record.externalId, record.amount, record.currency],
      ),
    ).toEqual([
      [`deal-${won.id}`, '10.50', 'USD'],
      [`deal-${zero.id}`, '0', 'EUR'],
    ]);
    expect(
      loaded.pages.flatMap((page) => page.rejected).map((each) => [each.externalId, each.field, each.found]),
    ).toEqual([[`deal-${blank.id}`, 'amount', 'null']]);
    account.kernel.setClock(new Date(BULK));
    account.portal.update('deals', won.id, { hs_is_closed_won: 'false' });
    account.portal.update('deals', open.id, { hs_is_closed_won: 'true' });
    account.kernel.setClock(null);
    clock.set(NEXT);
    const news = await pullAll(connector, 'transactions', loaded.cursor);
    expect(news.records.map((record) => [record.kind, record.externalId])).toEqual([
      ['deletion', `deal-${won.id}`],
      ['transaction', `deal-${open.id}`],
    ]);
  });

  it('begins an object type afresh that was added to the settings later', async () => {
    const contact = contacts(1, EARLIER)[0]?.id ?? '';
    const order = account.portal.create(
      'orders',
      { hs_total_price: '19.90', hs_currency_code: 'USD', hs_external_order_id: 'W-1' },
      { at: EARLIER },
    );
    account.portal.associate('orders', order.id, 'contacts', contact);
    const clock = clockAt(LOAD);
    const without = await pullAll(account.connect(clock), 'transactions');
    expect(without.records).toEqual([]);
    clock.set(NEXT);
    const withOrders = await pullAll(account.connect(clock, { orders: {} }), 'transactions', without.cursor);
    expect(withOrders.records).toEqual([
      {
        kind: 'transaction',
        externalId: `order-${order.id}`,
        transactionKind: 'order',
        occurredAt: EARLIER,
        amount: '19.90',
        currency: 'USD',
        contactExternalId: contact,
        accountExternalId: null,
        orderReference: 'W-1',
        refersTo: null,
      },
    ]);
  });

  it('gives an event to every contact of an activity, and none for what only was planned', async () => {
    const [ann, bob] = contacts(2, EARLIER).map((contact) => contact.id);
    const meeting = account.portal.create(
      'meetings',
      { hs_timestamp: EARLIER, hs_meeting_start_time: EARLIER, hs_meeting_outcome: 'COMPLETED' },
      { at: EARLIER },
    );
    const task = account.portal.create(
      'tasks',
      { hs_timestamp: EARLIER, hs_task_status: 'NOT_STARTED' },
      { at: EARLIER },
    );
    for (const contact of [bob, ann]) account.portal.associate('meetings', meeting.id, 'contacts', contact ?? '');
    account.portal.associate('tasks', task.id, 'contacts', ann ?? '');
    account.portal.create('emails', { hs_timestamp: EARLIER }, { at: EARLIER });
    const { records } = await pullAll(account.connect(clockAt(LOAD)), 'engagement');
    expect(records.map((record) => record.kind === 'event' && [record.externalId, record.contactExternalId])).toEqual([
      [`meeting-${meeting.id}`, ann],
      [`meeting-${meeting.id}-${bob}`, bob],
    ]);
  });

  it('takes as many calls as the bill for a seeded account, first and after changes, and one an object without news', async () => {
    seedHubSpot(account.kernel, generateWorld({ seed: 3, customers: 900, asOf: '2026-01-31' }));
    const clock = clockAt(LOAD);
    const connector = account.connect(clock);
    const streams = ['accounts', 'contacts', 'transactions', 'engagement'] as const;
    const cursors: Partial<Record<(typeof streams)[number], Cursor>> = {};
    const runAll = async () => {
      const seq = account.lastSeq();
      let records = 0;
      for (const stream of streams) {
        const pulled = await pullAll(connector, stream, cursors[stream] ?? null);
        cursors[stream] = pulled.cursor;
        records += pulled.records.length;
      }
      return { bill: account.billSince(seq), records };
    };
    const first = await runAll();
    expect(first.records).toBeGreaterThan(3_000);
    expect(first.bill.actual).toBeLessThanOrEqual(first.bill.minimum * 1.1);

    account.kernel.setClock(new Date(BULK));
    const some = (type: 'contacts' | 'deals' | 'emails', count: number) =>
      [...account.portal.records(type).values()].filter((record) => !record.archived).slice(0, count);
    for (const contact of some('contacts', 430)) account.portal.update('contacts', contact.id, { firstname: 'New' });
    for (const deal of some('deals', 330)) account.portal.update('deals', deal.id, { amount: '5' });
    for (const email of some('emails', 90)) account.portal.update('emails', email.id, { hs_email_subject: 'New' });
    account.kernel.setClock(null);
    clock.set(NEXT);
    const second = await runAll();
    expect(second.records).toBeGreaterThanOrEqual(430 + 330 + 90);
    expect(second.bill.actual).toBeLessThanOrEqual(second.bill.minimum * 1.1);

    clock.set('2026-02-01T12:30:00.000Z');
    const third = await runAll();
    expect(third.records).toBe(0);
    // Companies, contacts, deals, and five kinds of activities.
    expect(third.bill.actual).toBe(8);
  });
});

describe("HubSpot's limits", () => {
  it('are never hit: neither the rolling ten seconds nor five searches a second', async () => {
    const account = await openPortal({ hubspotBurstPer10s: 40, hubspotSearchPerSecond: 5 });
    const connector = account.connect({ now: () => new Date() }, { callsPer10Seconds: 40 });
    const loaded = await pullAll(connector, 'contacts');
    await Promise.all([
      ...Array.from({ length: 45 }, () => pullAll(connector, 'accounts')),
      ...Array.from({ length: 12 }, () => pullAll(connector, 'contacts', loaded.cursor)),
    ]);
    await connector.close();
    const calls = account.kernel.log.since(0);
    expect(calls.filter((call) => call.path.endsWith('/search')).length).toBe(12);
    expect(calls.length).toBe(58);
    expect(account.statuses()).toEqual([200]);
    await account.close();
  });
});

function watermarkOf(cursor: Cursor): unknown {
  return (cursor as { objects: { contacts: { watermark: string | null } } }).objects.contacts.watermark;
}

async function drain(pages: AsyncIterable<Page>): Promise<readonly Page[]> {
  const all: Page[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

function lastOf(pages: readonly Page[]): Cursor {
  return toJson(pages.at(-1)?.cursor ?? null);
}
