import { beta, gamma, seededRandom } from '../../core/math/random.ts';
import { type FittedLogistic, logistic } from '../../core/models/churn/logistic.ts';
import { bgNbd, mbgNbd } from '../../core/models/clv/beta-geometric.ts';
import { bgBb, type FittedBgBb } from '../../core/models/clv/bg-bb.ts';
import { boostedValue } from '../../core/models/clv/boosted-value.ts';
import { type FittedGammaGamma, gammaGamma } from '../../core/models/clv/gamma-gamma.ts';
import type { LearnedValueRow } from '../../core/models/clv/learned-value.ts';
import { mbgCnbdK, type TimedRow } from '../../core/models/clv/mbg-cnbd-k.ts';
import { neural } from '../../core/models/clv/neural.ts';
import { type FittedOrderSpend, orderSpend } from '../../core/models/clv/order-spend.ts';
import { paretoNbd } from '../../core/models/clv/pareto-nbd.ts';
import { type FittedShiftedBetaGeometric, shiftedBetaGeometric } from '../../core/models/clv/shifted-beta-geometric.ts';
import type {
  FittedTransactionModel,
  TransactionForecast,
  TransactionModelFamily,
} from '../../core/models/clv/transaction-model.ts';
import type { ModelFamily } from '../../core/ports/model.ts';
import { BOOKS, simulatedExamples, simulatedRows } from '../golden/simulated-rows.ts';
import { testModel } from './test-model.ts';

const book = simulatedRows({ ...BOOKS['mbg-nbd'], customers: 400 });
const rows = book.map(({ frequency, recencyWeeks, ageWeeks }) => ({ frequency, recencyWeeks, ageWeeks }));

const transactionModels: readonly TransactionModelFamily[] = [bgNbd, mbgNbd, paretoNbd];
for (const family of transactionModels) {
  testModel(family.name, {
    family,
    options: {},
    rows,
    nothingToLearn: [{ frequency: 0, recencyWeeks: 0, ageWeeks: 20 }],
    unusable: [
      { row: { frequency: Number.NaN, recencyWeeks: 0, ageWeeks: 1 }, field: 'frequency' },
      { row: { frequency: 1.5, recencyWeeks: 1, ageWeeks: 2 }, field: 'frequency' },
      { row: { frequency: -1, recencyWeeks: 0, ageWeeks: 1 }, field: 'frequency' },
      { row: { frequency: 1, recencyWeeks: Number.NaN, ageWeeks: 2 }, field: 'recencyWeeks' },
      { row: { frequency: 1, recencyWeeks: 3, ageWeeks: 2 }, field: 'recencyWeeks' },
      { row: { frequency: 0, recencyWeeks: 1, ageWeeks: 2 }, field: 'recencyWeeks' },
      { row: { frequency: 0, recencyWeeks: 0, ageWeeks: Number.POSITIVE_INFINITY }, field: 'ageWeeks' },
      { row: { frequency: 0, recencyWeeks: 0, ageWeeks: Number.NaN }, field: 'ageWeeks' },
    ],
    probabilities: (prediction) => [prediction.probabilityAlive],
    ask: (model, row) => {
      const fitted = model as FittedTransactionModel;
      return [
        fitted.expectedPurchases(row, 26),
        fitted.discountedPurchases(row, 52, 0.998),
        fitted.probabilityOfNoPurchase(row, 13),
        fitted.purchaseRateWhileActive(row),
        [...fitted.distributionOfPurchases(row, 13, 5)],
      ];
    },
  });
}

testModel(gammaGamma.name, {
  family: gammaGamma,
  options: {},
  rows: book.map(({ spendDays, meanSpend }) => ({ spendDays, meanSpend })),
  nothingToLearn: [{ spendDays: 0, meanSpend: 0 }],
  unusable: [
    { row: { spendDays: 1, meanSpend: Number.NaN }, field: 'meanSpend' },
    { row: { spendDays: 1, meanSpend: -5 }, field: 'meanSpend' },
    { row: { spendDays: 1, meanSpend: Number.POSITIVE_INFINITY }, field: 'meanSpend' },
    { row: { spendDays: Number.NaN, meanSpend: 5 }, field: 'spendDays' },
  ],
  probabilities: () => [],
  ask: (model, row) => {
    const fitted = model as FittedGammaGamma;
    return [fitted.expectedSpend(row), fitted.posterior(row), fitted.spendFrequencyCorrelation];
  },
});

