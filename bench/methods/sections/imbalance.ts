import type { ChurnEvaluation } from '../../../core/evaluation/churn.ts';
import { type ChurnRow, churnSet } from '../churn-set.ts';
import { cell } from '../format.ts';
import { section } from '../section.ts';
import { type ChurnFigures, TELCO } from './churn.ts';

/** What treating a rare outcome changes, on Telco: class weights are those of the section on churn. */
export const imbalanceSection = section<{ treatments: readonly { treatment: string; rows: readonly ChurnRow[] }[] }>({
  id: 'imbalance',
  title: 'The rare outcome',
  files: ['telco_churn.csv', 'telco_folds.csv'],
  commands: { smote: [...TELCO, '--imbalance', 'smote'], none: [...TELCO, '--imbalance', 'none'] },
  measure: async ({ command, figuresOf }) => {
    const weights = figuresOf('churn') as unknown as ChurnFigures | null;
    const rowsOf = async (name: string) => churnSet((await command(name)) as ChurnEvaluation).rows;
    return {
      treatments: [
        ...(weights ? [{ treatment: 'class weights', rows: weights.telco.rows }] : []),
        { treatment: 'SMOTE inside the folds', rows: await rowsOf('smote') },
        { treatment: 'none', rows: await rowsOf('none') },
      ],
    };
  },
  tables: ({ treatments }) => ({
    models: {
      header: ['model', 'treatment', 'AUC', 'PR-AUC', 'Brier', 'ECE', 'F₁'],
      rows: (treatments[0]?.rows ?? [])
        .filter(({ naive }) => !naive)
        .flatMap(({ name }) =>
          treatments.flatMap(({ treatment, rows }) =>
            rows
              .filter((row) => row.name === name)
              .map(({ auc, prAuc, brier, ece, atBest }) => [
                name,
                treatment,
                ...[auc, prAuc, brier, ece, atBest.f1].map((each) => cell(each, 'four')),
              ]),
          ),
        ),
    },
  }),
});
