import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { CLEAR, type FieldValue, isClear } from '../../core/domain/fields.ts';
import { shapleyValues } from '../../core/explain/shapley.ts';
import { inputsAt } from '../../core/features/inputs.ts';
import { type CustomerStats, summarise } from '../../core/features/stats.ts';
import { movement } from '../../core/scores/change.ts';
import { mustWrite, valuesToSend } from '../../core/scores/dead-band.ts';
import { explain } from '../../core/scores/explain.ts';
import { fieldValues, SCORE_FIELDS } from '../../core/scores/fields.ts';
import { movingNumbers } from '../../core/scores/numbers.ts';
import { recheckOn, scoreCustomer } from '../../core/scores/score-customer.ts';
import { loadScoringModel, saveScoringModel } from '../../core/scores/scoring-model.ts';
import { simulateBook, trainedModel, trainingCustomer } from '../support/book.ts';

const AS_OF = calendarDay('2026-06-01');
const book = simulateBook({ seed: 11, customers: 600, asOf: AS_OF });
const model = trainedModel(book, AS_OF);
const earlier = trainedModel(book, addDays(AS_OF, -60));
const everybody = book.map((customer) => trainingCustomer(customer).statsAt(AS_OF));
const buyers = everybody.filter((stats) => stats.purchaseDays > 0);

const memory = fc.record({
  short: fc.double({ min: 0, max: 40, noNaN: true }),
  long: fc.double({ min: 0, max: 90, noNaN: true }),
});
/** Statistics of a customer that could be: purchases at random days, any activity. */
const anybody = fc
  .tuple(fc.array(fc.tuple(fc.nat(900), fc.nat(500_00)), { maxLength: 8 }), fc.option(memory), fc.option(memory))
  .map(([purchases, web, support]): CustomerStats => {
    const byDay = new Map(purchases.map(([days, amount]) => [addDays(AS_OF, -days), BigInt(amount)]));
    const days = [...byDay]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([day, amountMinor]) => ({ day, amountMinor, orders: 1 }));
    const stats = summarise(days, [], AS_OF, { doubles: 0, unmatched: 0 });
    return {
      ...stats,
      channels: {
        ...stats.channels,
        ...(web && { web: { anchor: AS_OF, ...web } }),
        ...(support && { support: { anchor: AS_OF, ...support } }),
      },
    };
  });

describe('Shapley values', () => {
  it('add up to the difference of everything and nothing, for any function of up to eight groups', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }).chain((groups) =>
          fc.tuple(
            fc.constant(groups),
            fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), {
              minLength: 2 ** groups,
              maxLength: 2 ** groups,
            }),
          ),
        ),
        ([groups, table]) => {
          const values = shapleyValues(groups, (mask) => table[mask] ?? 0);
          const sum = values.reduce((a, b) => a + b, 0);
          expect(Math.abs(sum - ((table.at(-1) ?? 0) - (table[0] ?? 0)))).toBeLessThan(1e-9);
        },
      ),
    );
  });

  it('give the textbook’s glove game: two left gloves, one right glove', () => {
    const hasPair = (mask: number) => (mask & 0b100 && mask & 0b011 ? 1 : 0);
    const [left, other, right] = shapleyValues(3, hasPair);
    expect(left).toBeCloseTo(1 / 6, 12);
    expect(other).toBeCloseTo(1 / 6, 12);
    expect(right).toBeCloseTo(4 / 6, 12);
  });

  it('refuse more groups than can be counted exactly', () => {
    expect(() => shapleyValues(9, () => 0)).toThrow(/1 to 8 groups, got 9/);
    expect(() => shapleyValues(0, () => 0)).toThrow(RangeError);
  });
});