testModel(orderSpend.name, {
  family: orderSpend,
  options: {},
  rows: simulatedAmounts(300),
  nothingToLearn: [{ amounts: 1, totalAmount: 5, logAmounts: Math.log(5) }],
  unusable: [
    { row: { amounts: 1.5, totalAmount: 5, logAmounts: 1 }, field: 'amounts' },
    { row: { amounts: 2, totalAmount: Number.NaN, logAmounts: 1 }, field: 'totalAmount' },
    { row: { amounts: 2, totalAmount: -5, logAmounts: 1 }, field: 'totalAmount' },
    { row: { amounts: 0, totalAmount: 5, logAmounts: 0 }, field: 'totalAmount' },
    { row: { amounts: 2, totalAmount: 10, logAmounts: Number.NaN }, field: 'logAmounts' },
    { row: { amounts: 2, totalAmount: 10, logAmounts: 2 * Math.log(5) + 0.1 }, field: 'logAmounts' },
  ],
  probabilities: () => [],
  ask: (model, row) => {
    const fitted = model as FittedOrderSpend;
    return [fitted.expectedSpend(row), fitted.posterior(row)];
  },
});

testModel<TimedRow, TransactionForecast, Record<string, never>>(mbgCnbdK.name, {
  family: mbgCnbdK as ModelFamily<TimedRow, TransactionForecast, Record<string, never>>,
  options: {},
  rows: rows.map((row) => ({ ...row, logGaps: row.frequency === 0 ? 0 : evenGaps(row.frequency, row.recencyWeeks) })),
  nothingToLearn: [{ frequency: 0, recencyWeeks: 0, ageWeeks: 20, logGaps: 0 }],
  unusable: [
    { row: { frequency: Number.NaN, recencyWeeks: 0, ageWeeks: 1, logGaps: 0 }, field: 'frequency' },
    { row: { frequency: 1, recencyWeeks: 1, ageWeeks: 2, logGaps: Number.NaN }, field: 'logGaps' },
  ],
  probabilities: (prediction) => [prediction.probabilityAlive],
  ask: (model, row) => [(model as FittedTransactionModel).expectedPurchases(row, 26)],
});

testModel(bgBb.name, {
  family: bgBb,
  options: {},
  rows: simulatedOpportunities(500),
  nothingToLearn: [{ frequency: 0, recency: 0, opportunities: 6 }],
  unusable: [
    { row: { frequency: Number.NaN, recency: 0, opportunities: 6 }, field: 'frequency' },
    { row: { frequency: 1, recency: 7, opportunities: 6 }, field: 'recency' },
  ],
  probabilities: (prediction) => [prediction.probabilityAlive],
  ask: (model, row) => [(model as FittedBgBb).expectedPurchases(row, 5)],
});

testModel(shiftedBetaGeometric.name, {
  family: shiftedBetaGeometric,
  options: {},
  rows: simulatedContracts(500),
  nothingToLearn: [{ renewals: 3, lost: false }],
  unusable: [
    { row: { renewals: -1, lost: true }, field: 'renewals' },
    { row: { renewals: Number.NaN, lost: true }, field: 'renewals' },
  ],
  probabilities: (prediction) => [prediction.renewalProbability],
  ask: (model, row) => [(model as FittedShiftedBetaGeometric).survival(row.renewals)],
});

