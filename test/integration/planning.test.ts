import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { cycle, type Workspace } from '../../core/pipeline/cycle.ts';
import { scenarioChangesSchema } from '../../core/planning/scenario.ts';
import { planningSettingsSchema } from '../../core/planning/settings.ts';
import { playbookSchema } from '../../core/playbooks/schema.ts';
import { sentencesOf } from '../../core/scores/words/index.ts';
import { createInsights } from '../../core/store/insights.ts';
import { championAt } from '../../core/store/models.ts';
import { createPlanning } from '../../core/store/planning.ts';
import { recordsOf, simulateBook } from '../support/book.ts';
import { fakeClock } from '../support/clock.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { openTempStore, type TempStore } from '../support/store.ts';

const AS_OF = calendarDay('2026-06-01');
const PLAYBOOK = playbookSchema.parse({
  name: 'at-risk-and-valuable',
  when: { churnBand: ['high', 'medium'], valueBand: ['high', 'medium'] },
  holdoutShare: 0.5,
  task: { subject: 'Keep {name}', body: '{reasons}' },
});

let store: TempStore;
let workspace: Workspace;
beforeAll(async () => {
  store = await openTempStore();
  const crm = fakeConnector();
  crm.feed(...recordsOf(simulateBook({ seed: 21, customers: 300, asOf: AS_OF })));
  workspace = {
    name: 'test',
    database: store.database,
    connectors: [crm],
    playbooks: [PLAYBOOK],
    timeZone: 'UTC',
    currency: 'USD',
    clock: fakeClock('2026-06-01T08:00:00.000Z'),
  };
});
afterAll(() => store.close());

const planning = (settings: object = {}) =>
  createPlanning(store.database, {
    settings: planningSettingsSchema.parse(settings),
    timeZone: 'UTC',
    rank: () => 0,
    clock: workspace.clock,
  });
const first = { asOf: AS_OF, seed: 1, limit: 1_000 };

