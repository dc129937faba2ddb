import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SourceRecord } from '../../core/domain/records.ts';
import { stableJson, toJson } from '../../core/domain/stable-json.ts';
import type { Cursor } from '../../core/ports/connector.ts';
import { PROFILE_PERMISSION_SET_ID } from '../../sandbox/salesforce/org/bootstrap.ts';
import type { World } from '../../sandbox/seed/world.ts';
import { crowd, type Org, pull, SEEDED, startOrg } from './salesforce-org.ts';

const now = new Date();
const clock = { now: () => now };

const sale = (index: number, personId: string) => ({
  id: `w${index}`,
  personId,
  kind: 'order' as const,
  refersTo: null,
  at: new Date(Date.UTC(2025, index, 3, 10)).toISOString(),
  amount: `${100 + index}.50`,
  currency: 'USD',
  systems: ['salesforce'] as const,
  reference: `SO-${index}`,
});
const WORLD: World = { ...crowd(12), orders: Array.from({ length: 8 }, (_, index) => sale(index, `p${index}`)) };

describe('what changes in the organisation', () => {
  let org: Org;
  const contacts: string[] = [];
  const sales: string[] = [];
  const loaded = {
    contacts: null as Cursor | null,
    transactions: null as Cursor | null,
    engagement: null as Cursor | null,
  };
  const connect = (settings = {}) => org.connect({ settings: { ...SEEDED, ...settings }, clock });
  const news = async (stream: keyof typeof loaded, settings = {}) => {
    const { records, pages } = await pull(connect(settings), stream, loaded[stream]);
    expect(pages.flatMap((page) => page.rejected)).toEqual([]);
    return records;
  };
  /** What is told of one sale: the last word counts. */
  const saleOf = async (id: string, settings = {}) =>
    (await news('transactions', settings)).findLast((record) => record.externalId === id);
  beforeAll(async () => {
    org = await startOrg(WORLD);
    for (const row of await org.soql('SELECT Id FROM Contact ORDER BY CreatedDate')) contacts.push(String(row['Id']));
    for (const row of await org.soql('SELECT Id FROM Opportunity WHERE IsWon = true ORDER BY CloseDate')) {
      sales.push(String(row['Id']));
    }
    for (const stream of ['contacts', 'transactions', 'engagement'] as const) {
      loaded[stream] = (await pull(connect(), stream)).cursor;
    }
  });
  afterAll(() => org.close());
  const contact = (index: number) => contacts[index] ?? '';
  const won = (index: number) => sales[index] ?? '';

  it('a deal that stops being won is taken back, its refund with it', async () => {
    await org.change('Opportunity', won(0), { StageName: 'Negotiation/Review' });
    expect((await news('transactions')).filter((record) => record.externalId.startsWith(won(0)))).toEqual([
      { kind: 'deletion', of: 'transaction', externalId: won(0), mergedIntoExternalId: null },
      { kind: 'deletion', of: 'transaction', externalId: `${won(0)}-refund`, mergedIntoExternalId: null },
    ]);
  });

  it('a deal that is deleted is taken back', async () => {
    await org.remove('Opportunity', won(1));
    expect(await saleOf(won(1))).toMatchObject({ kind: 'deletion', of: 'transaction' });
  });

  it('a change of the contact roles alone is seen: the primary role is the buyer', async () => {
    const [old] = await org.soql(`SELECT Id FROM OpportunityContactRole WHERE OpportunityId = '${won(2)}'`);
    await org.change('OpportunityContactRole', String(old?.['Id']), { IsPrimary: false });
    await org.change('OpportunityContactRole', null, {
      OpportunityId: won(2),
      ContactId: contact(9),
      Role: 'Decision Maker',
      IsPrimary: true,
    });
    expect(await saleOf(won(2))).toMatchObject({ kind: 'transaction', contactExternalId: contact(9) });
  });

  it('without a primary role the contact of the deal is the buyer, else the only role, else nobody', async () => {
    const deal = { StageName: 'Closed Won', CloseDate: '2026-01-05', Amount: 10 };
    const account = await org.change('Account', null, { Name: 'Birch' });
    await org.change('Contact', contact(11), { AccountId: account });
    const byContact = await org.change('Opportunity', null, { ...deal, Name: 'a', ContactId: contact(5) });
    const byRole = await org.change('Opportunity', null, { ...deal, Name: 'b' });
    const unclear = await org.change('Opportunity', null, { ...deal, Name: 'c', AccountId: account });
    const role = (OpportunityId: string, ContactId: string) =>
      org.change('OpportunityContactRole', null, { OpportunityId, ContactId, IsPrimary: false });
    await role(byContact, contact(6));
    await role(byRole, contact(6));
    await role(unclear, contact(6));
    await role(unclear, contact(7));
    expect(await saleOf(byContact)).toMatchObject({ contactExternalId: contact(5) });
    expect(await saleOf(byRole)).toMatchObject({ contactExternalId: contact(6) });
    expect(await saleOf(unclear)).toMatchObject({ contactExternalId: null, accountExternalId: account });
    // The first load reads the roles another way and must come to the same.
    const all = new Map((await pull(connect(), 'transactions')).records.map((record) => [record.externalId, record]));
    for (const id of [byContact, byRole, unclear, won(2)]) {
      expect(stableJson(all.get(id))).toBe(stableJson(await saleOf(id)));
    }
  });

  it('stages named in the settings count as sales instead of IsWon', async () => {
    const id = await org.change('Opportunity', null, {
      Name: 'd',
      StageName: 'Negotiation/Review',
      CloseDate: '2026-01-05',
      Amount: 5,
    });
    const settings = { wonStages: ['Negotiation/Review'] };
    expect(await saleOf(id)).toMatchObject({ kind: 'deletion' });
    expect(await saleOf(id, settings)).toMatchObject({ kind: 'transaction', amount: '5' });
    const { records } = await pull(connect(settings), 'transactions');
    expect(records.map((record) => record.externalId)).toEqual(expect.arrayContaining([id, won(0)]));
    expect(records.map((record) => record.externalId)).not.toContain(won(3));
  });

  it('a refund is told when it comes and taken back when it goes', async () => {
    await org.change('Opportunity', won(4), { Refunded_Amount__c: 20.25, Refunded_On__c: '2026-02-02' });
    expect(await saleOf(`${won(4)}-refund`)).toMatchObject({
      transactionKind: 'refund',
      amount: '20.25',
      occurredAt: '2026-02-02',
      refersTo: won(4),
    });
    await org.change('Opportunity', won(4), { Refunded_Amount__c: null, Refunded_On__c: null });
    expect(await saleOf(`${won(4)}-refund`)).toMatchObject({ kind: 'deletion' });
  });

  it('a won deal without an amount waits in quarantine and the others go on', async () => {
    await org.change('Opportunity', won(5), { Amount: null });
    const { records, pages } = await pull(connect(), 'transactions', loaded.transactions);
    expect(pages.flatMap((page) => page.rejected)).toMatchObject([
      { of: 'transaction', externalId: won(5), field: 'Amount', expected: 'an amount', found: 'null' },
    ]);
    expect(records.length).toBeGreaterThan(5);
    await org.change('Opportunity', won(5), { Amount: 105.5 });
  });

  it('merged contacts are told with whom they were joined, chains link by link', async () => {
    await org.merge('Contact', contact(1), [contact(0)]);
    await org.merge('Contact', contact(2), [contact(1)]);
    const records = await news('contacts');
    const gone = (externalId: string, mergedIntoExternalId: string | null) => ({
      kind: 'deletion',
      of: 'contact',
      externalId,
      mergedIntoExternalId,
    });
    expect(records).toContainEqual(gone(contact(0), contact(1)));
    expect(records).toContainEqual(gone(contact(1), contact(2)));
    await org.remove('Contact', contact(10));
    expect(await news('contacts')).toContainEqual(gone(contact(10), null));
  });

  it('a pull after more than 15 days says that deletions may have gone unseen', async () => {
    const warned: unknown[] = [];
    const silent = () => {};
    const logger = { debug: silent, info: silent, warn: (fields: unknown) => warned.push(fields), error: silent };
    for (const days of [14, 16]) {
      const at = { now: () => new Date(now.getTime() + days * 86_400_000) };
      // The organisation's own time counts where it is behind ours.
      await org.setClock(at.now());
      await pull(org.connect({ logger, clock: at }), 'contacts', loaded.contacts);
    }
    await org.setClock(null);
    expect(warned).toEqual([{ connectionId: 'salesforce', object: 'Contact' }]);
  });

  it('a task counts once it is completed, and no more when it is opened again; one of nobody never does', async () => {
    const about = { Subject: 'Call', ActivityDate: '2026-03-03', Status: 'Not Started' };
    const task = await org.change('Task', null, { ...about, WhoId: contact(3), TaskSubtype: 'Call' });
    const nobody = await org.change('Task', null, { ...about, Status: 'Completed' });
    const told = async (id: string) => (await news('engagement')).findLast((record) => record.externalId === id);
    expect(await told(task)).toMatchObject({ kind: 'deletion' });
    expect(await told(nobody)).toMatchObject({ kind: 'deletion' });
    await org.change('Task', task, { Status: 'Completed' });
    expect(await told(task)).toMatchObject({
      kind: 'event',
      channel: 'task',
      name: 'Call',
      contactExternalId: contact(3),
    });
    await org.change('Task', task, { Status: 'In Progress' });
    expect(await told(task)).toMatchObject({ kind: 'deletion' });
  });

  it('our own write-back leaves every record as it was', async () => {
    const connector = connect();
    const fields = [{ name: 'clv_12m', label: 'Value', description: '', type: { type: 'number', scale: 2 } as const }];
    await connector.fields?.provision(fields, { dryRun: false });
    const before = await pull(connector, 'contacts');
    const keys = (records: readonly unknown[]) => records.map(stableJson).sort();
    const rows = before.records.map(({ externalId }) => ({
      recordKind: 'contact' as const,
      externalId,
      parentExternalId: null,
      values: { clv_12m: 7 },
    }));
    expect(await connector.scores?.write(rows)).toEqual(rows.map(() => ({ status: 'written' })));
    expect(keys((await pull(connect(), 'contacts')).records)).toEqual(keys(before.records));
  });

  it('activated orders are sales and reduction orders refunds, where orders are read; one made from a deal is no second sale', async () => {
    const account = await org.change('Account', null, { Name: 'Cedar' });
    const order = async (fields: Record<string, unknown>, price: number, quantity: number) => {
      const id = await org.change('Order', null, {
        AccountId: account,
        EffectiveDate: '2026-04-01',
        Status: 'Draft',
        BillToContactId: contact(3),
        ...fields,
      });
      await org.change('OrderItem', null, { OrderId: id, UnitPrice: price, Quantity: quantity });
      return id;
    };
    const draft = await order({}, 9, 1);
    const activated = await order({ OrderReferenceNumber: 'SO-99' }, 12.5, 2);
    const second = await order({ OpportunityId: won(6) }, 5, 1);
    const back = await order({ IsReductionOrder: true, OriginalOrderId: activated }, 12.5, -1);
    for (const id of [activated, second, back]) await org.change('Order', id, { Status: 'Activated' });
    for (const cursor of [null, loaded.transactions]) {
      const { records, pages } = await pull(connect({ readOrders: true }), 'transactions', cursor);
      const told = new Map(records.map((record) => [record.externalId, record]));
      expect(pages.flatMap((page) => page.rejected)).toEqual([]);
      expect(told.get(activated)).toMatchObject({
        transactionKind: 'order',
        amount: '25',
        contactExternalId: contact(3),
        orderReference: 'SO-99',
      });
      expect(told.get(back)).toMatchObject({ transactionKind: 'refund', amount: '12.5', refersTo: activated });
      expect(told.get(draft)?.kind ?? 'none').not.toBe('transaction');
      expect(told.get(second)?.kind ?? 'none').not.toBe('transaction');
    }
    expect((await news('transactions')).map((record) => record.externalId)).not.toContain(activated);
  });
});

