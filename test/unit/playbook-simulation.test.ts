import { describe, expect, it } from 'vitest';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { planningSettingsSchema } from '../../core/planning/settings.ts';
import { AT_RISK_AND_VALUABLE, playbookSchema } from '../../core/playbooks/schema.ts';
import { type SimulatedCustomer, simulate } from '../../core/playbooks/simulate.ts';
import type { Score } from '../../core/scores/score.ts';

const FROM = calendarDay('2026-01-01');
const TO = calendarDay('2026-03-31');
const WINDOW = { from: FROM, to: TO, cutoffs: { high: 0.8, medium: 0.5 } };
const book = (given: object = {}) => playbookSchema.parse({ ...AT_RISK_AND_VALUABLE, holdoutShare: 0, ...given });

/** A score on a day of the window (0 is its first), as it was kept. */
const score = (day: number, churnProbability: number, given: Partial<Score> = {}): Score => ({
  asOf: addDays(FROM, day),
  lifecycle: 'active',
  clv12m: 100,
  clv12mLow: 0,
  clv12mHigh: 200,
  valueIfKept12m: 480,
  churnProbability,
  churnBand: churnProbability >= 0.8 ? 'high' : churnProbability >= 0.5 ? 'medium' : 'low',
  valueBand: 'high',
  engagement: 40,
  engagementTrend: 'steady',
  priority: 50,
  standing: null,
  segment: null,
  currency: 'USD',
  churnHorizonDays: 60,
  modelVersion: 'm',
  cluster: null,
  explanations: {},
  reasons: [],
  change: null,
  nextAction: null,
  nextActionOn: null,
  ...given,
});
const customer = (customerId: string, scores: readonly Score[], given: Partial<SimulatedCustomer> = {}) => ({
  customerId,
  name: `Name ${customerId}`,
  doNotContact: false,
  account: null,
  record: { connectionId: 'crm', externalId: customerId, ownerId: 'o1' },
  scores,
  purchaseDays: [calendarDay('2025-11-01')],
  ...given,
});
const opened = (playbook = book(), ...customers: readonly SimulatedCustomer[]) =>
  simulate(playbook, customers, WINDOW).tasks.map(({ on, customerId }) => [on, customerId]);

