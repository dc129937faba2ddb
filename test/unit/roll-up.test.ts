import { describe, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { isClear } from '../../core/domain/fields.ts';
import { mustWrite } from '../../core/scores/dead-band.ts';
import { PROVISIONED_FIELDS } from '../../core/scores/fields.ts';
import { rollUp } from '../../core/scores/roll-up.ts';

type Member = Parameters<typeof rollUp>[0][number];

const member = (given: Partial<Member> = {}): Member => ({
  clv12m: 100,
  valueIfKept12m: 200,
  churnProbability: 0.5,
  churnBand: 'medium',
  lifecycle: 'active',
  priority: 40.4,
  currency: 'EUR',
  asOf: calendarDay('2026-05-31'),
  modelVersion: 'm1',
  ...given,
});

describe('the roll-up of an account', () => {
  it('has no figures without a buyer, and never a zero in their place', () => {
    for (const members of [[], [member({ lifecycle: 'prospect' })]]) {
      expect(Object.values(rollUp(members)).every(isClear)).toBe(true);
    }
  });

  it('sums values, weights the risk by value and takes the worst band and the highest priority', () => {
    const values = rollUp([
      member(),
      member({ clv12m: 10.004, valueIfKept12m: 600, churnProbability: 0.9, churnBand: 'high', priority: 81.6 }),
      member({
        clv12m: 0,
        valueIfKept12m: 0,
        churnProbability: 0,
        churnBand: 'low',
        priority: 0,
        asOf: calendarDay('2026-06-02'),
      }),
    ]);
    expect(values).toEqual({
      clv_12m: 110,
      value_if_kept_12m: 800,
      currency: 'EUR',
      // (100 + 540) / 800
      churn_probability: 80,
      churn_band: 'high',
      priority: 82,
      customers: 3,
      customers_at_risk: 1,
      value_at_risk: 640,
      value_at_risk_max: 540,
      scored_at: '2026-06-02',
      model_version: 'm1',
    });
  });

  it('counts those who left neither as at risk nor as value at risk, and says lapsed only of an account where all did', () => {
    const left = member({ lifecycle: 'lapsed', churnBand: 'lapsed', churnProbability: 0.99, clv12m: 1 });
    expect(rollUp([left, member({ churnBand: 'low', churnProbability: 0.1 })])).toMatchObject({
      churn_band: 'low',
      churn_probability: 10,
      value_at_risk: 20,
      customers: 2,
      customers_at_risk: 0,
    });
    expect(rollUp([left])).toMatchObject({
      churn_band: 'lapsed',
      value_at_risk: 0,
      value_at_risk_max: 0,
      customers_at_risk: 0,
    });
  });

  it('fills exactly the fields that are provisioned on accounts', () => {
    const provisioned = PROVISIONED_FIELDS.filter((field) => field.on?.includes('account')).map((field) => field.name);
    expect(Object.keys(rollUp([member()])).sort()).toEqual([...provisioned].sort());
  });

  it('is written again when one more customer is at risk or the value at risk leaves its dead-band, not before', () => {
    const written = rollUp([member(), member()]);
    expect(mustWrite(written, { ...written, value_at_risk: 204, scored_at: '2026-06-09' })).toBe(false);
    expect(mustWrite(written, { ...written, value_at_risk: 211 })).toBe(true);
    expect(mustWrite(written, { ...written, customers_at_risk: 1 })).toBe(true);
  });
});