it('a role that changes while a first load is interrupted is seen by the pull after it', async () => {
  const org = await startOrg(WORLD);
  await org.settings({ queryPageRows: 3 });
  let cursor: Cursor = null;
  let sale = '';
  for await (const page of org.connect({ clock }).source?.pull('transactions', null) ?? []) {
    cursor = page.cursor;
    sale = page.records[0]?.externalId ?? '';
    break;
  }
  const [role] = await org.soql(`SELECT Id FROM OpportunityContactRole WHERE OpportunityId = '${sale}'`);
  const [, , , other] = await org.soql('SELECT Id FROM Contact ORDER BY Id DESC');
  await org.change('OpportunityContactRole', String(role?.['Id']), { IsPrimary: false });
  await org.change('OpportunityContactRole', null, { OpportunityId: sale, ContactId: other?.['Id'], IsPrimary: true });
  const hours = (count: number) => ({ now: () => new Date(now.getTime() + count * 3_600_000) });
  await org.setClock(hours(1).now());
  const resumed = await pull(org.connect({ clock: hours(1) }), 'transactions', cursor);
  await org.setClock(hours(2).now());
  const { records } = await pull(org.connect({ clock: hours(2) }), 'transactions', resumed.cursor);
  expect(records).toMatchObject([{ externalId: sale, contactExternalId: other?.['Id'] }]);
  await org.close();
});