const examples = learnedExamples(600);
const [example] = examples;
for (const { family, likelihood } of [
  { family: neural, likelihood: true },
  { family: boostedValue, likelihood: false },
]) {
  testModel(`${family.name} of value`, {
    family,
    options: { featureNames: ['a', 'b'], book: examples, seed: 1 },
    rows: examples,
    nothingToLearn: examples.slice(0, 50),
    unusable: [
      { row: { ...example, values: [1, Number.NaN] }, field: 'b' },
      { row: { ...example, expectedCount: 0 }, field: 'expectedCount' },
      { row: { ...example, probabilityOfPurchase: Number.NaN }, field: 'probabilityOfPurchase' },
      { row: { ...example, expectedSpend: Number.POSITIVE_INFINITY }, field: 'expectedSpend' },
      { row: { ...example, outcome: { count: -1, spend: 0 } }, field: 'count' },
      { row: { ...example, outcome: { count: 1, spend: Number.NaN } }, field: 'spend' },
    ],
    probabilities: () => [],
    largestArtifact: 500_000,
    likelihood,
    ask: () => [],
  });
}

/** Sum of the logarithms of so many equal gaps. */
function evenGaps(count: number, weeks: number): number {
  return count * Math.log(weeks / count);
}

/** Six opportunities, taken and left as BG/BB says. */
function simulatedOpportunities(customers: number) {
  const random = seededRandom(7);
  return Array.from({ length: customers }, () => {
    const [take, leave] = [beta(random, 1.2, 0.75), beta(random, 0.66, 2.8)];
    let [frequency, recency] = [0, 0];
    for (let at = 1; at <= 6 && random.next() >= leave; at += 1) {
      if (random.next() < take) [frequency, recency] = [frequency + 1, at];
    }
    return { frequency, recency, opportunities: 6 };
  });
}

/** Up to seven renewals, each refused with the customer's own chance. */
function simulatedContracts(customers: number) {
  const random = seededRandom(8);
  return Array.from({ length: customers }, () => {
    const refuse = beta(random, 0.7, 1.8);
    for (let renewals = 0; renewals < 7; renewals += 1) if (random.next() < refuse) return { renewals, lost: true };
    return { renewals: 7, lost: false };
  });
}

function simulatedAmounts(customers: number) {
  const random = seededRandom(5);
  return Array.from({ length: customers }, (_, i) => {
    const nu = gamma(random, 4) / 20;
    const amounts = Array.from({ length: i % 5 }, () => gamma(random, 3) / nu + 0.01);
    return {
      amounts: amounts.length,
      totalAmount: amounts.reduce((sum, each) => sum + each, 0),
      logAmounts: amounts.reduce((sum, each) => sum + Math.log(each), 0),
    };
  });
}

/** Customers who buy more than expected the larger `a` is, while `b` says nothing. */
function learnedExamples(customers: number): readonly [LearnedValueRow, ...LearnedValueRow[]] {
  const random = seededRandom(6);
  const row = (): LearnedValueRow => {
    const [a, b] = [random.next(), random.next()];
    const expectedCount = 0.2 + 2 * random.next();
    const count = Math.floor(expectedCount * (0.5 + a) + random.next());
    return {
      values: [a, b],
      expectedCount,
      probabilityOfPurchase: 1 - Math.exp(-expectedCount),
      expectedSpend: expectedCount * 30,
      outcome: { count, spend: count === 0 ? 0 : count * (20 + 20 * random.next()) },
    };
  };
  return [row(), ...Array.from({ length: customers - 1 }, row)];
}

testModel(logistic.name, {
  family: logistic,
  options: { featureNames: ['x', 'y', 'one'], l2: 1 },
  rows: simulatedExamples(9, 300),
  nothingToLearn: [{ values: [1, 2, 3], label: 1 }],
  unusable: [
    { row: { values: [1, Number.NaN, 3], label: 1 }, field: 'y' },
    { row: { values: [Number.NEGATIVE_INFINITY, 2, 3], label: 0 }, field: 'x' },
    { row: { values: [1, 2, 3], label: Number.NaN as 0 }, field: 'label' },
  ],
  probabilities: (prediction) => [prediction],
  ask: (model, row) => (model as FittedLogistic).logOdds(row.values),
});
