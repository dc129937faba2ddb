import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { hubspotSettingsSchema } from '../../connectors/hubspot/index.ts';
import { pull } from '../../core/pipeline/pull.ts';
import type { Connector } from '../../core/ports/connector.ts';
import type { Database } from '../../core/ports/database.ts';
import { land } from '../../core/store/landing.ts';
import { mappingVersion } from '../../core/store/mapping-versions.ts';
import { fakeClock } from '../support/clock.ts';
import { order } from '../support/records.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';
import { openPortal, type TestPortal } from './hubspot-portal.ts';

const AT = '2026-01-10T08:00:00.000Z';
const REFUND = { amountProperty: 'refunded_amount', dateProperty: 'refunded_at' };
const clock = fakeClock('2026-02-01T00:00:00.000Z');

type Settings = z.input<typeof hubspotSettingsSchema>;

describe('a mapping that is changed', () => {
  let account: TestPortal;
  let store: TempStore;
  let database: Database;
  beforeAll(async () => {
    store = await openTempStore();
    database = store.database;
  });
  afterAll(() => store.close());
  beforeEach(async () => {
    account = await openPortal();
    await emptyTables(database);
    const deal = (amount: string, dealstage: string, refunded = '') =>
      account.portal.create(
        'deals',
        { amount, closedate: AT, dealstage, hs_is_closed_won: 'true', refunded_amount: refunded, refunded_at: AT },
        { at: AT },
      );
    deal('10', 'a', '4');
    deal('20', 'b');
    account.portal.create('contacts', { email: 'a@people.example' }, { at: AT });
  });
  afterEach(() => account.close());

  const connect = (settings: Settings) => account.connect(clock, { engagementObjects: [], ...settings });
  const brought = (connector: Connector) => pull(database, [connector], { clock });
  const sales = async () =>
    (
      await database.query<{ sale: string }>(
        `select (payload->>'transactionKind') || ' ' || (payload->>'amount') as sale from source_records
         where kind = 'transaction' and not deleted order by 1`,
      )
    ).map((row) => row.sale);
  const listed = () =>
    account.kernel.log
      .since(0)
      .filter((each) => each.note.operation === 'list')
      .map((each) => each.note.object);

  it('has its streams read again, and no others', async () => {
    await brought(connect({}));
    expect(await mappingVersion(database, 'hubspot')).toMatchObject({ version: 1, again: [] });
    account.kernel.log.clear();
    expect(await brought(connect({ deals: { refund: REFUND } }))).toEqual({ pulled: 1, rejected: 0 });
    expect(listed()).toEqual(['deals']);
    expect(await sales()).toEqual(['order 10', 'order 20', 'refund 4']);
    expect(await mappingVersion(database, 'hubspot')).toMatchObject({ version: 2, again: [] });
    account.kernel.log.clear();
    expect(await brought(connect({ deals: { refund: REFUND } }))).toEqual({ pulled: 0, rejected: 0 });
    expect(listed()).toEqual([]);
  });

  it.each<[string, Settings, Settings, readonly string[]]>([
    ['stages named', {}, { deals: { wonStages: ['b'] } }, ['order 20']],
    ['refunds no more read', { deals: { refund: REFUND } }, {}, ['order 10', 'order 20']],
    ['another amount', {}, { deals: { amountProperty: 'refunded_amount' } }, ['order 4']],
    ['orders no more read', { orders: {} }, {}, ['order 10', 'order 20']],
  ])('leaves what a first load would: %s', async (_, before, after, expected) => {
    account.portal.create('orders', { hs_total_price: '7', hs_processed_date: AT }, { at: AT });
    await brought(connect(before));
    await brought(connect(after));
    expect(await sales()).toEqual(expected);
    await emptyTables(database);
    await brought(connect(after));
    expect(await sales()).toEqual(expected);
  });

  it('is read again from the beginning after a crash, and leaves what a webhook brought meanwhile', async () => {
    await brought(connect({}));
    const changed = connect({ deals: { refund: REFUND } });
    const dying = async function* () {
      for await (const page of changed.source?.pull('transactions', null) ?? []) {
        yield page;
        throw new Error('the process dies here');
      }
    };
    const dead: Connector = { ...changed, source: changed.source && { ...changed.source, pull: dying } };
    await expect(
      brought({ ...dead, source: dead.source && { ...dead.source, streams: ['transactions'] } }),
    ).rejects.toThrow('dies here');
    expect(await mappingVersion(database, 'hubspot')).toMatchObject({ version: 2, again: ['transactions'] });
    const live = async function* () {
      for await (const page of changed.source?.pull('transactions', null) ?? []) {
        const record = order('deal-live', null, AT, '5');
        await land(database, {
          connectionId: 'hubspot',
          records: [record],
          rejected: [],
          cursor: null,
          now: clock.now(),
        });
        yield page;
      }
    };
    await brought({
      ...changed,
      source: changed.source && { ...changed.source, streams: ['transactions'], pull: live },
    });
    expect(await sales()).toEqual(['order 10', 'order 20', 'order 5', 'refund 4']);
    expect(await mappingVersion(database, 'hubspot')).toMatchObject({ version: 2, again: [] });
  });
});