it('a formula that comes to something else is seen within a day, though no row tells; nothing else is read as a whole', async () => {
  const org = await startOrg(WORLD);
  await org.tooling('Opportunity.Net__c', {
    label: 'Net',
    type: 'Currency',
    precision: 18,
    scale: 2,
    formula: 'Amount * Account.Share__c',
  });
  await org.change('FieldPermissions', null, {
    ParentId: PROFILE_PERMISSION_SET_ID,
    SobjectType: 'Opportunity',
    Field: 'Opportunity.Net__c',
    PermissionsRead: true,
    PermissionsEdit: false,
  });
  const sales = await org.soql('SELECT Id FROM Opportunity WHERE IsWon = true ORDER BY Id');
  for (const sale of sales) await org.recalculate('Opportunity', String(sale['Id']), 'Net__c', 50);
  const changed = String(sales[0]?.['Id']);
  const at = (hours: number) => ({ now: () => new Date(now.getTime() + hours * 3_600_000) });
  const brought = async (hours: number, cursor: Cursor | null, settings = {}) => {
    await org.setClock(at(hours).now());
    const connector = org.connect({ clock: at(hours), settings: { amountField: 'Net__c', ...settings } });
    return pull(connector, 'transactions', cursor);
  };
  const amounts = (records: readonly SourceRecord[]) =>
    records.flatMap((record) =>
      record.kind === 'transaction' && record.externalId === changed ? [record.amount] : [],
    );
  const first = await brought(1, null);
  expect(amounts(first.records)).toEqual(['50']);
  const next = await brought(2, first.cursor);
  await org.recalculate('Opportunity', changed, 'Net__c', 70);
  const early = await brought(20, next.cursor);
  expect(amounts(early.records)).toEqual([]);
  const plain = await brought(49, early.cursor, { amountField: 'Amount' });
  expect(plain.records).toEqual([]);
  // Broken off after a page, it goes on from there, as a whole.
  await org.settings({ queryPageRows: 3 });
  const daily = await brought(49, early.cursor);
  expect(amounts(daily.records)).toEqual(['70']);
  const rest = await brought(49, toJson(daily.pages[0]?.cursor));
  expect([...(daily.pages[0]?.records ?? []), ...rest.records]).toEqual(daily.records);
  expect(amounts((await brought(60, daily.cursor)).records)).toEqual([]);
  await org.close();
});
