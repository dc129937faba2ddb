import type { ChurnEvaluation, ChurnModelReport, GroupReport } from '../core/evaluation/churn.ts';
import type { ChurnMetrics } from '../core/evaluation/churn-metrics.ts';
import { warningSentence } from '../core/evaluation/early-warning.ts';
import type { GroupRates, Rate } from '../core/evaluation/group-rates.ts';
import type { Importance } from '../core/models/trees/permutation-importance.ts';
import { print, table } from './output.ts';

/** Most odds ratios shown: the others are in the JSON and on the page. */
const MOST_RATIOS = 8;

/** The evaluation as text for a person. */
export function showChurn(evaluation: ChurnEvaluation): void {
  print(
    churnSummary(evaluation),
    '',
    'Out of fold, every row judged once by a model that did not see it',
    metricsTable(evaluation),
  );
  print('', thresholdTable(evaluation), '');
  for (const { oddsRatios = [] } of evaluation.models) {
    for (const { sentence } of oddsRatios.slice(0, MOST_RATIOS)) print(sentence);
  }
  for (const { name, importance = [] } of evaluation.models) {
    if (importance.length > 0)
      print('', `${name}, what it rests on: AUC lost when a column is shuffled`, importanceTable(importance));
  }
  const alerted = evaluation.models.filter(({ earlyWarning }) => earlyWarning !== undefined);
  if (alerted.length > 0) print('');
  for (const { name, earlyWarning } of alerted) if (earlyWarning) print(`${name}: ${warningSentence(earlyWarning)}`);
  for (const { name, groups = [] } of evaluation.models) {
    for (const report of groups) print('', `${name}, groups by ${report.column}`, groupTable(report));
  }
  const warnings = [...evaluation.warnings, ...modelWarnings(evaluation.models)];
  if (warnings.length > 0) print('');
  for (const warning of warnings) print(`Note: ${warning}`);
}

/** What was evaluated on what, in two sentences. */
export function churnSummary({ rows, events, baseRate, folds, foldsFrom, seed }: ChurnEvaluation): string {
  const origin = foldsFrom === 'given' ? 'as given' : `by seed ${seed}`;
  return `${rows.toLocaleString('en')} customers, of whom ${events.toLocaleString('en')} (${(baseRate * 100).toFixed(1)} %) left. Cross-validated on ${folds} folds ${origin}.`;
}

/** What models warn of, each sentence once: with their names, unless all say it. */
export function modelWarnings(models: readonly ChurnModelReport[]): readonly string[] {
  const sentences = new Set(models.flatMap(({ warnings }) => warnings));
  return [...sentences].map((sentence) => {
    const names = models.filter(({ warnings }) => warnings.includes(sentence)).map(({ name }) => name);
    return names.length === models.length ? sentence : `${names.join(', ')}: ${sentence}`;
  });
}

/** Heads of the columns of metricsCells, after the model's name. */
export const METRICS_HEADER = [
  'AUC',
  'PR-AUC',
  'Brier',
  'ECE',
  'precision',
  'recall',
  'F1',
  'accuracy',
  'lift',
] as const;

/** The metrics, those of decisions at the best threshold. */
export function metricsCells({ auc, prAuc, brier, ece, atBest, topDecileLift }: ChurnMetrics): readonly string[] {
  const figures = [auc, prAuc, brier, ece, atBest.precision, atBest.recall, atBest.f1, atBest.accuracy, topDecileLift];
  return figures.map(shown);
}

function metricsTable({ models, naive }: ChurnEvaluation): string {
  return table(
    ['model', ...METRICS_HEADER, 'seconds'],
    [
      ...models.map(({ name, metrics, fitSeconds }) => [name, ...metricsCells(metrics), fitSeconds.toFixed(2)]),
      ...naive.map(({ name, metrics }) => [`${name} (naive)`, ...metricsCells(metrics), '']),
    ],
  );
}

function thresholdTable({ models }: ChurnEvaluation): string {
  const header = ['model', 'threshold', 'at', 'precision', 'recall', 'F1', 'accuracy'];
  const rows = models.flatMap(({ name, metrics, thresholds }) => [
    [name, 'one half', '0.500', ...Object.values(metrics.atHalf).map(shown)],
    ...thresholds.map(({ by, threshold, decisions }) => [
      name,
      by === 'f1' ? 'best F1' : `by ${by}`,
      threshold === null ? 'nobody' : shown(threshold),
      ...Object.values(decisions).map(shown),
    ]),
  ]);
  return table(header, rows);
}

/** Heads of the columns of importanceCells. */
export const IMPORTANCE_HEADER = ['column', 'AUC lost', 'low', 'high'] as const;

/** What a model loses without a column, with its 90 % interval. */
export function importanceCells({ feature, mean, low, high }: Importance): readonly string[] {
  return [feature, ...[mean, low, high].map((loss) => loss.toFixed(4))];
}

function importanceTable(importance: readonly Importance[]): string {
  return table([...IMPORTANCE_HEADER], importance.slice(0, MOST_RATIOS).map(importanceCells));
}

/** Heads of the columns of groupCells. */
export const GROUP_HEADER = [
  'group',
  'customers',
  'left',
  'foretold',
  'flagged',
  'of the staying',
  'leavers missed',
] as const;

/** The rates of a group, each with its 95 % interval. */
export function groupCells(group: GroupRates): readonly string[] {
  const rate = (each: Rate | null) =>
    each === null ? '' : `${percent(each.share)} (${percent(each.low)} to ${percent(each.high)})`;
  return [
    group.group,
    group.rows.toLocaleString('en'),
    rate(group.baseRate),
    percent(group.meanProbability),
    rate(group.actionRate),
    rate(group.falsePositiveRate),
    rate(group.falseNegativeRate),
  ];
}

function groupTable({ groups }: GroupReport): string {
  return table([...GROUP_HEADER], groups.map(groupCells));
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function shown(value: number | null): string {
  return value === null ? '' : value.toFixed(3);
}
