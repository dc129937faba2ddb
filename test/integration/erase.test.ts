import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { isClear } from '../../core/domain/fields.ts';
import type { SourceRecord } from '../../core/domain/records.ts';
import { cycle, type Workspace } from '../../core/pipeline/cycle.ts';
import { erase, finishErasures } from '../../core/pipeline/erase.ts';
import { verifyReceipt } from '../../core/privacy/receipt.ts';
import { drainInbox } from '../../core/store/drain.ts';
import { erasedSinceTraining, erasureNotes, listErasures, receiptOf, signingKeys } from '../../core/store/erasures.ts';
import { findCustomer } from '../../core/store/find-customer.ts';
import { createInbox } from '../../core/store/inbox.ts';
import { championAt } from '../../core/store/models.ts';
import { findPerson } from '../../core/store/person.ts';
import { quarantine } from '../../core/store/quarantine.ts';
import { countsOf, rowsOf } from '../../core/store/read-person.ts';
import { recordsOf, simulateBook } from '../support/book.ts';
import { fakeClock } from '../support/clock.ts';
import { type FakeConnector, fakeConnector } from '../support/fake-connector.ts';
import { contact, deletion, order } from '../support/records.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';

const AS_OF = calendarDay('2026-06-01');
const clock = fakeClock('2026-06-01T20:00:00.000Z');
const ADA = 'ada@people.example';

let store: TempStore;
beforeAll(async () => {
  store = await openTempStore();
});
afterAll(() => store.close());
beforeEach(() => emptyTables(store.database));

function workspaceOf(connectors: readonly FakeConnector[]): Workspace {
  return { name: 'test', database: store.database, connectors, playbooks: [], timeZone: 'UTC', currency: 'USD', clock };
}

/** A book of 40 with Ada in two systems. */
async function bookWithAda() {
  const crm = fakeConnector('crm');
  const shop = fakeConnector('shop');
  crm.feed(
    ...recordsOf(simulateBook({ seed: 3, customers: 40, asOf: AS_OF })),
    contact('003000000000ADA', { emails: [ADA], name: 'Ada Byron' }),
    ...['2026-01-05', '2026-02-05', '2026-03-05'].map((day, index) =>
      order(`ada-${index}`, '003000000000ADA', day, '120.00'),
    ),
  );
  shop.feed(
    contact('77', { emails: [ADA.toUpperCase()], userIds: ['u-ada'] }),
    order('s-1', '77', '2026-04-05', '60.00'),
  );
  const workspace = workspaceOf([crm, shop]);
  await cycle(workspace, { asOf: AS_OF });
  const customerId = (await findCustomer(store.database, ADA)) ?? '';
  return { crm, shop, workspace, customerId };
}

async function eraseAda(workspace: Workspace, customerId: string) {
  const erasureId = await erase(store.database, { customerId }, { workspace: 'test', clock, requestedBy: 'operator' });
  const receipts = await finishErasures(store.database, { workspace: 'test', connectors: workspace.connectors, clock });
  return { erasureId: erasureId ?? '', receipts };
}

