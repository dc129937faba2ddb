import type { ChurnEvaluation } from '../../core/evaluation/churn.ts';
import type { CalibrationBin, ChurnMetrics } from '../../core/evaluation/churn-metrics.ts';
import { throughPoints } from './charts.ts';
import { cell } from './format.ts';
import type { ReportChart, ReportTable } from './section.ts';

/** One model, or a naive row, out of fold. */
export interface ChurnRow extends ChurnMetrics {
  name: string;
  naive: boolean;
}

/** Of the customers with the highest probabilities: precision and recall. */
interface CurvePoint {
  flagged: number;
  precision: number;
  recall: number;
}

/** One table, as every churn model and the naive rows did on it. */
export interface ChurnSet {
  customers: number;
  left: number;
  baseRate: number;
  /** Of who says of everybody that nobody leaves. */
  alwaysNo: number;
  folds: number;
  rows: readonly ChurnRow[];
  /** The model with the best AUC. */
  best: ChurnRow;
  curve: readonly CurvePoint[];
  calibration: readonly CalibrationBin[];
}

/** What the report keeps of an evaluation. */
export function churnSet({ rows: customers, events, baseRate, folds, models, naive }: ChurnEvaluation): ChurnSet {
  const rows = [
    ...models.map(({ name, metrics }) => ({ name, naive: false, ...metrics })),
    ...naive.map(({ name, metrics }) => ({ name, naive: true, ...metrics })),
  ];
  const best = rows.filter((row) => !row.naive).reduce((a, b) => (b.auc > a.auc ? b : a));
  const report = models.find(({ name }) => name === best.name);
  return {
    customers,
    left: events,
    baseRate,
    alwaysNo: 1 - baseRate,
    folds,
    rows,
    best,
    curve: (report?.lift ?? []).map(({ share, captured, lift }) => ({
      flagged: share,
      precision: lift * baseRate,
      recall: captured,
    })),
    calibration: report?.calibration ?? [],
  };
}

/** The models of a table with their metrics, decisions at the threshold with the best F1. */
export function churnTable({ rows }: ChurnSet): ReportTable {
  return {
    header: [
      'model',
      'AUC',
      'PR-AUC',
      'Brier',
      'ECE',
      'precision',
      'recall',
      'F₁',
      'accuracy',
      'lift of the top tenth',
    ],
    rows: rows.map(({ name, naive, auc, prAuc, brier, ece, atBest, topDecileLift }) => [
      naive ? `${name} (naive)` : name,
      ...[auc, prAuc, brier, ece, atBest.precision, atBest.recall, atBest.f1, atBest.accuracy, topDecileLift].map(
        (each) => cell(each, 'three'),
      ),
    ]),
  };
}

/** Precision against recall of the best model of each table. */
export function precisionChart(sets: Readonly<Record<string, ChurnSet>>): ReportChart {
  return throughPoints('Precision against recall as more customers are flagged, each twentieth of the table.', {
    series: ofEach(sets, ({ curve }) => curve.map(({ recall, precision }) => [recall, precision] as const)),
    x: 'recall',
    y: 'precision',
  });
}

/** Calibration of the best model of each table. */
export function calibrationChart(sets: Readonly<Record<string, ChurnSet>>): ReportChart {
  return throughPoints('Calibration: the share who left against the probability told, in tenths of the customers.', {
    series: ofEach(sets, ({ calibration }) => calibration.map(({ predicted, actual }) => [predicted, actual] as const)),
    x: 'probability told',
    y: 'share who left',
  });
}

function ofEach<T>(
  sets: Readonly<Record<string, ChurnSet>>,
  points: (set: ChurnSet) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(sets).map(([name, set]) => [name, points(set)]));
}
