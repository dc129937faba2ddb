import { describe, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { EVENT_DATA } from '../../core/domain/outbound-event.ts';
import type { Score } from '../../core/scores/score.ts';
import { tellScore } from '../../core/scores/told.ts';

const CUSTOMER = '48d603e6-070a-5d62-a4fb-23d6a3fa1c2c';
const score = (given: Partial<Score> = {}): Score => ({
  asOf: calendarDay('2026-06-01'),
  lifecycle: 'active',
  clv12m: 200,
  clv12mLow: 50,
  clv12mHigh: 400,
  valueIfKept12m: 300,
  churnProbability: 0.4,
  churnBand: 'medium',
  valueBand: 'high',
  engagement: 50,
  engagementTrend: 'steady',
  priority: 40,
  standing: null,
  segment: null,
  currency: 'USD',
  churnHorizonDays: 60,
  modelVersion: 'm',
  cluster: null,
  explanations: {},
  reasons: ['No order for 70 days.'],
  change: null,
  nextAction: null,
  nextActionOn: null,
  ...given,
});
const typesOf = (...given: Parameters<typeof tellScore>) => tellScore(...given).events.map(({ type }) => type);

describe('what there is to tell of a score', () => {
  it('is nothing while it stays within its dead-band around what was told last', () => {
    const told = score();
    expect(tellScore(CUSTOMER, score({ clv12m: 209, engagement: 52, priority: 45 }), told, told)).toEqual({
      events: [],
      moved: false,
    });
  });

  it('is told from the score told last, not from the one before: small steps add up', () => {
    const told = score({ clv12m: 200 });
    const { events, moved } = tellScore(CUSTOMER, score({ clv12m: 211 }), score({ clv12m: 209 }), told);
    expect(moved).toBe(true);
    expect(events).toMatchObject([
      { type: 'score.changed', data: { scores: { clv12m: '211.00' }, previous: { clv12m: '200.00' } } },
    ]);
  });

  it('a band that is entered is told with both ends, beside the score', () => {
    const before = score();
    const now = score({ churnBand: 'lapsed', valueBand: null });
    expect(
      tellScore(CUSTOMER, now, before, before)
        .events.slice(1)
        .map(({ data }) => data),
    ).toEqual([
      { customerId: CUSTOMER, asOf: '2026-06-01', band: 'churn', from: 'medium', to: 'lapsed' },
      { customerId: CUSTOMER, asOf: '2026-06-01', band: 'value', from: 'high', to: null },
    ]);
  });

  it('a first scoring is marked, with nothing before it', () => {
    const { events } = tellScore(CUSTOMER, score(), null, null);
    expect(events.map(({ type, initial }) => [type, initial])).toEqual([
      ['score.changed', true],
      ['band.crossed', true],
      ['band.crossed', true],
    ]);
    expect(typesOf(CUSTOMER, score(), score(), null)).toEqual(['score.changed']);
  });

  it('holds what its schema says and no more, with 0 as a value', () => {
    const now = score({ clv12m: 0, churnProbability: 0, engagement: 0 });
    for (const { type, data } of tellScore(CUSTOMER, now, score(), score()).events) {
      expect(EVENT_DATA[type].strict().parse(data)).toEqual(data);
      if (type === 'score.changed') expect(data).toMatchObject({ scores: { clv12m: '0.00', churnProbability: 0 } });
    }
  });
});
