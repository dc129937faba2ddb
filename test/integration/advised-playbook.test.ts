import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { plan } from '../../core/pipeline/plan.ts';
import { planningSettingsSchema } from '../../core/planning/settings.ts';
import type { AdviceSource } from '../../core/playbooks/advice.ts';
import { AT_RISK_AND_VALUABLE, playbookSchema } from '../../core/playbooks/schema.ts';
import { recordCrossings } from '../../core/store/crossings.ts';
import { customerIdOf } from '../../core/store/identity.ts';
import { fakeClock } from '../support/clock.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';

const TODAY = calendarDay('2026-06-01');
const clock = fakeClock('2026-06-01T08:00:00.000Z');
const ADVISED = playbookSchema.parse({
  ...AT_RISK_AND_VALUABLE,
  holdoutShare: 0,
  advised: [{ action: 'call', subject: 'Call {name}', body: 'x', dueInDays: 1 }],
});
const settings = planningSettingsSchema.parse({
  actions: [
    { name: 'call', channel: 'phone', minutes: 30, prior: { saveRate: 0.3, standardDeviation: 0.05 } },
    { name: 'gift', channel: 'post', minutes: 0, prior: { saveRate: 0.9, standardDeviation: 0.01 } },
  ],
  exploreShare: 0,
  limits: { minutesPerOwner: 60 },
});
const advice: AdviceSource = { settings, effects: new Map(), asOf: TODAY, seed: 0 };
let store: TempStore;
beforeAll(async () => {
  store = await openTempStore();
});
afterAll(() => store.close());
beforeEach(() => emptyTables(store.database));

const idOf = (externalId: string) => customerIdOf('test', { connectionId: 'crm', externalId });
async function entered(externalId: string, valueIfKept12m: number | null, priority = 50): Promise<void> {
  const { database } = store;
  const score = {
    asOf: TODAY,
    lifecycle: 'active',
    churnBand: 'high',
    valueBand: 'high',
    segment: null,
    churnProbability: 0.8,
    valueIfKept12m,
    engagement: 40,
    engagementTrend: 'steady',
    currency: 'USD',
    churnHorizonDays: 60,
    reasons: [],
    change: null,
  };
  await database.query(
    `insert into customers (customer_id, name, do_not_contact, dirty, created_at) values ($1::uuid, $2, false, false, '2026-01-01')`,
    [idOf(externalId), externalId],
  );
  await database.query(
    `insert into customer_records (customer_id, connection_id, kind, external_id, owner_id, written, attempts)
     values ($1::uuid, 'crm', 'contact', $2, 'o1', '{}', 0)`,
    [idOf(externalId), externalId],
  );
  await database.query(
    `insert into scores (customer_id, as_of, scored_at, recheck_on, model_version, priority, lifecycle, score, stats, cells)
     values ($1::uuid, $2::date, '2026-06-01', '2026-06-08', 'm', $3, 'active', $4::jsonb, '{"lastPurchase": "2026-03-01"}', '[]')`,
    [idOf(externalId), TODAY, priority, JSON.stringify(score)],
  );
  await database.transaction((sql) =>
    recordCrossings(sql, [{ customerId: idOf(externalId), playbook: ADVISED, account: null }], TODAY),
  );
}
const planned = (source: AdviceSource | null = advice, day = TODAY) =>
  plan(store.database, [ADVISED], {
    asOf: day,
    actingConnections: ['crm'],
    clock,
    timeZone: 'UTC',
    advice: async () => source,
  });
const subjects = async () =>
  (await store.database.query<{ subject: string }>(`select action->>'subject' as subject from outbox order by 1`)).map(
    (row) => row.subject,
  );
const decisions = () =>
  store.database.query(
    `select c.name, a.action, a.propensity from advised_actions a join customers c on c.customer_id = a.customer_id order by 1`,
  );

describe('a playbook that carries advice out', () => {
  it('opens the task of the advised action in its words, leaves alone whom nothing pays for, and keeps both with their propensity', async () => {
    await entered('worth', 2_000);
    await entered('little', 5);
    expect(await planned()).toMatchObject({ planned: 1 });
    // The gift would keep more; the playbook does not name it.
    expect(await subjects()).toEqual(['Call worth']);
    expect(await decisions()).toEqual([
      { name: 'little', action: null, propensity: 1 },
      { name: 'worth', action: 'call', propensity: 1 },
    ]);
    const runs = await store.database.query('select state, arm from playbook_runs order by state');
    expect(runs).toEqual([
      { state: 'fired', arm: 'treated' },
      { state: 'let-go', arm: 'treated' },
    ]);
    await planned();
    expect(await decisions()).toHaveLength(2);
  });

  it('keeps within an owner’s minutes of the day, over several passes', async () => {
    await entered('first', 2_000, 90);
    await planned();
    await entered('second', 2_000, 80);
    await entered('third', 2_000, 70);
    await planned();
    expect(await subjects()).toEqual(['Call first', 'Call second']);
    expect(await decisions()).toMatchObject([{ action: 'call' }, { action: 'call' }, { name: 'third', action: null }]);
    await entered('fourth', 2_000);
    await store.database.query('update playbook_runs set crossed_on = $1 where state = $2', [
      addDays(TODAY, 1),
      'queued',
    ]);
    await planned({ ...advice, asOf: addDays(TODAY, 1) }, addDays(TODAY, 1));
    expect(await subjects()).toContain('Call fourth');
  });

  it('opens its own task where there is nothing to advise by: no model yet, or no value', async () => {
    await entered('1', 2_000);
    await planned(null);
    await entered('2', null);
    await planned();
    expect(await subjects()).toEqual(['Keep 1: 2000 USD a year at risk', 'Keep 2: 0 USD a year at risk']);
    expect(await decisions()).toEqual([]);
  });
});
