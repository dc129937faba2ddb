import type { ClvEvaluation } from '../../../core/evaluation/clv.ts';
import type { HoldoutMetrics } from '../../../core/evaluation/evaluated-model.ts';
import type { RegressionMetrics } from '../../../core/evaluation/regression.ts';
import { overNames } from '../charts.ts';
import { cell } from '../format.ts';
import { type ReportTable, section } from '../section.ts';

/** What a value model says of a holdout. */
interface ValueRow {
  name: string;
  naive: boolean;
  count: Omit<RegressionMetrics, 'deciles'>;
  spend: Omit<RegressionMetrics, 'deciles'>;
  repurchaseAuc: number;
  logLikelihood: number | null;
  ceilingR2: number | null;
  countPitInside: number | null;
  buyersSpendInside: number | null;
}

/** One book, judged on the time after its calibration. */
interface ValueBook {
  customers: number;
  calibrationEnd: string;
  holdoutEnd: string;
  holdoutWeeks: number;
  rows: readonly ValueRow[];
  /** Best on windows inside the calibration. */
  winner: string | null;
  ensemble: ValueRow;
  /** Parameters of each transaction model. */
  parameters: readonly { model: string; parameter: string; value: number }[];
  tracking: { weekEnds: readonly string[]; actual: readonly number[]; expected: Readonly<Record<string, number[]>> };
  deciles: readonly { predicted: number; actual: number }[];
  /** Mean absolute error of the months' money that is known, of the forecast and of the same days a year or a period before. */
  months: { known: number; forecastError: number | null; naiveError: number | null; inInterval: number };
}

/** The figures of the section. */
export interface ValueFigures {
  cdnow: ValueBook;
  onlineRetail: ValueBook;
}

const COMMANDS = {
  cdnow: [
    ...['evaluate', 'clv', '--transactions', 'cdnow_sample.csv'],
    ...['--calibration-end', '1997-09-30', '--holdout-end', '1998-06-30'],
  ],
  onlineRetail: [
    ...['evaluate', 'clv', '--transactions', 'online_retail_customer_day_with_cancel.csv.gz'],
    ...['--calibration-end', '2011-06-09', '--holdout-end', '2011-09-09'],
  ],
};

/** Value: every model and the naive rows on a later time, all customers included. */
export const valueSection = section<ValueFigures>({
  id: 'value',
  title: 'Value',
  files: ['cdnow_sample.csv', 'online_retail_customer_day_with_cancel.csv.gz'],
  commands: COMMANDS,
  measure: async ({ command }) => ({
    cdnow: bookOf((await command('cdnow')) as ClvEvaluation),
    onlineRetail: bookOf((await command('onlineRetail')) as ClvEvaluation),
  }),
  tables: ({ cdnow, onlineRetail }) => ({
    'cdnow-count': metricsTable(cdnow, 'count'),
    'cdnow-spend': metricsTable(cdnow, 'spend'),
    'cdnow-parameters': parametersTable(cdnow),
    'cdnow-intervals': intervalsTable(cdnow),
    'retail-count': metricsTable(onlineRetail, 'count'),
    'retail-spend': metricsTable(onlineRetail, 'spend'),
    'retail-intervals': intervalsTable(onlineRetail),
  }),
  charts: ({ cdnow, onlineRetail }) => ({
    'cdnow-tracking': overNames('line', 'CDNOW: cumulative repeat purchases by week, and what each model expects.', {
      names: cdnow.tracking.weekEnds,
      series: { actual: cdnow.tracking.actual, ...cdnow.tracking.expected },
      x: 'end of the week',
      y: 'purchases',
    }),
    'cdnow-deciles': decilesChart('CDNOW', cdnow),
    'retail-deciles': decilesChart('Online Retail', onlineRetail),
  }),
});

