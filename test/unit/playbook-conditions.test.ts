import { describe, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { countsAsIn, isInCell, type Watched } from '../../core/playbooks/cell.ts';
import { factsOn } from '../../core/playbooks/facts.ts';
import { mayActAt } from '../../core/playbooks/hours.ts';
import { AT_RISK_AND_VALUABLE, type Playbook, playbookSchema } from '../../core/playbooks/schema.ts';
import { fillTemplate, unknownFields } from '../../core/playbooks/template.ts';

const CUTOFFS = { high: 0.8, medium: 0.5 };
const SCORE: Watched = {
  lifecycle: 'active',
  churnBand: 'low',
  valueBand: 'medium',
  segment: 'loyal',
  engagementTrend: 'steady',
  churnProbability: 0.3,
  engagement: 40,
  priority: 20,
  clv12m: 100,
  valueIfKept12m: 200,
};
const FACTS = { purchases: 1, silentDays: 40, customerDays: 40 };
const watching = (when: object, given: object = {}): Playbook =>
  playbookSchema.parse({ ...AT_RISK_AND_VALUABLE, when, ...given });
const isIn = (when: object, score: Partial<Watched> = {}, facts: Partial<typeof FACTS> = {}) =>
  isInCell(watching(when), { ...SCORE, ...score }, { ...FACTS, ...facts });

describe('the conditions of a playbook', () => {
  it.each([
    ['none beside the lifecycle', { lifecycle: ['active'] }],
    ['an empty range', { churn: {} }],
    ['a range whose ends are the wrong way round', { churn: { atLeast: 60, atMost: 50 } }],
    ['an empty list of bands', { churnBand: [] }],
    ['a segment that does not exist', { segment: ['heroes'] }],
    ['a condition that does not exist', { mood: ['good'] }],
  ])('refuse %s', (_, when) => {
    expect(playbookSchema.safeParse({ ...AT_RISK_AND_VALUABLE, when }).success).toBe(false);
  });

  it('hold for active customers unless another lifecycle is named', () => {
    expect(isIn({ purchases: { atMost: 1 } })).toBe(true);
    expect(isIn({ purchases: { atMost: 1 } }, { lifecycle: 'lapsed' })).toBe(false);
    expect(isIn({ purchases: { atMost: 1 }, lifecycle: ['lapsed'] }, { lifecycle: 'lapsed' })).toBe(true);
  });

  it('must hold all', () => {
    const when = { segment: ['loyal'], silentDays: { atLeast: 40 }, engagement: { atLeast: 40 } };
    expect(isIn(when)).toBe(true);
    expect(isIn(when, { segment: 'champions' })).toBe(false);
    expect(isIn(when, {}, { silentDays: 39 })).toBe(false);
    expect(isIn(when, { engagement: 39 })).toBe(false);
  });

  it('include the ends of a range, zero among them, and do not hold for what is not known', () => {
    expect(isIn({ engagement: { atMost: 0 } }, { engagement: 0 })).toBe(true);
    expect(isIn({ engagement: { atMost: 0 } }, { engagement: 1 })).toBe(false);
    expect(isIn({ churn: { atMost: 100 } }, { churnProbability: null })).toBe(false);
    expect(isIn({ valueBand: ['low', 'medium', 'high'] }, { valueBand: null })).toBe(false);
    expect(isInCell(watching({ silentDays: { atMost: 999 } }), SCORE, { ...FACTS, silentDays: null })).toBe(false);
  });

  it('take churn in points, and let go of it the hysteresis later', () => {
    const playbook = watching({ churn: { atLeast: 60 } });
    const counts = (churnProbability: number, wasIn: boolean) =>
      countsAsIn(playbook, wasIn, { ...SCORE, churnProbability }, FACTS, CUTOFFS);
    expect(counts(0.59, false)).toBe(false);
    expect(counts(0.6, false)).toBe(true);
    expect(counts(0.56, true)).toBe(true);
    expect(counts(0.54, true)).toBe(false);
  });

  it('widen money by per cent of the limit, and days and purchases not at all', () => {
    const counts = (when: object, score: Partial<Watched>, facts: Partial<typeof FACTS>) =>
      countsAsIn(watching(when), true, { ...SCORE, ...score }, { ...FACTS, ...facts }, CUTOFFS);
    expect(counts({ clv12m: { atLeast: 1000 } }, { clv12m: 950 }, {})).toBe(true);
    expect(counts({ clv12m: { atLeast: 1000 } }, { clv12m: 949 }, {})).toBe(false);
    expect(counts({ silentDays: { atLeast: 30 } }, {}, { silentDays: 29 })).toBe(false);
    expect(counts({ purchases: { atMost: 1 } }, {}, { purchases: 2 })).toBe(false);
  });
});

describe('facts of a customer', () => {
  it('move on with silence', () => {
    const stats = {
      firstPurchase: calendarDay('2026-01-01'),
      lastPurchase: calendarDay('2026-02-01'),
      purchaseDays: 2,
    };
    expect(factsOn(stats, calendarDay('2026-02-01'))).toEqual({ purchases: 2, silentDays: 0, customerDays: 31 });
    expect(factsOn(stats, calendarDay('2026-03-01'))).toEqual({ purchases: 2, silentDays: 28, customerDays: 59 });
    expect(factsOn({ firstPurchase: null, lastPurchase: null, purchaseDays: 0 }, calendarDay('2026-03-01'))).toEqual({
      purchases: 0,
      silentDays: null,
      customerDays: null,
    });
  });
});

describe('the hours of a playbook', () => {
  const hours = (given: object = {}) => watching({ churn: { atLeast: 1 } }, { hours: given }).hours;

  it('are any without hours, else the working days and hours of the workspace’s zone', () => {
    // A Thursday.
    const at = (time: string) => new Date(`2026-11-26T${time}:00Z`);
    expect(mayActAt(null, at('03:00'), 'UTC')).toBe(true);
    expect(['08:59', '09:00', '16:59', '17:00'].map((time) => mayActAt(hours(), at(time), 'UTC'))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(mayActAt(hours(), new Date('2026-11-28T12:00:00Z'), 'UTC')).toBe(false);
  });

  it('begin on another day where the zone has another', () => {
    // Sunday evening in London is Monday morning in Auckland.
    const sunday = new Date('2026-11-29T21:00:00Z');
    expect(mayActAt(hours(), sunday, 'Europe/London')).toBe(false);
    expect(mayActAt(hours(), sunday, 'Pacific/Auckland')).toBe(true);
    expect(mayActAt(hours({ timeZone: 'Pacific/Auckland' }), sunday, 'Europe/London')).toBe(true);
  });

  it('refuse an end before the beginning, and a zone that does not exist', () => {
    expect(() => hours({ from: 17, to: 9 })).toThrow(/an end after the beginning/);
    expect(() => hours({ timeZone: 'Europe/Atlantis' })).toThrow(/IANA/);
  });
});

describe('templates', () => {
  it('fill what is known, leave a typing error to be seen, and name it', () => {
    expect(fillTemplate('{name}: {nmae}', { name: 'Ada' })).toBe('Ada: {nmae}');
    expect(unknownFields('{name}: {nmae} {churn}')).toEqual(['nmae']);
  });
});
