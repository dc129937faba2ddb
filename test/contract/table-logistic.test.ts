import { type FittedTableLogistic, tableLogistic } from '../../core/models/churn/table-logistic.ts';
import { inventedCustomers } from '../support/churn.ts';
import { testModel } from './test-model.ts';

testModel(tableLogistic.name, {
  family: tableLogistic,
  options: {
    features: [
      { name: 'tenure', kind: 'number' },
      { name: 'tickets', kind: 'number' },
      { name: 'plan', kind: 'category' },
      { name: 'seats', kind: 'number' },
    ],
    l2: 1,
  },
  rows: inventedCustomers(300),
  nothingToLearn: [{ values: [1, 2, 'trial', 3], label: 1 }],
  unusable: [
    { row: { values: ['ten', 2, 'trial', 3], label: 1 }, field: 'tenure' },
    { row: { values: [1, 2, 'trial', Number.POSITIVE_INFINITY], label: 1 }, field: 'seats' },
    { row: { values: [1, 2, 'trial'], label: 1 }, field: 'values' },
    { row: { values: [1, 2, 'trial', 3], label: 2 }, field: 'label' },
    { row: { values: [1, 2, 'trial', 3], label: 1, weight: -1 }, field: 'weight' },
  ],
  probabilities: (prediction) => [prediction],
  ask: (model, row) => (model as FittedTableLogistic).logOdds([row]),
});