describe('advice', () => {
  it('is none before the first training', async () => {
    expect(await planning().advice(first)).toBeNull();
  });

  it('adds up, names a working day for each action, and gives a reason for leaving alone', async () => {
    await cycle(workspace, { asOf: AS_OF });
    const found = await planning().advice(first);
    if (!found) throw new Error('There is a model now.');
    expect(found.rows).toHaveLength(found.customers);
    const advised = found.rows.filter(({ action }) => action !== null);
    expect(advised).toHaveLength(found.advised);
    expect(advised.length).toBeGreaterThan(0);
    expect(advised.length).toBeLessThan(found.customers);
    const sum = advised.reduce((total, { net }) => total + Number(net), 0);
    expect(Math.abs(Number(found.net) - sum)).toBeLessThan(0.01 * advised.length);
    for (const { on, explores, net } of advised) {
      expect([0, 6]).not.toContain(new Date(`${on}T12:00:00Z`).getUTCDay());
      if (!explores) expect(Number(net)).toBeGreaterThan(0);
    }
    for (const { why, action } of found.rows) if (action === null) expect(why).toMatch(/^(Nothing pays|Too uncertain)/);
  });

  it('is the same when asked again, and leaves those alone for a while whom a playbook has contacted', async () => {
    const free = planning({ costPerHour: 0 });
    const found = await free.advice(first);
    expect(await free.advice(first)).toEqual(found);
    const contacted = new Set(
      (
        await store.database.query<{ customer_id: string }>(
          "select customer_id from playbook_runs where state in ('fired', 'done')",
        )
      ).map((row) => row.customer_id),
    );
    const again = found?.rows.filter(({ customerId, action }) => action !== null && contacted.has(customerId)) ?? [];
    expect(again.length).toBeGreaterThan(0);
    for (const { on } of again) expect(on === null || on >= addDays(AS_OF, 30)).toBe(true);
  });

  it('is a plan within the limits when hours are short, proved to be the best, with a reason for whoever is left out', async () => {
    const short = { costPerHour: 0, limits: { minutesPerOwner: 60, offers: 1 } };
    const found = await planning(short).allocation({ asOf: AS_OF, limit: 1_000 });
    if (!found) throw new Error('There is a model.');
    expect(found).toMatchObject({ method: 'exact', gap: 0 });
    expect(found.rows).toHaveLength(found.chosen);
    expect(found.notChosen).toHaveLength(found.customers - found.chosen);
    const minutes = Map.groupBy(found.rows, ({ ownerId }) => ownerId);
    for (const rows of minutes.values())
      expect(rows.reduce((sum, row) => sum + row.minutes, 0)).toBeLessThanOrEqual(60);
    expect(found.rows.filter(({ action }) => action === 'offer').length).toBeLessThanOrEqual(1);
    for (const { why } of found.notChosen) expect(why).toContain('Not chosen because the time of');
    const plenty = await planning({ costPerHour: 0 }).allocation({ asOf: AS_OF, limit: 1_000 });
    expect(Number(plenty?.net)).toBeGreaterThan(Number(found.net));
  });

  it('chooses campaigns by the value of the segments, and says what another budget would bring', async () => {
    const mail = { name: 'mail', costPerCustomer: 0.5, lift: { share: 0.05, standardDeviation: 0.005 } };
    const found = await planning({ campaigns: [mail], limits: { campaigns: 60 } }).campaigns({ asOf: AS_OF });
    if (!found) throw new Error('There is a model.');
    expect(found.plan.cost).toBeLessThanOrEqual(60);
    expect(found.plan.chosen.length).toBeGreaterThan(0);
    expect(found.otherBudgets.map(({ budget }) => budget)).toEqual([30, 45, 75, 90, 120]);
    const nets = found.otherBudgets.map(({ net }) => net);
    expect(nets).toEqual(nets.toSorted((a, b) => a - b));
  });

  it('gives the forecast for a scenario without changes, keeps it under an id, and follows its changes', async () => {
    const run = (name: string, changes: object) =>
      planning().scenario({ asOf: AS_OF, seed: 1, name, changes: scenarioChangesSchema.parse(changes) });
    const plain = await run('no change', {});
    const report = await createInsights(store.database, sentencesOf('en')).segments();
    const reported = report?.segments.reduce((sum, { expectedValue }) => sum + Number(expectedValue), 0);
    expect(plain?.forecast).toBeCloseTo(reported ?? 0, 1);
    expect(plain?.withoutPlan.expected).toBeCloseTo(plain?.forecast ?? 0, 6);
    const idle = await run('nobody works', { capacity: -1 });
    expect(idle).toMatchObject({ contacts: 0, planCost: 0, withoutPlan: plain?.withoutPlan });
    const worse = await run('more leave', { churn: 0.2 });
    expect(worse?.withoutPlan.expected).toBeLessThan(plain?.forecast ?? 0);
    expect(await planning().scenarios()).toEqual([worse, plain, idle]);
    expect(await planning().scenarioOf(worse?.id ?? '')).toEqual(worse);
    expect(plain?.id).toMatch(/^s[\w-]{22}$/);
    expect((await run('no change', {}))?.id).toBe(plain?.id);
    expect(await planning().scenarioOf('unknown')).toBeNull();
  });

  it('refuses to tell whom a playbook moves while too few have left or stayed in an arm', async () => {
    const asked = planning().uplift({ asOf: addDays(AS_OF, 400), playbook: PLAYBOOK.name, seed: 1 });
    await expect(asked).rejects.toThrow(/treated 0 have the outcome 1: at least 10 are needed/);
  });

  it('learns from the holdout once its horizon is over, and is reviewed by it', async () => {
    const model = await championAt(store.database, AS_OF);
    const before = await planning().advice(first);
    expect(before?.effects.every(({ customers }) => customers === 0)).toBe(true);
    const [runs] = await store.database.query<{ count: number }>('select count(*)::int as count from playbook_runs');
    const after = await planning().advice({ ...first, asOf: addDays(AS_OF, model?.horizonDays ?? 0) });
    const call = after?.effects.find(({ action, segment }) => action === 'call' && segment === null);
    // A segment that entered in one arm alone says nothing.
    expect(call?.customers).toBeGreaterThan(0.8 * (runs?.count ?? 0));
    // Nobody bought after the last day of the book, in either arm.
    expect(call?.saveRate).toBeLessThan(0.08);
    expect(after?.review[0]).toMatchObject({ playbook: PLAYBOOK.name, nobody: { decisions: runs?.count } });
  });
});