function bookOf(evaluation: ClvEvaluation): ValueBook {
  const judged = evaluation.models.filter((model) => 'count' in model.metrics);
  const rows = [
    ...judged.map((model) =>
      rowOf(model.name, model.metrics as HoldoutMetrics, {
        logLikelihood: model.logLikelihood,
        ceilingR2: model.ceilingR2 ?? null,
        countPitInside: model.intervals?.countPitInside ?? null,
        buyersSpendInside: model.intervals?.buyersSpendInside ?? null,
      }),
    ),
    ...evaluation.naive.map(({ name, metrics }) => rowOf(name, metrics, null)),
  ];
  const { customers, calibrationEnd, holdoutEnd, holdoutWeeks, tracking, portfolio } = evaluation;
  const ensemble = rows.find(({ name }) => name === 'ensemble');
  const metrics = judged.find(({ name }) => name === 'ensemble')?.metrics as HoldoutMetrics | undefined;
  if (!ensemble || !metrics) throw new Error('The evaluation has no ensemble.');
  const months = portfolio.flatMap((month) => (month.actual === null ? [] : [{ ...month, actual: month.actual }]));
  const error = (of: 'expected' | 'seasonalNaive') =>
    months.length === 0
      ? null
      : months.reduce((sum, month) => sum + Math.abs(month[of] - month.actual), 0) / months.length;
  return {
    customers,
    calibrationEnd,
    holdoutEnd,
    holdoutWeeks,
    rows,
    winner: evaluation.backtest.winner,
    ensemble,
    parameters: evaluation.models
      .filter(({ logLikelihood }) => logLikelihood !== null)
      .flatMap(({ name, parameters }) =>
        Object.entries(parameters).map(([parameter, value]) => ({ model: name, parameter, value })),
      ),
    tracking: {
      weekEnds: [...tracking.weekEnds],
      actual: [...tracking.actual],
      expected: Object.fromEntries(
        Object.entries(tracking.expected).map(([name, values]) => [name, values.map((value) => Math.round(value))]),
      ),
    },
    deciles: metrics.count.deciles,
    months: {
      known: months.length,
      forecastError: error('expected'),
      naiveError: error('seasonalNaive'),
      inInterval: months.filter(({ actual, low, high }) => actual >= low && actual <= high).length,
    },
  };
}

function rowOf(
  name: string,
  { count, spend, repurchaseAuc }: HoldoutMetrics,
  model: Pick<ValueRow, 'logLikelihood' | 'ceilingR2' | 'countPitInside' | 'buyersSpendInside'> | null,
): ValueRow {
  const without = ({ deciles: _, ...rest }: RegressionMetrics) => rest;
  return {
    name,
    naive: model === null,
    count: without(count),
    spend: without(spend),
    repurchaseAuc,
    ...(model ?? { logLikelihood: null, ceilingR2: null, countPitInside: null, buyersSpendInside: null }),
  };
}

const shown = ({ name, naive }: ValueRow) => (naive ? `${name} (naive)` : name);

function metricsTable({ rows }: ValueBook, what: 'count' | 'spend'): ReportTable {
  return {
    header: ['model', 'R²', 'without the largest', 'without the ten largest', 'deciles', 'Spearman', 'Gini', 'bias'],
    rows: rows.map((row) => {
      const of = row[what];
      return [
        shown(row),
        ...[of.r2, of.r2DropTop1, of.r2DropTop10, of.decileR2, of.spearman, of.gini].map((each) => cell(each, 'three')),
        cell(of.bias, 'percent'),
      ];
    }),
  };
}

function parametersTable({ parameters, rows }: ValueBook): ReportTable {
  const models = [...new Set(parameters.map(({ model }) => model))].filter((model) =>
    parameters.some((each) => each.model === model && each.parameter.length <= 'alpha'.length),
  );
  return {
    header: ['model', 'parameters', 'log-likelihood'],
    rows: models.map((model) => [
      model,
      parameters
        .filter((each) => each.model === model)
        .map(({ parameter, value }) => `${parameter} ${cell(value, 'four')}`)
        .join(', '),
      cell(rows.find(({ name }) => name === model)?.logLikelihood, 'two'),
    ]),
  };
}

function intervalsTable({ rows }: ValueBook): ReportTable {
  return {
    header: [
      'model',
      'counts inside',
      'money of buyers inside',
      'AUC of buying again',
      'R² the true parameters would reach',
    ],
    rows: rows
      .filter(({ countPitInside }) => countPitInside !== null)
      .map((row) => [
        row.name,
        cell(row.countPitInside, 'percent'),
        cell(row.buyersSpendInside, 'percent'),
        cell(row.repurchaseAuc, 'three'),
        cell(row.ceilingR2, 'three'),
      ]),
  };
}

function decilesChart(book: string, { deciles }: ValueBook) {
  return overNames('bar', `${book}: customers in tenths by predicted purchases; mean predicted and mean that came.`, {
    names: deciles.map((_, tenth) => String(tenth + 1)),
    series: { predicted: deciles.map((each) => each.predicted), actual: deciles.map((each) => each.actual) },
    x: 'tenth, the lowest prediction first',
    y: 'purchases',
  });
}
