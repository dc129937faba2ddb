import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { cycle } from '../../core/pipeline/cycle.ts';
import type { Connector } from '../../core/ports/connector.ts';
import type { Database } from '../../core/ports/database.ts';
import { land } from '../../core/store/landing.ts';
import { type FakeClock, fakeClock } from '../support/clock.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';
import { type CrmUnderChange, hubspotUnderChange, salesforceUnderChange } from './crm-under-change.ts';

/** A customer as the book has it, told by source keys. */
interface Customer {
  name: string | null;
  /** Live records: id, owner, account. */
  records: readonly string[];
  /** Sales: key and amount in cents. */
  sales: readonly string[];
}

const HOUR_MS = 3_600_000;

/** Everything that the following steps read, told without ids of our own. */
async function book(database: Database): Promise<readonly Customer[]> {
  const rows = await database.query<Customer>(
    `select c.name,
       array(select r.external_id || ' ' || coalesce(r.owner_id, '-') || ' ' || coalesce(r.parent_external_id, '-')
             from customer_records r where r.customer_id = c.customer_id order by 1) as records,
       array(select t.external_id || ' ' || t.amount_minor from transactions t where t.customer_id = c.customer_id order by 1) as sales
     from customers c`,
  );
  return rows.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

describe.each([
  ['HubSpot', hubspotUnderChange],
  ['Salesforce', salesforceUnderChange],
] as const)('what changes in %s', (_, open) => {
  let crm: CrmUnderChange;
  let clock: FakeClock;
  let kept: TempStore;
  let afresh: TempStore;
  beforeAll(async () => {
    [crm, kept, afresh] = await Promise.all([open(), openTempStore(), openTempStore()]);
    clock = fakeClock('2026-02-01T00:00:00.000Z');
    await crm.setTime(clock.now());
  });
  afterAll(() => Promise.all([crm.close(), kept.close(), afresh.close()]));

  const bring = (database: Database, connector: Connector = crm.connect(clock)) =>
    cycle(
      { name: 'test', database, connectors: [connector], playbooks: [], timeZone: 'UTC', currency: 'USD', clock },
      { asOf: calendarDay('2026-06-01'), steps: ['pull', 'identify', 'features'] },
    );
  /** A day later: what is polled, swept or read again once a day has been. */
  const aDayLater = async () => {
    clock.advance(25 * HOUR_MS);
    await crm.setTime(clock.now());
  };
  /** The book after an incremental pull; it must be that of a first load into an empty store. */
  const bookNow = async () => {
    await aDayLater();
    const report = await bring(kept.database);
    expect(report.rejected).toBe(0);
    await emptyTables(afresh.database);
    await bring(afresh.database);
    const now = await book(kept.database);
    expect(now).toEqual(await book(afresh.database));
    return now;
  };
  let people = 0;
  /** Somebody new with a sale, on record already when the test changes something. */
  const somebody = async (companyId?: string) => {
    people += 1;
    const person = await crm.person(`P${people}`, `p${people}@people.example`, companyId);
    const sale = await crm.sale(person, '10.00');
    return { person, sale, name: `P${people}` };
  };
  const of = (customers: readonly Customer[], recordId: string) =>
    customers.filter((customer) => customer.records.some((record) => record.startsWith(`${recordId} `)));
  const sold = (sale: string, cents: number) => `${crm.saleKey(sale)} ${cents}`;

  it('create: a new person and sale come in', async () => {
    await bookNow();
    const { person, sale, name } = await somebody();
    const owner = crm.owners[0];
    expect(of(await bookNow(), person)).toEqual([
      { name, records: [`${person} ${owner} -`], sales: [sold(sale, 1000)] },
    ]);
  });

  it('update: a name, an address and an amount', async () => {
    const { person, sale } = await somebody();
    await bookNow();
    await crm.rename(person, 'Renamed');
    await crm.setEmail(person, 'renamed@people.example');
    await crm.setAmount(sale, '12.50');
    expect(of(await bookNow(), person)).toMatchObject([{ name: 'Renamed', sales: [sold(sale, 1250)] }]);
  });

  it('a sale that is won no more goes, and comes back when it is won again', async () => {
    const { person, sale } = await somebody();
    await bookNow();
    await crm.reopen(sale);
    expect(of(await bookNow(), person)).toMatchObject([{ sales: [] }]);
    await crm.win(sale);
    expect(of(await bookNow(), person)).toMatchObject([{ sales: [sold(sale, 1000)] }]);
  });

  it('delete and un-delete of a sale', async () => {
    const { person, sale } = await somebody();
    await bookNow();
    await crm.remove('sale', sale);
    expect(of(await bookNow(), person)).toMatchObject([{ sales: [] }]);
    await crm.restore('sale', sale);
    expect(of(await bookNow(), person)).toMatchObject([{ sales: [sold(sale, 1000)] }]);
  });

  it('delete and un-delete of a person: gone from the book, and back with their sales', async () => {
    const { person, sale, name } = await somebody();
    const before = (await bookNow()).length;
    await crm.remove('person', person);
    const without = await bookNow();
    expect(without).toHaveLength(before - 1);
    expect(without.flatMap((customer) => customer.sales)).not.toContain(sold(sale, 1000));
    await crm.restore('person', person);
    expect(of(await bookNow(), person)).toMatchObject([{ name, sales: [sold(sale, 1000)] }]);
  });

  it('a deleted person joins others no more', async () => {
    const [a, b] = [await somebody(), await somebody()];
    // Two systems know the one in between by an address of each.
    const shared = 'between@people.example';
    await crm.setEmail(a.person, shared);
    await bookNow();
    const other = { connectionId: 'csv', rejected: [], cursor: null, now: clock.now() };
    const contact = (externalId: string, emails: readonly string[]) => ({
      kind: 'contact' as const,
      externalId,
      emails,
      userIds: [],
      anonymousIds: [],
      phone: null,
      name: null,
      accountExternalId: null,
      ownerId: null,
      doNotContact: false,
      createdAt: null,
      partial: false,
    });
    await land(kept.database, { ...other, records: [contact('link', [shared, `${b.name}@people.example`])] });
    await bring(kept.database);
    expect(of(await book(kept.database), a.person)).toEqual(of(await book(kept.database), b.person));
    const deletion = { kind: 'deletion', of: 'contact', externalId: 'link', mergedIntoExternalId: null } as const;
    await land(kept.database, { ...other, records: [deletion] });
    expect(of(await bookNow(), a.person)).toMatchObject([{ name: a.name, sales: [sold(a.sale, 1000)] }]);
  });

  it('merge: one customer with the sales of both', async () => {
    const [winner, loser] = [await somebody(), await somebody()];
    await bookNow();
    const left = await crm.merge(winner.person, loser.person);
    const customers = await bookNow();
    expect(of(customers, left)).toMatchObject([
      { name: winner.name, sales: [sold(winner.sale, 1000), sold(loser.sale, 1000)].sort() },
    ]);
    expect(of(customers, loser.person)).toEqual([]);
  });

  it('chained merges: between two pulls, and one after the other', async () => {
    const [a, b, c, d] = [await somebody(), await somebody(), await somebody(), await somebody()];
    await bookNow();
    const first = await crm.merge(b.person, a.person);
    const second = await crm.merge(c.person, first);
    expect(of(await bookNow(), second)).toMatchObject([
      { sales: [a, b, c].map(({ sale }) => sold(sale, 1000)).sort() },
    ]);
    const third = await crm.merge(d.person, second);
    expect(of(await bookNow(), third)).toMatchObject([
      { name: d.name, sales: [a, b, c, d].map(({ sale }) => sold(sale, 1000)).sort() },
    ]);
  });

  it('merge, and then the record that was left is deleted', async () => {
    const [winner, loser] = [await somebody(), await somebody()];
    const before = (await bookNow()).length;
    const left = await crm.merge(winner.person, loser.person);
    await bookNow();
    await crm.remove('person', left);
    expect(await bookNow()).toHaveLength(before - 2);
  });

  it('owner change', async () => {
    const { person } = await somebody();
    await bookNow();
    await crm.setOwner(person, crm.owners[1]);
    expect(of(await bookNow(), person)).toMatchObject([{ records: [`${person} ${crm.owners[1]} -`] }]);
  });

  it('a contact that moves to another account', async () => {
    const [from, to] = [await crm.company('From'), await crm.company('To')];
    const { person } = await somebody(from);
    expect(of(await bookNow(), person)).toMatchObject([{ records: [`${person} ${crm.owners[0]} ${from}`] }]);
    await crm.move(person, from, to);
    expect(of(await bookNow(), person)).toMatchObject([{ records: [`${person} ${crm.owners[0]} ${to}`] }]);
  });

  it('association removed, and given to somebody else', async () => {
    const [a, b] = [await somebody(), await somebody()];
    await bookNow();
    await crm.dissociate(a.sale, a.person);
    expect(of(await bookNow(), a.person)).toMatchObject([{ sales: [] }]);
    await crm.associate(a.sale, b.person);
    expect(of(await bookNow(), b.person)).toMatchObject([{ sales: [sold(a.sale, 1000), sold(b.sale, 1000)].sort() }]);
  });

  it('all of it while a first load is under way', async () => {
    const [changed, gone, won, winner, loser] = [
      await somebody(),
      await somebody(),
      await somebody(),
      await somebody(),
      await somebody(),
    ];
    await aDayLater();
    const store = await openTempStore();
    // The streams are read in their order; between each two something changes.
    const connector = crm.connect(clock);
    const steps = [
      async () => {
        await crm.rename(changed.person, 'While loading');
        await crm.setAmount(changed.sale, '99.00');
        await crm.remove('person', gone.person);
      },
      async () => {
        await crm.merge(winner.person, loser.person);
        await crm.reopen(won.sale);
      },
    ];
    const source = connector.source;
    if (source === null) throw new Error('a CRM has a source');
    const interrupted: Connector = {
      ...connector,
      source: {
        ...source,
        pull: async function* (stream, cursor) {
          yield* source.pull(stream, cursor);
          await steps.shift()?.();
        },
      },
    };
    await bring(store.database, interrupted);
    await aDayLater();
    await bring(store.database);
    await emptyTables(afresh.database);
    await bring(afresh.database);
    const now = await book(store.database);
    expect(now).toEqual(await book(afresh.database));
    expect(of(now, changed.person)).toMatchObject([{ name: 'While loading', sales: [sold(changed.sale, 9900)] }]);
    await store.close();
  });
});
