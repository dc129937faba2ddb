import { describe, expect, it } from 'vitest';
import type { CalendarDay } from '../../core/domain/calendar-day.ts';
import { addDays } from '../../core/domain/calendar-day.ts';
import { inputsAt } from '../../core/features/inputs.ts';
import { guardedLearner, logLoss } from '../../core/learning/guarded-learner.ts';
import { onlineLogistic } from '../../core/learning/online-logistic.ts';
import { recalibrated, recalibration } from '../../core/learning/recalibrate.ts';
import { normal, seededRandom } from '../../core/math/random.ts';
import { logistic } from '../../core/models/churn/logistic.ts';
import { churnRisk } from '../../core/scores/churn.ts';
import { movingNumbers } from '../../core/scores/numbers.ts';
import { simulateBook, trainedModel, trainingCustomer } from '../support/book.ts';

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe('the online logistic regression', () => {
  const random = seededRandom(1);
  const rows = Array.from({ length: 4_000 }, () => {
    const x = normal(random);
    return { values: [1, x], label: (random.next() < sigmoid(-0.4 + 0.9 * x) ? 1 : 0) as 0 | 1 };
  });

  it('comes to what the fit of all outcomes at once finds, when it forgets nothing', () => {
    const online = onlineLogistic({ size: 2, forgetting: 1, priorVariance: 100 });
    for (const { values, label } of rows) online.learn(values, 0, label);
    const fitted = logistic.fit(
      rows.map(({ values, label }) => ({ values: values.slice(1), label })),
      { featureNames: ['x'], l2: 0 },
    );
    expect(online.weights[0]).toBeCloseTo(fitted.intercept.estimate, 1);
    expect(online.weights[1]).toBeCloseTo(fitted.coefficients[0]?.estimate ?? Number.NaN, 1);
  });

  it('learns only what the offset does not say already', () => {
    const online = onlineLogistic({ size: 2, forgetting: 1, priorVariance: 1 });
    for (const { values, label } of rows) online.learn(values, -0.4 + 0.9 * (values[1] as number), label);
    for (const weight of online.weights) expect(Math.abs(weight)).toBeLessThan(0.12);
  });

  it('stays finite when one outcome comes for ever', () => {
    const online = onlineLogistic({ size: 1, forgetting: 0.99, priorVariance: 1 });
    for (let i = 0; i < 20_000; i += 1) online.learn([1], 0, 1);
    expect(Number.isFinite(online.weights[0])).toBe(true);
  });
});

describe('the guard', () => {
  it('says nothing before a hundred outcomes, and lets the frozen model serve', () => {
    const learner = guardedLearner(1);
    for (let i = 0; i < 99; i += 1) learner.learn(-3, [1], 1);
    expect(learner.review()).toBeNull();
    expect(learner.serving).toBe('frozen');
    expect(learner.logOdds(-3, [1])).toBe(-3);
    learner.learn(-3, [1], 1);
    expect(learner.review()?.verdict).toBe('better');
    expect(learner.serving).toBe('online');
    expect(learner.logOdds(-3, [1])).toBeGreaterThan(0);
  });

  it('gives back when the learner is not better any more', () => {
    const learner = guardedLearner(1);
    for (let i = 0; i < 200; i += 1) learner.learn(-2, [1], 1);
    learner.review();
    expect(learner.serving).toBe('online');
    for (let i = 0; i < 1_000; i += 1) learner.learn(i % 8 === 0 ? 2 : -2, [1], i % 8 === 0 ? 1 : 0);
    learner.review();
    expect(learner.serving).toBe('frozen');
  });

  it('measures a loss by log-odds as by probabilities, without overflow', () => {
    expect(logLoss(0.7, 1)).toBeCloseTo(-Math.log(sigmoid(0.7)), 12);
    expect(logLoss(0.7, 0)).toBeCloseTo(-Math.log(1 - sigmoid(0.7)), 12);
    expect(logLoss(800, 0)).toBe(800);
  });
});

describe('the correction of a champion', () => {
  const asOf = '2026-06-01' as CalendarDay;
  const book = simulateBook({ seed: 4, customers: 500, asOf });
  const champion = trainedModel(book, asOf);
  const outcomes = (truth: (shown: number) => number) => {
    const random = seededRandom(2);
    return Array.from({ length: 1_500 }, (_, index) => {
      const probability = 0.1 + 0.8 * random.next();
      return {
        askedOn: addDays(asOf, Math.floor(index / 10)),
        modelVersion: champion.version,
        probability,
        label: (random.next() < truth(probability) ? 1 : 0) as 0 | 1,
        inInterval: null,
      };
    });
  };
  const logOdds = (p: number) => Math.log(p / (1 - p));

  it('is none while few outcomes are known, and not better where the risks are right', () => {
    expect(recalibration(outcomes((p) => p).slice(0, 99))).toBeNull();
    expect(recalibration(outcomes((p) => p))).toMatchObject({ better: false, cases: 1_000 });
  });

  it('finds by how much the risks are off', () => {
    const found = recalibration(outcomes((p) => sigmoid(1 + logOdds(p))));
    expect(found?.better).toBe(true);
    expect(found?.logLossDifference).toBeLessThan(0);
    expect(found?.level).toBeCloseTo(1, 0);
    expect(found?.slope).toBeCloseTo(1, 0);
  });

  it('makes a version of its own that says the corrected risk, and leaves everybody in their band', () => {
    const found = { cases: 500, logLossDifference: -0.1, standardError: 0.01, better: true, level: 0.8, slope: 1.3 };
    const model = recalibrated(champion, found);
    if (!model) throw new Error('there is nothing to correct');
    expect(model.version).not.toBe(champion.version);
    expect(model.asOf).toBe(champion.asOf);
    for (const customer of book.slice(0, 200).map(trainingCustomer)) {
      const stats = customer.statsAt(asOf);
      const inputs = inputsAt(stats, asOf, 'USD');
      const [before, after] = [churnRisk(champion, inputs), churnRisk(model, inputs)];
      if (before === null || after === null || before < 1e-5 || before > 1 - 1e-5) continue;
      expect(after).toBeCloseTo(sigmoid(0.8 + 1.3 * logOdds(before)), 6);
      expect(movingNumbers(model, stats, asOf).churnBand).toBe(movingNumbers(champion, stats, asOf).churnBand);
    }
  });

  it('is not made where it would turn the order round, or where everybody has one risk', () => {
    const found = { cases: 500, logLossDifference: -0.1, standardError: 0.01, better: true, level: 0, slope: -0.2 };
    expect(recalibrated(champion, found)).toBeNull();
    const flat = { ...champion, churn: { kind: 'base-rate', probability: 0.3 } } as const;
    expect(recalibrated(flat, { ...found, slope: 1.2 })).toBeNull();
  });
});