describe('a score', () => {
  it('is its baseline and its contributions to 1e-9, for every score of any customer', () => {
    fc.assert(
      fc.property(anybody, (stats) => {
        const score = scoreCustomer(model, stats, AS_OF, null);
        const shown = { clv: score.clv12m, churn: score.churnProbability, engagement: score.engagement };
        const explained = explain(model, inputsAt(stats, AS_OF, 'USD'));
        expect(Object.keys(explained).sort()).toEqual(
          stats.purchaseDays > 0 ? ['churn', 'clv', 'engagement'] : ['engagement'],
        );
        for (const [name, explanation] of Object.entries(explained)) {
          const sum = explanation.contributions.reduce(
            (total, each) => total + each.contribution,
            explanation.baseline,
          );
          expect(Math.abs(sum - (shown[name as keyof typeof shown] ?? Number.NaN))).toBeLessThan(1e-9);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('moves by time, inputs and model, which add up to the movement exactly', () => {
    fc.assert(
      fc.property(anybody, anybody, fc.nat(90), (before, now, days) => {
        for (const pick of ['clv12m', 'churnProbability', 'engagement', 'priority'] as const) {
          const start = movingNumbers(earlier, before, AS_OF)[pick];
          const end = movingNumbers(model, now, addDays(AS_OF, days))[pick];
          const moved = movement(
            { model: earlier, stats: before, asOf: AS_OF },
            { model, stats: now, asOf: addDays(AS_OF, days) },
            (numbers) => numbers[pick],
          );
          if (start === null || end === null) expect(moved).toBeNull();
          else expect((moved?.time ?? 0) + (moved?.inputs ?? 0) + (moved?.model ?? 0)).toBeCloseTo(end - start, 9);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('keeps its ranges: probabilities 0..1, engagement and priority 0..100, low <= value <= high', () => {
    fc.assert(
      fc.property(anybody, (stats) => {
        const score = scoreCustomer(model, stats, AS_OF, null);
        expect(score.engagement).toBeGreaterThanOrEqual(0);
        expect(score.engagement).toBeLessThanOrEqual(100);
        expect(score.priority).toBeGreaterThanOrEqual(0);
        expect(score.priority).toBeLessThanOrEqual(100);
        if (score.lifecycle === 'prospect') {
          expect([score.clv12m, score.churnProbability, score.churnBand, score.valueBand]).toEqual([
            null,
            null,
            null,
            null,
          ]);
          return;
        }
        expect(score.churnProbability).toBeGreaterThan(0);
        expect(score.churnProbability).toBeLessThan(1);
        expect(score.clv12mLow ?? -1).toBeLessThanOrEqual(score.clv12m ?? -2);
        expect(score.clv12mHigh ?? -1).toBeGreaterThanOrEqual(score.clv12m ?? 0);
        expect(score.valueIfKept12m ?? 0).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 200 },
    );
  });

  it('is the same from the model as trained and as loaded', () => {
    const loaded = loadScoringModel(JSON.parse(JSON.stringify(saveScoringModel(model))));
    for (const stats of everybody.slice(0, 100)) {
      expect(scoreCustomer(loaded, stats, AS_OF, null)).toEqual(scoreCustomer(model, stats, AS_OF, null));
    }
  });

  it('comes from the same model again when trained on the same facts', () => {
    expect(trainedModel(book, AS_OF).version).toBe(model.version);
    expect(trainedModel([...book].reverse(), AS_OF).value?.transactions.parameters).toEqual(
      model.value?.transactions.parameters,
    );
  });

  it('tells the rep three sentences at most, and never a feature’s name', () => {
    for (const stats of everybody) {
      const { reasons } = scoreCustomer(model, stats, AS_OF, null);
      expect(reasons.length).toBeGreaterThan(0);
      expect(reasons.length).toBeLessThanOrEqual(3);
      expect(reasons.join(' ')).not.toMatch(/log|NaN|undefined|null|Infinity/);
    }
  });
});

describe('bands', () => {
  it('hold the top fifth and the next three tenths of the active customers of the training', () => {
    const active = buyers
      .map((stats) => movingNumbers(model, stats, AS_OF))
      .filter((each) => each.lifecycle === 'active');
    for (const band of ['churnBand', 'valueBand'] as const) {
      const share = (name: string) => active.filter((each) => each[band] === name).length / active.length;
      expect(share('high')).toBeCloseTo(0.2, 1);
      expect(share('medium')).toBeCloseTo(0.3, 1);
    }
  });

  it('do not move with the other customers of the day: the cut-offs are those of the training', () => {
    const before = buyers.slice(0, 50).map((stats) => movingNumbers(model, stats, addDays(AS_OF, 20)).churnBand);
    const copy = structuredClone(saveScoringModel(model));
    expect(loadScoringModel(copy).cutoffs).toEqual(model.cutoffs);
    expect(buyers.slice(0, 50).map((stats) => movingNumbers(model, stats, addDays(AS_OF, 20)).churnBand)).toEqual(
      before,
    );
    expect(Object.isFrozen(model.value?.transactions.parameters)).toBe(true);
  });

  it('leave lapsed customers out: silent for more than two horizons', () => {
    const stats = buyers.find((each) => each.lastPurchase !== null) as CustomerStats;
    const last = stats.lastPurchase ?? AS_OF;
    expect(movingNumbers(model, stats, addDays(last, 2 * model.horizonDays)).lifecycle).toBe('active');
    const gone = movingNumbers(model, stats, addDays(last, 2 * model.horizonDays + 1));
    expect(gone.lifecycle).toBe('lapsed');
    expect(gone.churnBand).toBe('lapsed');
  });
});

describe('fields', () => {
  it('are those provisioned, each with a value or CLEAR, never null or not a number', () => {
    for (const stats of everybody) {
      const values = fieldValues(scoreCustomer(model, stats, AS_OF, null));
      expect(Object.keys(values).sort()).toEqual(SCORE_FIELDS.map((field) => field.name).sort());
      for (const value of Object.values(values)) {
        expect(isClear(value) || typeof value === 'string' || Number.isFinite(value)).toBe(true);
      }
    }
  });

  it('carry no P(alive): a one-time buyer of long ago has no field that says 1 or 100', () => {
    const first = addDays(AS_OF, -600);
    const stats = summarise([{ day: first, amountMinor: 1000n, orders: 1 }], [], AS_OF, { doubles: 0, unmatched: 0 });
    const values = fieldValues(scoreCustomer(model, stats, AS_OF, null));
    for (const [name, value] of Object.entries(values)) {
      expect(name).not.toMatch(/alive/);
      if (typeof value === 'number') expect([1, 100, 0.999, 99.9]).not.toContain(value);
    }
    const transactions = model.value?.transactions;
    const [alive] = transactions?.predict([{ frequency: 1, recencyWeeks: 40, ageWeeks: 50 }]) ?? [];
    expect(alive?.probabilityAlive).toBeLessThan(1);
  });

  it('write 0 as 0 and fit their types', () => {
    const types = new Map(SCORE_FIELDS.map((field) => [field.name, field.type]));
    for (const stats of everybody.slice(0, 200)) {
      for (const [name, value] of Object.entries(fieldValues(scoreCustomer(model, stats, AS_OF, null)))) {
        const type = types.get(name);
        if (isClear(value) || !type) continue;
        if (type.type === 'number') {
          expect(typeof value).toBe('number');
          expect(Number(Number(value).toFixed(type.scale))).toBe(value);
        } else if (type.type === 'enum') expect(type.options.map((option) => option.value)).toContain(value);
        else if ('maxLength' in type) expect(String(value).length).toBeLessThanOrEqual(type.maxLength);
      }
    }
  });
});

describe('dead-bands', () => {
  const written: Readonly<Record<string, FieldValue>> = {
    clv_12m: 100,
    churn_probability: 40,
    engagement: 50,
    priority: 60,
    churn_band: 'low',
    value_band: 'high',
    next_action: CLEAR,
    reasons: 'old',
    scored_at: '2026-01-01',
    change: 'old',
    clv_12m_low: 1,
    engagement_trend: 'steady',
  };

  it.each([
    ['clv_12m', 105, 105.01],
    ['clv_12m', 95, 94.99],
    ['churn_probability', 42, 42.1],
    ['churn_probability', 38, 37.9],
    ['engagement', 52, 53],
    ['priority', 65, 66],
  ])('%s may go to %d and not to %d', (name, within, beyond) => {
    expect(mustWrite(written, { ...written, [name]: within })).toBe(false);
    expect(mustWrite(written, { ...written, [name]: beyond })).toBe(true);
  });

  it('are a whole unit of money at least, around nothing as well', () => {
    const poor = { ...written, clv_12m: 0 };
    expect(mustWrite(poor, { ...poor, clv_12m: 1 })).toBe(false);
    expect(mustWrite(poor, { ...poor, clv_12m: 1.01 })).toBe(true);
  });

  it.each(['churn_band', 'value_band', 'next_action'])('do not hold back a change of %s', (name) => {
    expect(mustWrite(written, { ...written, [name]: 'medium' })).toBe(true);
  });

  it.each(['reasons', 'change', 'scored_at', 'clv_12m_low', 'engagement_trend'])('are not left by %s alone', (name) => {
    expect(mustWrite(written, { ...written, [name]: 'new' })).toBe(false);
  });

  it('let a value onto an empty record and CLEAR only where there was one', () => {
    expect(mustWrite({}, { clv_12m: 0 })).toBe(true);
    expect(mustWrite({}, { clv_12m: CLEAR })).toBe(false);
    expect(mustWrite({ clv_12m: CLEAR }, { clv_12m: CLEAR })).toBe(false);
    expect(mustWrite({ clv_12m: 0 }, { clv_12m: CLEAR })).toBe(true);
    expect(valuesToSend({ priority: 1 }, { clv_12m: CLEAR, priority: 1, churn_band: 'low' })).toEqual({
      priority: 1,
      churn_band: 'low',
    });
  });
});

describe('the day to look again', () => {
  it('is the first on which silence alone crosses something, at most 14 days on', () => {
    fc.assert(
      fc.property(fc.constantFrom(...everybody), fc.nat(200), (stats, days) => {
        const asOf = addDays(AS_OF, days);
        const score = scoreCustomer(model, stats, asOf, null);
        const shown = fieldValues(score);
        const due = recheckOn(model, stats, score, [shown]);
        expect(due > asOf && due <= addDays(asOf, 14)).toBe(true);
        for (let day = addDays(asOf, 1); day < due; day = addDays(day, 1)) {
          expect(mustWrite(shown, fieldValues(scoreCustomer(model, stats, day, null)))).toBe(false);
        }
        if (due < addDays(asOf, 14)) {
          expect(mustWrite(shown, fieldValues(scoreCustomer(model, stats, due, null)))).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is that of whichever record crosses first', () => {
    const stats = buyers[3] as CustomerStats;
    const score = scoreCustomer(model, stats, AS_OF, null);
    const shown = fieldValues(score);
    const edge = { ...shown, clv_12m: 1e9 };
    expect(recheckOn(model, stats, score, [shown, edge])).toBe(addDays(AS_OF, 1));
  });
});
