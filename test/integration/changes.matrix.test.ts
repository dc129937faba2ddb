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
  events: readonly string[];
}

const HOUR_MS = 3_600_000;

/** The companies on record. */
async function companies(database: Database): Promise<readonly string[]> {
  const rows = await database.query<{ external_id: string }>(
    `select external_id from source_records where kind = 'account' and not deleted order by 1`,
  );
  return rows.map((row) => row.external_id);
}

/** Everything that the following steps read, told without ids of our own. */
async function book(database: Database): Promise<readonly Customer[]> {
  const rows = await database.query<Customer>(
    `select c.name,
       array(select r.external_id || ' ' || coalesce(r.owner_id, '-') || ' ' || coalesce(r.parent_external_id, '-')
             from customer_records r where r.customer_id = c.customer_id order by 1) as records,
       array(select t.external_id || ' ' || t.amount_minor from transactions t where t.customer_id = c.customer_id order by 1) as sales,
       array(select e.external_id from events e where e.customer_id = c.customer_id order by 1) as events
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
  /** An incremental pull. */
  const later = async () => {
    await aDayLater();
    expect((await bring(kept.database)).rejected).toBe(0);
  };
  /** The book after an incremental pull; it must be that of a first load into an empty store. */
  const bookNow = async () => {
    await later();
    await emptyTables(afresh.database);
    await bring(afresh.database);
    const now = await book(kept.database);
    expect(now).toEqual(await book(afresh.database));
    expect(await companies(kept.database)).toEqual(await companies(afresh.database));
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
    await later();
    const { person, sale, name } = await somebody();
    const owner = crm.owners[0];
    expect(of(await bookNow(), person)).toEqual([
      { name, records: [`${person} ${owner} -`], sales: [sold(sale, 1000)], events: [] },
    ]);
  });

  it('update: a name, an address and an amount', async () => {
    const { person, sale } = await somebody();
    await later();
    await crm.rename(person, 'Renamed');
    await crm.setEmail(person, 'renamed@people.example');
    await crm.setAmount(sale, '12.50');
    expect(of(await bookNow(), person)).toMatchObject([{ name: 'Renamed', sales: [sold(sale, 1250)] }]);
  });

  it('a sale that is won no more goes, and comes back when it is won again', async () => {
    const { person, sale } = await somebody();
    await later();
    await crm.reopen(sale);
    expect(of(await bookNow(), person)).toMatchObject([{ sales: [] }]);
    await crm.win(sale);
    expect(of(await bookNow(), person)).toMatchObject([{ sales: [sold(sale, 1000)] }]);
  });

  it('delete and un-delete of a sale', async () => {
    const { person, sale } = await somebody();
    await later();
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
    await later();
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
    await later();
    const left = await crm.merge(winner.person, loser.person);
    const customers = await bookNow();
    expect(of(customers, left)).toMatchObject([
      { name: winner.name, sales: [sold(winner.sale, 1000), sold(loser.sale, 1000)].sort() },
    ]);
    expect(of(customers, loser.person)).toEqual([]);
  });

  it('chained merges: between two pulls, and one after the other', async () => {
    const [a, b, c, d] = [await somebody(), await somebody(), await somebody(), await somebody()];
    await later();
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
    await later();
    await crm.remove('person', left);
    expect(await bookNow()).toHaveLength(before - 2);
  });

  it('owner change', async () => {
    const { person } = await somebody();
    await later();
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

  it('a company that is merged into another takes its people along; one that is deleted lets them go or takes them too', async () => {
    const [winner, loser, gone] = [await crm.company('Winner'), await crm.company('Loser'), await crm.company('Gone')];
    const [a, b] = [await somebody(loser), await somebody(gone)];
    await later();
    const left = await crm.mergeCompanies(winner, loser);
    await crm.removeCompany(gone);
    const customers = await bookNow();
    expect(of(customers, a.person)).toMatchObject([{ records: [`${a.person} ${crm.owners[0]} ${left}`] }]);
    expect(of(customers, b.person)).toMatchObject(
      crm.companyTakesPeople ? [] : [{ records: [`${b.person} ${crm.owners[0]} -`] }],
    );
    expect(of(customers, b.person)).toHaveLength(crm.companyTakesPeople ? 0 : 1);
  });

  it('an activity comes, goes along in a merge, and goes when it is deleted', async () => {
    const [winner, loser] = [await somebody(), await somebody()];
    const [kept, deleted] = [await crm.called(loser.person), await crm.called(loser.person)];
    expect(of(await bookNow(), loser.person)).toMatchObject([{ events: [kept, deleted].map(crm.callKey).sort() }]);
    const left = await crm.merge(winner.person, loser.person);
    await crm.uncall(deleted);
    expect(of(await bookNow(), left)).toMatchObject([{ events: [crm.callKey(kept)] }]);
  });

  it('association removed, and given to somebody else', async () => {
    const [a, b] = [await somebody(), await somebody()];
    await later();
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
