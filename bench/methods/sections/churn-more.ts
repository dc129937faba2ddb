import type { ChurnEvaluation } from '../../../core/evaluation/churn.ts';
import { type ChurnSet, calibrationChart, churnSet, churnTable, precisionChart } from '../churn-set.ts';
import { section } from '../section.ts';

/** The figures of the section. */
export interface MoreChurnFigures {
  iranian: ChurnSet;
  shoppers: ChurnSet;
}

/** The churn models on two other tables. */
export const moreChurnSection = section<MoreChurnFigures>({
  id: 'churn-more',
  title: 'Churn on other tables',
  files: ['iranian_churn.csv', 'online_shoppers_intention.csv'],
  commands: {
    iranian: ['evaluate', 'churn', '--table', 'iranian_churn.csv', '--label', 'Churn', '--positive', '1'],
    shoppers: [
      ...['evaluate', 'churn', '--table', 'online_shoppers_intention.csv'],
      ...['--label', 'Revenue', '--positive', 'TRUE'],
    ],
  },
  measure: async ({ command }) => ({
    iranian: churnSet((await command('iranian')) as ChurnEvaluation),
    shoppers: churnSet((await command('shoppers')) as ChurnEvaluation),
  }),
  tables: ({ iranian, shoppers }) => ({ iranian: churnTable(iranian), shoppers: churnTable(shoppers) }),
  charts: ({ iranian, shoppers }) => ({
    curve: precisionChart({ Iranian: iranian, 'Online Shoppers': shoppers }),
    calibration: calibrationChart({ Iranian: iranian, 'Online Shoppers': shoppers }),
  }),
});
