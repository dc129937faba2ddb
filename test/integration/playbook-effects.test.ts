import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { playbookResult } from '../../core/evaluation/playbook-result.ts';
import { seededRandom } from '../../core/math/random.ts';
import { planningSettingsSchema } from '../../core/planning/settings.ts';
import { armOf } from '../../core/playbooks/holdout.ts';
import { AT_RISK_AND_VALUABLE } from '../../core/playbooks/schema.ts';
import type { LeavingRule } from '../../core/scores/leaving.ts';
import { insertRows } from '../../core/store/bulk.ts';
import { customerIdOf } from '../../core/store/identity.ts';
import { createOutcomes } from '../../core/store/outcomes.ts';
import { playbookEffects } from '../../core/store/playbook-effects.ts';
import { readTrials } from '../../core/store/playbook-trials.ts';
import { createPlaybooks } from '../../core/store/playbooks.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';

const ENTERED = calendarDay('2026-03-01');
const RULE: LeavingRule = { definition: 'no_purchase_within', horizonDays: 30 };
const SETTINGS = planningSettingsSchema.parse({});
const NAME = AT_RISK_AND_VALUABLE.name;
let store: TempStore;
beforeAll(async () => {
  store = await openTempStore();
});
afterAll(() => store.close());
beforeEach(() => emptyTables(store.database));

interface Planted {
  id: string;
  lifecycle?: string;
  /** Days after the entry on which the customer bought, for 50.00 each. */
  boughtAfter?: readonly number[];
  account?: string;
  held?: boolean;
  state?: string;
}

async function plant(customers: readonly Planted[]): Promise<void> {
  const { database } = store;
  const idOf = (id: string) => customerIdOf('test', { connectionId: 'crm', externalId: id });
  await insertRows(database, {
    table: 'customers',
    columns: { customer_id: 'uuid', do_not_contact: 'boolean', dirty: 'boolean', created_at: 'timestamptz' },
    rows: customers.map(({ id }) => ({
      customer_id: idOf(id),
      do_not_contact: false,
      dirty: false,
      created_at: `${ENTERED}T00:00:00Z`,
    })),
  });
  await insertRows(database, {
    table: 'playbook_runs',
    columns: { customer_id: 'uuid', playbook: 'text', crossed_on: 'date', state: 'text', arm: 'text' },
    rows: customers.map(({ id, held = false, state = held ? 'held-out' : 'fired' }) => ({
      customer_id: idOf(id),
      playbook: NAME,
      crossed_on: ENTERED,
      state,
      arm: held ? 'held-out' : 'treated',
    })),
  });
  await insertRows(database, {
    table: 'score_history',
    columns: { customer_id: 'uuid', as_of: 'date', model_version: 'text', score: 'jsonb' },
    rows: customers.map(({ id, lifecycle = 'active' }) => ({
      customer_id: idOf(id),
      as_of: ENTERED,
      model_version: 'm',
      score: { lifecycle },
    })),
  });
  await insertRows(database, {
    table: 'customer_records',
    columns: {
      customer_id: 'uuid',
      connection_id: 'text',
      kind: 'text',
      external_id: 'text',
      parent_external_id: 'text',
      written: 'jsonb',
      attempts: 'integer',
    },
    rows: customers.map(({ id, account }) => ({
      customer_id: idOf(id),
      connection_id: 'crm',
      kind: 'contact',
      external_id: id,
      parent_external_id: account ?? null,
      written: {},
      attempts: 0,
    })),
  });
  await insertRows(database, {
    table: 'transactions',
    columns: {
      customer_id: 'uuid',
      connection_id: 'text',
      external_id: 'text',
      transaction_kind: 'text',
      occurred_at: 'timestamptz',
      day: 'date',
      amount_minor: 'bigint',
      currency: 'text',
    },
    rows: customers.flatMap(({ id, boughtAfter = [] }) =>
      [-10, ...boughtAfter].map((days) => ({
        customer_id: idOf(id),
        connection_id: 'crm',
        external_id: `${id}/${days}`,
        transaction_kind: 'order',
        occurred_at: `${addDays(ENTERED, days)}T12:00:00Z`,
        day: addDays(ENTERED, days),
        amount_minor: '5000',
        currency: 'USD',
      })),
    ),
  });
}
const trialsOn = (asOf = addDays(ENTERED, 30)) =>
  readTrials(store.database, { asOf, rule: RULE, rank: () => 0, currency: 'USD' });
const resultOn = async (asOf = addDays(ENTERED, 30)) => playbookResult(NAME, await trialsOn(asOf), SETTINGS);

