import type { Answer, Question } from '../backtest/members.ts';
import type { ValueOutcome } from '../models/clv/learned-value.ts';
import type { PredictiveModels } from '../models/clv/predictive.ts';
import { simulatedCeiling } from './ceiling.ts';
import { auc } from './classification.ts';
import { type IntervalCoverage, intervalCoverage } from './intervals.ts';
import { type RegressionMetrics, regressionMetrics } from './regression.ts';

/** How predictions made at the end of the calibration fit the time after it, over all customers. */
export interface HoldoutMetrics {
  /** Purchase days in the holdout. */
  count: RegressionMetrics;
  /** Money in the holdout. */
  spend: RegressionMetrics;
  /** AUC of the predicted count for "buys at all in the holdout". */
  repurchaseAuc: number;
}

/** One line of the comparison. */
export interface EvaluatedModel {
  name: string;
  /** Under the paper's names; of the ensemble its weights. */
  parameters: Readonly<Record<string, number>>;
  logLikelihood: number | null;
  converged: boolean;
  fitSeconds: number;
  /** Empty for a model of spend alone. */
  metrics: HoldoutMetrics | Record<string, never>;
  /** Of models with a predictive distribution. */
  intervals?: IntervalCoverage;
  /** The R2 of counts that the true parameters would reach on a book like this. */
  ceilingR2?: number;
}

/** The line of a model, from its answer; null for a naive row, which has no fit. */
export function evaluatedModel(
  name: string,
  answer: Answer,
  fitSeconds: number,
  on: { question: Question; outcomes: readonly ValueOutcome[]; spend: PredictiveModels['spend'] },
): EvaluatedModel | null {
  const { question, outcomes, spend } = on;
  const { customers, weeks } = question;
  const fit = answer.transactions ?? answer.fit;
  if (!fit) return null;
  const { logLikelihood, converged } = fit.diagnostics;
  const metrics = holdoutMetrics(answer, outcomes);
  const line = { name, parameters: { ...fit.parameters }, logLikelihood, converged, fitSeconds, metrics };
  if (!answer.transactions) return line;
  const predictive = { mixture: [{ model: answer.transactions, weight: 1 }], spend };
  return {
    ...line,
    intervals: intervalCoverage(predictive, customers, outcomes, weeks),
    ceilingR2: simulatedCeiling(answer.transactions, customers, weeks),
  };
}

/** Metrics of an answer against what came. */
export function holdoutMetrics({ counts, spends }: Answer, outcomes: readonly ValueOutcome[]): HoldoutMetrics {
  return {
    count: regressionMetrics(
      counts,
      outcomes.map((outcome) => outcome.count),
    ),
    spend: regressionMetrics(
      spends,
      outcomes.map((outcome) => outcome.spend),
    ),
    repurchaseAuc: auc(
      counts,
      outcomes.map((outcome) => (outcome.count > 0 ? 1 : 0)),
    ),
  };
}
