import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { localSurrogate } from '../../core/explain/lime.ts';
import { shapleyValues } from '../../core/explain/shapley.ts';
import { inputsAt } from '../../core/features/inputs.ts';
import { counterfactuals } from '../../core/scores/counterfactuals.ts';
import { explain } from '../../core/scores/explain.ts';
import { insightOf } from '../../core/scores/insight.ts';
import { scoreCustomer } from '../../core/scores/score-customer.ts';
import { sentencesOf } from '../../core/scores/words/index.ts';
import { simulateBook, trainedModel, trainingCustomer } from '../support/book.ts';

const AS_OF = calendarDay('2026-06-01');
const book = simulateBook({ seed: 11, customers: 600, asOf: AS_OF });
const model = trainedModel(book, AS_OF);
const everybody = book.map((customer) => trainingCustomer(customer).statsAt(AS_OF));
const TERMS = { sentences: sentencesOf('en'), margin: 0.5 };

describe('LIME over groups', () => {
  it('is exact, with a fidelity of 1, for a sum of groups, where it equals the Shapley values', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 8 }), (effects) => {
        const value = (mask: number) => effects.reduce((sum, each, j) => sum + (mask & (1 << j) ? each : 0), 3);
        const { contributions, baseline, fidelity } = localSurrogate(effects.length, value);
        const exact = shapleyValues(effects.length, value);
        expect(baseline).toBeCloseTo(3, 8);
        expect(fidelity).toBeCloseTo(1, 8);
        for (const [j, each] of contributions.entries()) expect(each).toBeCloseTo(exact[j] ?? Number.NaN, 8);
      }),
    );
  });

  it('says so by a low fidelity where groups only act together', () => {
    const { fidelity } = localSurrogate(4, (mask) => ((mask ^ (mask >> 1) ^ (mask >> 2) ^ (mask >> 3)) & 1 ? 1 : 0));
    expect(fidelity).toBeLessThan(0.3);
  });

  it('refuses what Shapley refuses', () => {
    expect(() => localSurrogate(9, () => 0)).toThrow(/1 to 8/);
  });

  it('agrees in sign with the exact contributions of the churn risk wherever they are worth a word', () => {
    const fidelities: number[] = [];
    let compared = 0;
    for (const stats of everybody.slice(0, 200)) {
      const inputs = inputsAt(stats, AS_OF, 'USD');
      const exact = new Map(explain(model, inputs).churn?.contributions.map((each) => [each.group, each.contribution]));
      const insight = insightOf(model, stats, AS_OF, TERMS).churnSurrogate;
      fidelities.push(insight?.fidelity ?? 0);
      for (const { group, contribution } of insight?.contributions ?? []) {
        const shapley = exact.get(group) ?? 0;
        if (Math.abs(shapley) < 0.05) continue;
        compared += 1;
        expect(Math.sign(contribution)).toBe(Math.sign(shapley));
      }
    }
    expect(compared).toBeGreaterThan(100);
    expect(fidelities.sort((a, b) => a - b)[100]).toBeGreaterThan(0.7);
  });
});

describe('what is behind the engagement score', () => {
  it('is a ledger and sub-scores that each add up to it, on any later day too', () => {
    fc.assert(
      fc.property(fc.constantFrom(...everybody), fc.nat(300), (stats, days) => {
        const asOf = addDays(AS_OF, days);
        const { engagement } = insightOf(model, stats, asOf, TERMS);
        expect(engagement.score).toBe(scoreCustomer(model, stats, asOf, null).engagement);
        const rows = engagement.ledger.reduce((sum, row) => sum + row.ofScore, 0);
        const subScores = Object.values(engagement.subScores).reduce((sum, each) => sum + each, 0);
        expect(Math.abs(rows - engagement.score)).toBeLessThan(1e-9);
        expect(Math.abs(subScores - engagement.score)).toBeLessThan(1e-9);
      }),
      { numRuns: 100 },
    );
  });
});

