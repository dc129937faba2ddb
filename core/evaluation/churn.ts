import { seededRandom } from '../math/random.ts';
import {
  type ChurnModelName,
  churnModelsFor,
  classifierOf,
  copies,
  type FittedChurnClassifier,
  membersOf,
  trainMembers,
} from '../models/churn/churn-classifier.ts';
import { type OddsRatio, oddsRatios } from '../models/churn/odds-ratios.ts';
import type { Importance } from '../models/trees/permutation-importance.ts';
import type { TreeRow } from '../models/trees/table.ts';
import {
  crossValidateChurn,
  type FoldOptions,
  type OutOfFold,
  type ThresholdBy,
  thresholdsOf,
} from './churn-cross-validation.ts';
import { type ChurnFolds, givenFolds, seededFolds } from './churn-folds.ts';
import {
  aucOfFolds,
  type CalibrationBin,
  type ChurnMetrics,
  calibrationBins,
  churnMetrics,
  type Decisions,
  decisionsAt,
  type LiftPoint,
  liftCurve,
} from './churn-metrics.ts';
import { type NaiveRow, naiveChurn } from './churn-naive.ts';
import { checkOutcomes, missingValues, remarks, withoutLeaks } from './churn-oddities.ts';
import { auc, brier } from './classification.ts';
import { type EarlyWarning, earlyWarning } from './early-warning.ts';
import { type GroupRates, groupRates } from './group-rates.ts';

/** A threshold by what it was chosen for, and what comes of it out of fold. */
export interface ThresholdReport {
  by: ThresholdBy;
  /** Of the model fitted to all rows; null: nobody is flagged. */
  threshold: number | null;
  /** Each fold judged at the threshold of its own training rows. */
  decisions: Decisions;
}

/** One churn model: fitted to the whole table, judged out of fold. */
export interface ChurnModelReport {
  name: ChurnModelName;
  /** Logistic: coefficients of the columns it was written out in, in their units; others: what each member weighs. */
  parameters: Readonly<Record<string, number>>;
  /** Of the logistic regression; null for others. */
  logLikelihood: number | null;
  converged: boolean;
  /** To fit all its members to the whole table, predictions out of fold included. */
  fitSeconds: number;
  metrics: ChurnMetrics;
  /** In the order of the folds. */
  foldAucs: readonly number[];
  thresholds: readonly ThresholdReport[];
  calibration: readonly CalibrationBin[];
  lift: readonly LiftPoint[];
  /** By each column whose groups were asked for; decisions at the capacity, else by cost, else at the best F1. */
  groups?: readonly GroupReport[];
  /** Where rows are customers on days. */
  earlyWarning?: EarlyWarning;
  /** Random forest only: by each row's trees that did not draw it, and the AUC that is lost when a column is shuffled, out of fold. */
  outOfBag?: { auc: number; brier: number };
  importance?: readonly Importance[];
  /** Logistic only. */
  oddsRatios?: readonly OddsRatio[];
  warnings: readonly string[];
}

/** Every churn model and the naive rows on one table. */
export interface ChurnEvaluation {
  rows: number;
  /** Rows with the outcome. */
  events: number;
  baseRate: number;
  /** Columns learned from. */
  features: readonly string[];
  folds: number;
  foldsFrom: ChurnFolds['origin'];
  seed: number;
  imbalance: FoldOptions['imbalance'];
  calibration: FoldOptions['calibration'];
  models: readonly ChurnModelReport[];
  naive: readonly NaiveRow[];
  warnings: readonly string[];
}

/** Which customer a row is of, on which day, and when that customer left (day numbers; null: still here). */
export interface SnapshotOf {
  customer: string;
  day: number;
  leftOn: number | null;
}

/** A column by which customers are put into groups; learned from or not. */
export interface GroupColumn {
  name: string;
  /** Of each row. */
  groups: readonly string[];
}

/** How a model treats the groups of one column. */
export interface GroupReport {
  column: string;
  /** What the threshold of the decisions was chosen for. */
  by: ThresholdBy;
  groups: readonly GroupRates[];
}

/** How to evaluate. */
export interface ChurnEvaluationOptions extends FoldOptions {
  /** The fold of each row; seeded ones when left out. */
  folds?: readonly number[] | undefined;
  /** Where rows are customers on days: whose, when, and when they left. Customers then stay whole in the folds. */
  alerts?: { perWeek: number; rows: readonly SnapshotOf[] } | undefined;
  /** Columns whose groups are compared. */
  groupBy?: readonly GroupColumn[] | undefined;
  /** Seconds from some fixed moment. */
  clock: () => number;
}

/**
 * Fits every churn model to a table and judges each out of fold: treatment of the rare outcome, calibration and thresholds are learned on
 * the training rows of each fold alone. Columns that say the outcome are left out first.
 *
 * @throws DataError for a label or value that cannot be used; NotFittedError when there is too little to learn from
 */
