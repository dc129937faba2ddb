import type { ChurnEvaluation } from '../../../core/evaluation/churn.ts';
import { type ChurnSet, calibrationChart, churnSet, churnTable, precisionChart } from '../churn-set.ts';
import { cell } from '../format.ts';
import { section } from '../section.ts';

/** The figures of the section. */
export interface ChurnFigures {
  telco: ChurnSet;
}

/** The command on Telco with the given folds; other sections add to it. */
export const TELCO: readonly string[] = [
  ...['evaluate', 'churn', '--table', 'telco_churn.csv', '--label', 'Churn', '--positive', 'Yes'],
  ...['--folds', 'telco_folds.csv'],
];

/** Churn: every model out of fold on Telco. */
export const churnSection = section<ChurnFigures>({
  id: 'churn',
  title: 'Churn',
  files: ['telco_churn.csv', 'telco_folds.csv'],
  commands: { telco: TELCO },
  measure: async ({ command }) => ({ telco: churnSet((await command('telco')) as ChurnEvaluation) }),
  tables: ({ telco }) => ({
    telco: churnTable(telco),
    curve: {
      header: ['flagged', 'precision', 'recall'],
      rows: telco.curve.map(({ flagged, precision, recall }) => [
        cell(flagged, 'points'),
        cell(precision, 'three'),
        cell(recall, 'three'),
      ]),
    },
  }),
  charts: ({ telco }) => ({ curve: precisionChart({ Telco: telco }), calibration: calibrationChart({ Telco: telco }) }),
});