describe('a simulation', () => {
  it('opens a task on the day of each crossing, not for being there, nor twice while the risk wavers', () => {
    const wavering = customer('1', [score(-5, 0.6), score(3, 0.82), score(10, 0.78), score(15, 0.81)]);
    expect(opened(book(), wavering)).toEqual([['2026-01-04', '1']]);
    expect(opened(book(), customer('2', [score(-5, 0.9), score(20, 0.95)]))).toEqual([]);
  });

  it('says what the task would have been', () => {
    const { tasks } = simulate(book(), [customer('1', [score(-5, 0.6), score(3, 0.82)])], WINDOW);
    expect(tasks).toEqual([
      {
        on: '2026-01-04',
        customerId: '1',
        name: 'Name 1',
        ownerId: 'o1',
        subject: 'Keep Name 1: 480 USD a year at risk',
        churnProbability: 0.82,
        valueIfKept12m: 480,
      },
    ]);
  });

  it('counts entering from unscored once, leaves alone within the cool-down, and opens again after it', () => {
    const often = customer('1', [score(0, 0.9), score(10, 0.3), score(20, 0.9), score(25, 0.3), score(40, 0.9)]);
    const result = simulate(book(), [often], WINDOW);
    expect(result.tasks.map(({ on }) => on)).toEqual(['2026-01-01', '2026-02-10']);
    expect(result).toMatchObject({ entered: 3, letGo: { inCoolDown: 1 } });
  });

  it('watches the days themselves: silence crosses without a score that moved', () => {
    const silent = book({ when: { silentDays: { atLeast: 90 } } });
    expect(opened(silent, customer('1', [score(-30, 0.3)]))).toEqual([['2026-01-30', '1']]);
    const bought = { purchaseDays: [calendarDay('2025-11-01'), calendarDay('2026-01-20')] };
    expect(opened(silent, customer('1', [score(-30, 0.3)], bought))).toEqual([]);
  });

  it('gives an owner the most urgent up to the capacity of a day', () => {
    const crowd = [1, 2, 3].map((each) =>
      customer(String(each), [score(-1, 0.3), score(5, 0.9, { priority: 10 * each })]),
    );
    expect(opened(book({ tasksPerOwnerPerDay: 1 }), ...crowd)).toEqual([
      ['2026-01-06', '3'],
      ['2026-01-07', '2'],
      ['2026-01-08', '1'],
    ]);
  });

  it('takes runs on after their waits: not for who left the state, bought since, or is due after the last day', () => {
    const followUp = book({
      steps: [
        { do: 'webhook', endpoint: 'ep_1' },
        { do: 'wait', days: 10 },
        { do: 'check' },
        { do: 'ticket', connection: 'crm', subject: 'x', body: 'x' },
      ],
    });
    const crossing = [score(-1, 0.3), score(5, 0.9)];
    const { steps } = simulate(
      followUp,
      [
        customer('stays', crossing),
        customer('leaves', [...crossing, score(9, 0.3)]),
        customer('buys', crossing, { purchaseDays: [calendarDay('2025-11-01'), addDays(FROM, 8)] }),
        customer('late', [score(-1, 0.3), score(85, 0.9)]),
      ],
      WINDOW,
    );
    expect(steps).toEqual({ webhook: 4, ticket: 1 });
  });

  it('acts on the weekdays of the playbook', () => {
    // 2026-01-03 is a Saturday.
    const crossing = customer('1', [score(-1, 0.3), score(2, 0.9)]);
    expect(opened(book({ hours: {} }), crossing)).toEqual([['2026-01-05', '1']]);
    expect(opened(book({ hours: { weekdays: [6] } }), crossing)).toEqual([['2026-01-03', '1']]);
  });

  it('holds out by the draw that planning makes, and lets go of who must not be contacted or has no record', () => {
    const crossing = [score(-1, 0.3), score(5, 0.9)];
    const many = Array.from({ length: 400 }, (_, index) =>
      customer(`c${index}`, crossing, {
        record: { connectionId: 'crm', externalId: `c${index}`, ownerId: `o${index}` },
      }),
    );
    const { entered, heldOut, tasks } = simulate(book({ holdoutShare: 0.5 }), many, WINDOW);
    expect(entered).toBe(400);
    expect(heldOut + tasks.length).toBe(400);
    expect(Math.abs(heldOut - 200)).toBeLessThan(40);
    const refused = simulate(
      book(),
      [customer('1', crossing, { doNotContact: true }), customer('2', crossing, { record: null })],
      WINDOW,
    );
    expect(refused).toMatchObject({ tasks: [], letGo: { withoutConsent: 1, withoutRecord: 1 } });
  });

  it('follows advice as planning does: in its words, within the limits of each day, leaving alone where nothing pays', () => {
    const advised = book({ advised: [{ action: 'call', subject: 'Call {name}', body: 'x', dueInDays: 1 }] });
    const settings = planningSettingsSchema.parse({
      actions: [{ name: 'call', channel: 'phone', minutes: 30, prior: { saveRate: 0.3, standardDeviation: 0.05 } }],
      exploreShare: 0,
      limits: { minutesPerOwner: 60 },
    });
    const crossing = (id: string, day: number, valueIfKept12m: number, priority = 50) =>
      customer(id, [score(-5, 0.6), score(day, 0.82, { valueIfKept12m, priority })]);
    const found = simulate(
      advised,
      [
        crossing('first', 3, 2_000, 90),
        crossing('second', 3, 2_000, 80),
        crossing('no time', 3, 2_000, 70),
        crossing('next day', 4, 2_000),
        crossing('little', 3, 5),
      ],
      { ...WINDOW, advice: { settings, effects: new Map(), asOf: TO, seed: 0 } },
    );
    expect(found.tasks.map(({ on, subject }) => [on, subject])).toEqual([
      ['2026-01-04', 'Call Name first'],
      ['2026-01-04', 'Call Name second'],
      ['2026-01-05', 'Call Name next day'],
    ]);
    expect(found.letGo).toMatchObject({ leftAlone: 2, leftState: 0 });
    // Before the first training there is nothing to advise by: its own task is opened.
    expect(simulate(advised, [crossing('little', 3, 5)], WINDOW).tasks).toHaveLength(1);
  });
});