describe('outcomes', () => {
  it('are joined as they arrive: not before the end of the horizon, and by what happened within it', async () => {
    await plant([
      { id: 'stayed', boughtAfter: [30, 31] },
      { id: 'left', boughtAfter: [31] },
      { id: 'came back', lifecycle: 'lapsed', boughtAfter: [5] },
      { id: 'stayed away', lifecycle: 'lapsed' },
    ]);
    expect((await trialsOn(addDays(ENTERED, 29))).map(({ followed }) => followed)).toEqual([null, null, null, null]);
    const followed = (await trialsOn(addDays(ENTERED, 40))).map((trial) => trial.followed);
    expect(followed).toHaveLength(4);
    expect(followed).toEqual(
      expect.arrayContaining([
        { kept: true, revenue: 50, leadDays: null },
        // Last bought ten days before: counts as lapsed two horizons and a day after that.
        { kept: false, revenue: 0, leadDays: 51 },
        { kept: false, revenue: 0, leadDays: null },
      ]),
    );
    expect(followed.filter((each) => each?.kept)).toHaveLength(2);
  });

  it('count the first entry of a customer, by the arm it was drawn into, and colleagues as one unit', async () => {
    await plant([
      { id: '1', account: 'acme', held: true },
      { id: '2', account: 'acme', held: true },
      { id: '3', state: 'no-consent' },
    ]);
    await store.database.query(
      `insert into playbook_runs (customer_id, playbook, crossed_on, state, arm)
       select customer_id, playbook, crossed_on + 20, 'fired', 'treated' from playbook_runs`,
    );
    const trials = await trialsOn(addDays(ENTERED, 60));
    expect(trials.map(({ treated, acted }) => [treated, acted]).sort()).toEqual([
      [false, false],
      [false, false],
      [true, false],
    ]);
    expect(trials.filter(({ unit }) => unit === 'acme')).toHaveLength(2);
  });

  it('take the first answer to a survey after the entry, and no later one of the future', async () => {
    await plant([{ id: '1' }]);
    const [{ customer_id: customerId } = { customer_id: '' }] = await store.database.query<{ customer_id: string }>(
      'select customer_id from playbook_runs',
    );
    const answer = (days: number, score: number) => ({
      customer: customerId,
      answeredOn: addDays(ENTERED, days),
      score,
    });
    await createOutcomes(store.database).keepNps([answer(-1, 1), answer(10, 3), answer(10, 10), answer(20, 0)]);
    expect((await trialsOn(addDays(ENTERED, 9)))[0]?.npsAnswer).toBeNull();
    expect((await trialsOn())[0]?.npsAnswer).toBe(10);
    const nps = (await resultOn()).outcomes.find(({ outcome }) => outcome === 'nps');
    expect(nps).toMatchObject({ treated: { customers: 1, mean: 100 }, effect: null });
  });
});

describe('what a playbook has achieved', () => {
  const crowd = (effect: number): readonly Planted[] => {
    const random = seededRandom(7);
    return Array.from({ length: 1_600 }, (_, index) => {
      const id = `c${index}`;
      const held = armOf(NAME, id, 0.2) === 'held-out';
      const stays = random.next() < 0.4 + (held ? 0 : effect);
      return { id, held, boughtAfter: stays ? [1 + Math.floor(random.next() * 28)] : [] };
    });
  };

  it('is a planted effect within its interval, with what it saved, cost and returned', async () => {
    await plant(crowd(0.25));
    const { outcomes, saved, cost, acted, returnOnCost, lead } = await resultOn();
    const [kept, revenue] = outcomes;
    expect(kept?.effect?.low).toBeGreaterThan(0.1);
    expect(kept?.effect?.low).toBeLessThan(0.25);
    expect(kept?.effect?.high).toBeGreaterThan(0.25);
    expect(revenue?.effect?.value).toBeCloseTo(50 * (kept?.effect?.value ?? 0), 8);
    expect(saved.known).toBe(true);
    expect(Number(saved.value)).toBeCloseTo((revenue?.effect?.value ?? 0) * (revenue?.treated.customers ?? 0), 2);
    // A call of 20 minutes at 40 an hour.
    expect(Number(cost)).toBeCloseTo((acted * 40) / 3, 2);
    expect(returnOnCost).toBeCloseTo((0.5 * Number(saved.value) - Number(cost)) / Number(cost), 4);
    expect(lead).toMatchObject({ medianDays: 51 });
  });

  it('is zero saved, and not known, where there is none', async () => {
    await plant(crowd(0));
    const { saved, returnOnCost, outcomes } = await resultOn();
    expect(saved).toEqual({ known: false, value: '0.00', low: '0.00', high: '0.00' });
    expect(returnOnCost).toBeNull();
    expect(outcomes[0]?.effect).not.toBeNull();
  });

  it('stands in the overview by the same intervals, and only once an arm is large enough', async () => {
    const planted = crowd(0.25);
    await plant(planted);
    await store.database.query(
      `update score_history set score = score || '{"churnProbability": 0.6, "valueIfKept12m": 100}'::jsonb`,
    );
    const overview = (horizonDays: number) =>
      playbookEffects(store.database, {
        asOf: addDays(ENTERED, 30),
        model: { ...RULE, horizonDays },
        rank: () => 0,
      });
    const [found] = await overview(30);
    const [kept] = (await resultOn()).outcomes;
    const treated = found?.treated.customers ?? 0;
    expect(found?.saved?.value).toBe((100 * treated * (kept?.effect?.value ?? 0)).toFixed(2));
    expect(Number(found?.saved?.low)).toBeCloseTo(100 * treated * (kept?.effect?.low ?? 0), 1);
    await store.database.query(`delete from playbook_runs where arm = 'held-out'`);
    expect((await overview(30))[0]).toMatchObject({ heldOut: { customers: 0, left: 0 }, saved: null });
    expect(await overview(31)).toEqual([]);
  });

  it('is not told before there is a model', async () => {
    const playbooks = createPlaybooks(store.database, {
      playbooks: () => [AT_RISK_AND_VALUABLE],
      settings: SETTINGS,
      rank: () => 0,
      actingConnections: ['crm'],
    });
    expect(await playbooks.effects({ asOf: ENTERED })).toBeNull();
    expect(await playbooks.simulate({ playbook: AT_RISK_AND_VALUABLE, asOf: ENTERED, days: 90 })).toBeNull();
    await plant([{ id: '1' }, { id: '2', held: true }]);
    expect(await playbooks.list()).toMatchObject([
      { name: NAME, runs: { fired: 1, heldOut: 1, queued: 0, waiting: 0, letGo: 0 } },
    ]);
  });
});