describe('what would go with a lower risk', () => {
  const active = everybody.filter((stats) => scoreCustomer(model, stats, AS_OF, null).lifecycle === 'active');

  it('is among what a rep can bring about, and lowers the risk by a point at least, the most first', () => {
    let found = 0;
    for (const stats of active) {
      const { churnProbability } = scoreCustomer(model, stats, AS_OF, null);
      const { single } = counterfactuals(model, inputsAt(stats, AS_OF, 'USD'), model.cutoffs.churn.high);
      for (const each of single) {
        found += 1;
        expect(['order', 'meeting', 'reply', 'support-settled']).toContain(each.acts[0]);
        expect(each.from).toBe(churnProbability);
        expect(each.to).toBeLessThanOrEqual(each.from - 0.01);
      }
      expect(single.map(({ to }) => to)).toEqual(single.map(({ to }) => to).sort((a, b) => a - b));
    }
    expect(found).toBeGreaterThan(active.length / 2);
  });

  it('is the fewest acts that leave the high band, and nothing where the band is not high', () => {
    const high = model.cutoffs.churn.high;
    for (const stats of active) {
      const inputs = inputsAt(stats, AS_OF, 'USD');
      const { single, fewest } = counterfactuals(model, inputs, high);
      const { churnBand } = scoreCustomer(model, stats, AS_OF, null);
      if (churnBand !== 'high') expect(fewest).toBeNull();
      else if (fewest) {
        expect(fewest.to).toBeLessThan(high);
        expect(fewest.acts.length > 1).toBe(single.every(({ to }) => to >= high));
      }
    }
  });

  it('is silent on support where there was no case, and on who never bought', () => {
    for (const stats of active) {
      const inputs = inputsAt(stats, AS_OF, 'USD');
      if (inputs.short.support >= 0.5) continue;
      const { single, fewest } = counterfactuals(model, inputs, model.cutoffs.churn.high);
      expect([...single, ...(fewest ? [fewest] : [])].flatMap(({ acts }) => acts)).not.toContain('support-settled');
    }
    const nobody = trainingCustomer({ id: 'x', orders: [], events: [] }).statsAt(AS_OF);
    expect(insightOf(model, nobody, AS_OF, TERMS)).toMatchObject({
      value: null,
      whatWouldHelp: [],
      cluster: null,
      churnSurrogate: null,
    });
  });

  it('is said in sentences without the name of a feature', () => {
    const said = active.flatMap((stats) => insightOf(model, stats, AS_OF, TERMS).whatWouldHelp);
    expect(said.length).toBeGreaterThan(20);
    for (const sentence of said)
      expect(sentence).toMatch(/^Customers like this one but with .+ now: churn risk \d+ % instead of \d+ %\.$/);
  });
});

describe('the value over 3, 12 and 36 months', () => {
  const buyers = everybody.filter(({ purchaseDays }) => purchaseDays > 0).slice(0, 60);

  it('is for 12 what stands on the record, to the bit, with its interval', () => {
    for (const stats of buyers) {
      const { clv12m, clv12mLow, clv12mHigh } = scoreCustomer(model, stats, AS_OF, null);
      const [, year] = insightOf(model, stats, AS_OF, TERMS).horizons;
      expect(year).toMatchObject({ months: 12, revenue: clv12m, low: clv12mLow, high: clv12mHigh });
    }
  });

  it('grows with time, less than in proportion, and is in margin its share of revenue', () => {
    for (const stats of buyers) {
      const { horizons } = insightOf(model, stats, AS_OF, { ...TERMS, margin: 0.25 });
      expect(horizons.map(({ months }) => months)).toEqual([3, 12, 36]);
      const [quarter = 0, year = 0, three = 0] = horizons.map(({ revenue }) => revenue);
      expect(quarter <= year && year <= three && three <= 3 * year + 0.02 && year <= 4 * quarter + 0.03).toBe(true);
      for (const { revenue, margin, low, high } of horizons) {
        expect(Math.abs(margin - 0.25 * revenue)).toBeLessThan(0.01);
        expect(low <= revenue && revenue <= high).toBe(true);
      }
    }
  });

  it('is none for who never bought', () => {
    const nobody = trainingCustomer({ id: 'x', orders: [], events: [] }).statsAt(AS_OF);
    expect(insightOf(model, nobody, AS_OF, TERMS).horizons).toEqual([]);
  });
});

describe('what tells the value', () => {
  const larger = simulateBook({ seed: 3, customers: 900, asOf: AS_OF });
  const [first] = larger;
  const told = (from: typeof model) =>
    first && insightOf(from, trainingCustomer(first).statsAt(AS_OF), AS_OF, TERMS).value;

  it('is said with how well it did inside the book, beside what needs no model', () => {
    const chosen = trainedModel(larger, AS_OF);
    const rows = chosen.report.value?.backtest ?? [];
    const naive = rows.filter(({ kind }) => kind === 'naive').map(({ score }) => score);
    expect(told(chosen)).toMatchObject({
      chosen: chosen.report.value?.chosen,
      score: rows.find(({ name }) => name === chosen.report.value?.chosen)?.score,
      naive: { score: Math.max(...naive) },
    });
  });

  it('has no such figure in a book that is too small for a window', () => {
    expect(told(model)).toMatchObject({ chosenBy: 'likelihood', score: null, naive: null });
  });
});
