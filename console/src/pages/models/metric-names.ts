import { inWords } from '../../wording.ts';

/** Figures that models are judged by, and which way is good. */
const METRICS: Readonly<Record<string, string>> = {
  score: 'Mean R² (1 is best)',
  countR2: 'R² of purchases',
  spendR2: 'R² of money',
  countR2DropTop10: 'R² of purchases, ten largest left out',
  spendR2DropTop10: 'R² of money, ten largest left out',
  auc: 'AUC (1 is best)',
  brier: 'Brier score (0 is best)',
  rmse: 'RMSE (0 is best)',
  mae: 'MAE (0 is best)',
  logLikelihood: 'Log-likelihood (higher is better)',
  baseRate: 'Base rate (share, 0–1)',
  byHandSpearman: 'Rank correlation of weights by hand (1 is best)',
  learnedSpearman: 'Rank correlation of learned weights (1 is best)',
  intervalLow: 'Lower level of the interval',
  intervalHigh: 'Upper level of the interval',
  judgedOn: 'Customers judged on',
};

/** What a figure of a model is called. */
export function metricName(name: string): string {
  return METRICS[name] ?? inWords(name);
}