/** Every text, JSON and id in the whole schema, as one text: asked of the catalogue, whatever tables there are. */
async function everythingStored(): Promise<Readonly<Record<string, string>>> {
  const tables = await store.database.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = current_schema() order by 1`,
  );
  const stored: Record<string, string> = {};
  for (const { name } of tables) {
    const [row] = await store.database.query<{ text: string | null }>(
      `select string_agg(to_jsonb(t)::text, ' ') as text from ${name} t`,
    );
    stored[name] = row?.text ?? '';
  }
  return stored;
}

const TRACES = [ADA, ADA.toUpperCase(), '003000000000ADA', 'u-ada', 'Ada Byron', 'ada-1'];
const tracesIn = (stored: Readonly<Record<string, string>>, customerId: string) =>
  Object.entries(stored).flatMap(([name, text]) =>
    [...TRACES, customerId].filter((trace) => text.includes(trace)).map((trace) => `${trace} in ${name}`),
  );

describe('erasing a person', () => {
  it('refuses a customer that is not on record', async () => {
    await bookWithAda();
    const unknown = '00000000-0000-4000-8000-000000000000';
    expect(
      await erase(store.database, { customerId: unknown }, { workspace: 'test', clock, requestedBy: 'operator' }),
    ).toBeNull();
  });

  it('leaves nothing in any table that has a column for customers or records, nor a trace in any other', async () => {
    const { workspace, customerId } = await bookWithAda();
    const inbox = createInbox(store.database, () => clock.now());
    await inbox.append('shop', [
      { deliveryKey: 'm-1', payload: { type: 'track', userId: 'u-ada', context: { traits: { email: ADA } } } },
      { deliveryKey: 'm-2', payload: { type: 'track', userId: 'u-eve', properties: { note: 'not hers' } } },
    ]);
    await inbox.append('crm', [{ deliveryKey: 'm-3', payload: '<sObject><sf:Id>003000000000ADA</sf:Id></sObject>' }]);
    for (const connectionId of ['shop', 'crm']) {
      await drainInbox(
        store.database,
        connectionId,
        { read: async () => ({ records: [], rejected: [] }) },
        {
          now: () => clock.now(),
        },
      );
    }
    await quarantine(store.database, {
      connectionId: 'shop',
      stage: 'inbox',
      kind: 'message',
      externalId: 'delivery 4',
      code: 'data',
      message: 'unreadable',
      remedy: 'look at it',
      payload: JSON.stringify({ email: ADA }),
      at: clock.now(),
    });
    const person = await findPerson(store.database, customerId);
    if (!person) throw new Error('expected Ada on record');
    const before = await countsOf(store.database, person);
    expect(Object.keys(before)).toEqual(
      expect.arrayContaining([
        'customer_records',
        'customer_stats',
        'customers',
        'identity_keys',
        'identity_merges',
        'inbox',
        'quarantine',
        'score_history',
        'scores',
        'source_records',
        'transactions',
      ]),
    );

    const { erasureId } = await eraseAda(workspace, customerId);
    expect(await store.database.query("select actor, action, detail from audit_log where actor <> 'training'")).toEqual(
      [{ actor: 'operator', action: 'erase', detail: { erasureId } }],
    );
    expect(await countsOf(store.database, person)).toEqual({});
    expect(tracesIn(await everythingStored(), customerId)).toEqual([]);
    const kept = await store.database.query('select payload from inbox where delivery_key = $1', ['m-2']);
    expect(kept).toEqual([{ payload: { type: 'track', userId: 'u-eve', properties: { note: 'not hers' } } }]);
    const [{ customers } = { customers: 0 }] = await store.database.query<{ customers: number }>(
      'select count(*)::int as customers from customers',
    );
    expect(customers).toBe(40);
  });

  it('clears every field of ours on the records of each vendor', async () => {
    const { crm, shop, workspace, customerId } = await bookWithAda();
    expect(Object.keys(crm.fieldsOf('003000000000ADA')).length).toBeGreaterThan(10);
    const { receipts } = await eraseAda(workspace, customerId);
    for (const fields of [crm.fieldsOf('003000000000ADA'), shop.fieldsOf('77')]) {
      expect(Object.values(fields).every(isClear)).toBe(true);
    }
    expect(receipts.map(({ vendors }) => vendors)).toEqual([
      [
        { connectionId: 'crm', cleared: 1, forgotten: 0, refused: [] },
        { connectionId: 'shop', cleared: 1, forgotten: 0, refused: [] },
      ],
    ]);
  });

  it('clears the traits of audiences that the person was put into', async () => {
    const { shop, workspace, customerId } = await bookWithAda();
    await store.database.query(
      `insert into outbox (customer_id, action_key, playbook, connection_id, action, state, attempts, not_before)
       values ($1::uuid, 'a-1', 'keep', 'shop', $2::jsonb, 'done', 1, $3)`,
      [
        customerId,
        JSON.stringify({ kind: 'audience', key: 'a-1', contactExternalId: '77', name: 'at_risk' }),
        clock.now().toISOString(),
      ],
    );
    await eraseAda(workspace, customerId);
    expect(isClear(shop.fieldsOf('77')['audience_at_risk'])).toBe(true);
  });

  it('keeps the person out of the next pulls, under either address and with new sales', async () => {
    const { crm, shop, workspace, customerId } = await bookWithAda();
    await eraseAda(workspace, customerId);
    crm.feed(
      contact('003000000000ADA', { emails: [ADA], name: 'Ada King' }),
      order('ada-9', '003000000000ADA', '2026-05-05', '9.00'),
    );
    crm.feed(contact('003-NEW', { emails: [`  ${ADA}`] }));
    shop.feed(contact('78', { userIds: ['u-ada'] }));
    const report = await cycle(workspace, { asOf: AS_OF });
    expect(report.pulled).toBe(0);
    expect(await findCustomer(store.database, ADA)).toBeNull();
    expect(tracesIn(await everythingStored(), customerId)).toEqual([]);
  });

  it('empties a message about the person that was waiting when they were erased', async () => {
    const { workspace, customerId } = await bookWithAda();
    const inbox = createInbox(store.database, () => clock.now());
    await inbox.append('shop', [{ deliveryKey: 'late', payload: { userId: 'u-ada', traits: { email: ADA } } }]);
    await eraseAda(workspace, customerId);
    await drainInbox(
      store.database,
      'shop',
      { read: async () => ({ records: [contact('user:u-ada', { userIds: ['u-ada'], emails: [ADA] })], rejected: [] }) },
      { now: () => clock.now() },
    );
    expect(tracesIn(await everythingStored(), customerId)).toEqual([]);
    expect(await store.database.query('select payload, drained from inbox')).toEqual([
      { payload: null, drained: true },
    ]);
  });

  it('waits with the receipt for a vendor that is down, and the next run completes it', async () => {
    const { crm, workspace, customerId } = await bookWithAda();
    crm.down = true;
    const { erasureId, receipts } = await eraseAda(workspace, customerId);
    expect(receipts).toEqual([]);
    expect(await receiptOf(store.database, erasureId)).toBeNull();
    expect((await erasureNotes(store.database)).recordsWaiting).toBe(1);
    expect((await listErasures(store.database)).map((each) => each.waiting)).toEqual([1]);
    crm.down = false;
    await cycle(workspace, { asOf: AS_OF });
    expect((await receiptOf(store.database, erasureId))?.vendors).toEqual([
      { connectionId: 'crm', cleared: 1, forgotten: 0, refused: [] },
      { connectionId: 'shop', cleared: 1, forgotten: 0, refused: [] },
    ]);
    expect(await store.database.query('select 1 from erasure_clears')).toEqual([]);
  });

  it('clears again what was on its way to the vendor meanwhile', async () => {
    const { crm, workspace, customerId } = await bookWithAda();
    crm.feed(order('ada-8', '003000000000ADA', '2026-05-30', '900.00'));
    const { scores } = crm;
    if (!scores) throw new Error('expected a writer');
    let erasing = Promise.resolve<unknown>(null);
    const slow: FakeConnector = Object.assign(Object.create(crm), {
      scores: {
        ...scores,
        write: async (rows: Parameters<typeof scores.write>[0]) => {
          if (rows.some((row) => row.externalId === '003000000000ADA' && !Object.values(row.values).every(isClear))) {
            erasing = erase(store.database, { customerId }, { workspace: 'test', clock, requestedBy: 'operator' });
            await erasing;
          }
          return scores.write(rows);
        },
      },
    });
    await cycle(workspaceOf([slow]), { asOf: AS_OF });
    expect(await erasing).not.toBeNull();
    await finishErasures(store.database, { workspace: 'test', connectors: workspace.connectors, clock });
    expect(Object.values(crm.fieldsOf('003000000000ADA')).every(isClear)).toBe(true);
    expect(tracesIn(await everythingStored(), customerId)).toEqual([]);
  });

  it('has the model replaced by the next run that may train, and by none before', async () => {
    const { workspace, customerId } = await bookWithAda();
    const before = await championAt(store.database, AS_OF);
    expect(await erasedSinceTraining(store.database, before?.version ?? '')).toBe(0);
    clock.advance(60_000);
    await eraseAda(workspace, customerId);
    expect(await erasedSinceTraining(store.database, before?.version ?? '')).toBe(1);
    expect(await erasureNotes(store.database)).toEqual({ recordsWaiting: 0, erasedSinceTraining: 1 });
    await cycle(workspace, { asOf: AS_OF, steps: ['identify', 'features', 'score'] });
    expect((await championAt(store.database, AS_OF))?.version).toBe(before?.version);
    clock.advance(60_000);
    await cycle(workspace, { asOf: AS_OF });
    const after = await championAt(store.database, AS_OF);
    expect(after?.version).not.toBe(before?.version);
    expect(await erasedSinceTraining(store.database, after?.version ?? '')).toBe(0);
  });
});

describe('a person whom a vendor was told to forget', () => {
  const forgotten = (externalId: string): SourceRecord => ({ ...deletion('contact', externalId), forPrivacy: true });

  it.each([
    ['before its twin', () => [forgotten('77'), deletion('contact', '77')]],
    ['after its twin', () => [deletion('contact', '77'), forgotten('77')]],
    ['twice', () => [forgotten('77'), forgotten('77')]],
  ])('is erased once, when the notice comes %s', async (_, notices) => {
    const { shop, workspace, customerId } = await bookWithAda();
    for (const notice of notices()) {
      shop.feed(notice);
      await cycle(workspace, { asOf: AS_OF });
    }
    expect((await listErasures(store.database)).map(({ requestedBy, waiting }) => ({ requestedBy, waiting }))).toEqual([
      { requestedBy: 'shop', waiting: 0 },
    ]);
    expect(tracesIn(await everythingStored(), customerId)).toEqual([]);
  });

  it('is kept out when they never were on record here', async () => {
    const shop = fakeConnector('shop');
    shop.feed(forgotten('500'));
    const workspace = workspaceOf([shop]);
    await cycle(workspace, { asOf: AS_OF });
    shop.feed(contact('500', { emails: ['late@people.example'] }));
    expect((await cycle(workspace, { asOf: AS_OF })).pulled).toBe(0);
  });
});

describe('a contact that its vendor deleted before', () => {
  it('goes with the person who had its address', async () => {
    const { shop, workspace, customerId } = await bookWithAda();
    shop.feed(deletion('contact', '77'));
    await cycle(workspace, { asOf: AS_OF });
    await eraseAda(workspace, customerId);
    expect(tracesIn(await everythingStored(), customerId)).toEqual([]);
  });
});

describe('a receipt', () => {
  it('is refused when it was changed, cut short, or signed by another workspace', async () => {
    const { workspace, customerId } = await bookWithAda();
    const { receipts } = await eraseAda(workspace, customerId);
    const text = JSON.stringify(receipts[0]);
    const { publicKey } = await signingKeys(store.database);
    const refused = (changed: string, key = publicKey) => expect(() => verifyReceipt(changed, key)).toThrow(/expected/);
    refused(text.slice(0, -1));
    refused('{}');
    refused(text.replace('"scores":1', '"scores":2'));
    refused(text.replace('"requestedBy":"operator"', '"requestedBy":"hubspot"'));
    refused(text.replace('"format":1', '"format":1,"extra":true'));
    const { newSigningKeys } = await import('../../core/privacy/receipt.ts');
    refused(text, newSigningKeys().publicKey);
    expect(verifyReceipt(text, publicKey)).toEqual(receipts[0]);
  });

  it('names nobody', async () => {
    const { workspace, customerId } = await bookWithAda();
    const { receipts } = await eraseAda(workspace, customerId);
    expect([...TRACES, '"77"', customerId].filter((trace) => JSON.stringify(receipts).includes(trace))).toEqual([]);
  });
});

describe('an export of a person', () => {
  it('holds what every table has on them and nothing of anybody else', async () => {
    const { customerId } = await bookWithAda();
    const person = await findPerson(store.database, customerId);
    if (!person) throw new Error('expected Ada on record');
    const tables = await rowsOf(store.database, person);
    expect(tables['transactions']).toHaveLength(4);
    expect(tables['source_records']).toHaveLength(6);
    expect(JSON.stringify(tables)).toContain('Ada Byron');
    expect(JSON.stringify(tables)).not.toContain('Customer c1');
  });
});
