import { type FittedLogistic, logistic } from '../../core/models/churn/logistic.ts';
import { bgNbd, mbgNbd } from '../../core/models/clv/beta-geometric.ts';
import { type FittedGammaGamma, gammaGamma } from '../../core/models/clv/gamma-gamma.ts';
import { paretoNbd } from '../../core/models/clv/pareto-nbd.ts';
import type { FittedTransactionModel, TransactionModelFamily } from '../../core/models/clv/transaction-model.ts';
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