export function evaluateChurn(table: readonly TreeRow[], options: ChurnEvaluationOptions): ChurnEvaluation {
  checkOutcomes(table);
  const { rows, features, warnings } = withoutLeaks(table, options.features);
  const same = copies(rows);
  const groups = options.alerts?.rows.map(({ customer }) => customer) ?? same;
  const split = options.folds ? givenFolds(rows, options.folds) : seededFolds(rows, groups, options.seed);
  const labels = rows.map(({ label = 0 }) => label);
  const events = labels.reduce((sum, label) => sum + label, 0);
  warnings.push(...missingValues(rows, features), ...remarks(rows.length - new Set(same).size, events, split));

  const { models: judged, notices, importance } = crossValidateChurn(rows, split, groups, { ...options, features });
  for (const [message, count] of notices) warnings.push(`In ${count} rows of a fold set apart: ${message}`);
  const seconds = new Map<string, number>();
  let begun = options.clock();
  const members = trainMembers(rows, {
    ...options,
    features,
    groups,
    random: seededRandom(options.seed),
    onTrained: (member) => {
      const now = options.clock();
      seconds.set(member, now - begun);
      begun = now;
    },
  });
  options.onProgress?.(split.count + 1, split.count + 1);
  return {
    rows: rows.length,
    events,
    baseRate: events / rows.length,
    features: features.map(({ name }) => name),
    folds: split.count,
    foldsFrom: split.origin,
    seed: options.seed,
    imbalance: options.imbalance,
    calibration: options.calibration,
    models: churnModelsFor(options.tenure).map((name) => {
      const fitted = classifierOf(members, name, options.calibration);
      const fitSeconds = membersOf(name, options.tenure).reduce((sum, member) => sum + (seconds.get(member) ?? 0), 0);
      const thresholds = thresholdsOf(fitted, members.labels, options);
      return {
        ...report(name, fitted, thresholds, judged[name], labels, split),
        fitSeconds,
        ...(name === 'random-forest' && { outOfBag: outOfBagOf(fitted, labels), importance }),
        ...(options.groupBy && { groups: groupReports(options.groupBy, judged[name], members.labels) }),
        ...(options.alerts && { earlyWarning: warningOf(options.alerts, judged[name], members.labels) }),
      };
    }),
    naive: naiveChurn(rows, features, split),
    warnings,
  };
}

function report(
  name: ChurnModelName,
  fitted: FittedChurnClassifier,
  thresholds: ReadonlyMap<ThresholdBy, number>,
  { probabilities, thresholds: judgedAt }: OutOfFold,
  labels: readonly number[],
  { folds }: ChurnFolds,
): Omit<ChurnModelReport, 'fitSeconds'> {
  const { converged, logLikelihood, warnings } = fitted.diagnostics;
  const regression = name === 'logistic' ? fitted.members[0]?.fitted.regression : undefined;
  const at = (by: ThresholdBy) => judgedAt[by] ?? [];
  return {
    name,
    parameters: regression
      ? Object.fromEntries(
          [regression.regression.intercept, ...regression.regression.coefficients].map((each) => [
            each.name,
            each.estimate,
          ]),
        )
      : Object.fromEntries(fitted.members.map(({ name: member, weight }) => [member, weight])),
    logLikelihood,
    converged,
    metrics: churnMetrics({ probabilities, labels, folds, thresholds: at('f1') }),
    foldAucs: aucOfFolds(probabilities, labels, folds),
    thresholds: [...thresholds].map(([by, threshold]) => ({
      by,
      threshold: Number.isFinite(threshold) ? threshold : null,
      decisions: decisionsAt(probabilities, labels, (row) => at(by)[row] as number),
    })),
    calibration: calibrationBins(probabilities, labels),
    lift: liftCurve(probabilities, labels),
    ...(regression && { oddsRatios: oddsRatios(regression, 'leaving') }),
    warnings,
  };
}

/** A forest's predictions out of fold are out of bag, but for SMOTE. */
function outOfBagOf({ outOfFold }: FittedChurnClassifier, labels: readonly number[]): { auc: number; brier: number } {
  return { auc: auc(outOfFold, labels), brier: brier(outOfFold, labels) };
}

/** What a threshold may be chosen for, the most particular wish first. */
const WISHES: readonly ThresholdBy[] = ['capacity', 'cost', 'f1'];

function groupReports(
  columns: readonly GroupColumn[],
  { probabilities, thresholds }: OutOfFold,
  labels: readonly number[],
): readonly GroupReport[] {
  const by = WISHES.find((wish) => thresholds[wish]) ?? 'f1';
  const flagged = (row: number) => (probabilities[row] ?? 0) >= (thresholds[by]?.[row] ?? Number.POSITIVE_INFINITY);
  return columns.map(({ name, groups }) => ({
    column: name,
    by,
    groups: groupRates(groups, { probabilities, labels, flagged }),
  }));
}

function warningOf(
  { perWeek, rows }: NonNullable<ChurnEvaluationOptions['alerts']>,
  { probabilities }: OutOfFold,
  labels: readonly (0 | 1)[],
): EarlyWarning {
  const snapshots = rows.map((row, i) => ({
    ...row,
    probability: probabilities[i] as number,
    label: labels[i] as 0 | 1,
  }));
  return earlyWarning(snapshots, perWeek);
}
