import type { ClvEvaluation } from '../core/evaluation/clv.ts';
import type { HoldoutMetrics } from '../core/evaluation/evaluated-model.ts';
import { drawSvg, escapeHtml, htmlPage, htmlTable, survivalChart } from './charts.ts';

/** The comparison of value models as one self-contained page, with the plots of the literature. */
export function clvPage(evaluation: ClvEvaluation): string {
  const { customers, calibrationEnd, holdoutEnd, holdoutWeeks } = evaluation;
  return htmlPage('Value models on known outcomes', [
    `<p>${customers.toLocaleString('en')} customers with an order by ${calibrationEnd}; judged on the ${Math.round(holdoutWeeks * 10) / 10} weeks to ${holdoutEnd}, all customers included.</p>`,
    ...evaluation.warnings.map((warning) => `<p class="note">Note: ${escapeHtml(warning)}</p>`),
    '<h2>Purchases in the holdout</h2>',
    metricsTable(evaluation, 'count'),
    '<h2>Money in the holdout</h2>',
    metricsTable(evaluation, 'spend'),
    `<p>${escapeHtml(chosen(evaluation))}</p>`,
    section(
      'Tracking',
      'Cumulative repeat purchases by week. The line marks the end of the calibration.',
      tracking(evaluation),
    ),
    section(
      'Frequency of repeat purchases',
      'Customers by repeat purchases in the calibration, and how many each model’s parameters expect.',
      frequencies(evaluation),
    ),
    section(
      'Conditional expectation',
      'Mean purchases in the holdout by repeat purchases before it.',
      conditional(evaluation),
    ),
    section(
      'Calibration by decile',
      'Customers in tenths by predicted purchases: mean predicted, mean that came.',
      deciles(evaluation),
    ),
    section('Cohorts', 'Share of each month’s new customers who bought again, by months since.', triangle(evaluation)),
    section(
      'Forecast by cohort',
      'Purchases in the holdout by month of first purchase: the ensemble’s forecast and what came.',
      cohortForecast(evaluation),
    ),
    section(
      'Survival without a second purchase',
      'Share of customers who have not bought again so many weeks after the first purchase (Kaplan-Meier, 95 % interval).',
      survivalChart(evaluation.secondPurchase.map(({ weeks, ...step }) => ({ time: weeks, ...step }))),
    ),
    '<h2>Worth of these customers</h2>',
    htmlTable(
      ['months', 'total, discounted', 'low', 'high', 'if nobody left'],
      evaluation.value.map((each) => [
        each.months,
        ...[each.total, each.low, each.high, each.ifKept].map((money) => money.toFixed(0)),
      ]),
    ),
    section(
      'Portfolio by month',
      'Money of today’s customers in 30-day months, undiscounted. The interval is what chance alone can do.',
      portfolio(evaluation),
    ),
  ]);
}

function chosen({ backtest: { winner, windows, members } }: ClvEvaluation): string {
  if (winner === null) return 'The calibration is too short for windows inside it.';
  const figure = (r2: number | null) => (r2 === null ? 'none' : r2.toFixed(3));
  const figures = members.map(({ name, countR2, spendR2 }) => `${name} ${figure(countR2)} and ${figure(spendR2)}`);
  return `Best on ${windows.length} window${windows.length === 1 ? '' : 's'} inside the calibration: ${winner} (R2 there of purchases and money: ${figures.join(', ')}).`;
}

function section(title: string, text: string, svg: string): string {
  return `<h2>${escapeHtml(title)}</h2>\n<p>${escapeHtml(text)}</p>\n${svg}`;
}

function metricsTable(evaluation: ClvEvaluation, what: 'count' | 'spend'): string {
  const models = evaluation.models.filter(
    (model): model is typeof model & { metrics: HoldoutMetrics } => 'count' in model.metrics,
  );
  const rows = [...models, ...evaluation.naive.map((row) => ({ ...row, name: `${row.name} (naive)` }))];
  return htmlTable(
    ['model', 'R2', 'without top 1', 'without top 10', 'decile R2', 'Spearman', 'Gini', 'MAE', 'total ratio'],
    rows.map(({ name, metrics }) => {
      const of = metrics[what];
      const figures = [of.r2, of.r2DropTop1, of.r2DropTop10, of.decileR2, of.spearman, of.gini, of.mae, of.totalRatio];
      return [name, ...figures.map((figure) => figure.toFixed(3))];
    }),
  );
}

const GRID = { left: 70, right: 20, top: 40, bottom: 45 };
const LEGEND = { top: 5 };

function lines(labels: readonly string[], series: Readonly<Record<string, readonly (number | null)[]>>) {
  return {
    grid: GRID,
    legend: LEGEND,
    xAxis: { type: 'category', data: [...labels] },
    yAxis: { type: 'value', scale: false },
    series: Object.entries(series).map(([name, data]) => ({ type: 'line', name, data: [...data], showSymbol: false })),
  };
}

function bars(labels: readonly string[], series: Readonly<Record<string, readonly (number | null)[]>>) {
  const { series: lineSeries, ...rest } = lines(labels, series);
  return { ...rest, series: lineSeries.map((each) => ({ ...each, type: 'bar' })) };
}

function tracking({ tracking: { weekEnds, actual, expected }, calibrationEnd }: ClvEvaluation): string {
  const { series, ...rest } = lines(weekEnds, { actual, ...expected });
  const border = weekEnds.find((end) => end >= calibrationEnd) ?? calibrationEnd;
  // A bar as wide as a hair: the mark-line component would be one more to load.
  const highest = Math.max(...actual, ...Object.values(expected).flat());
  const mark = {
    type: 'bar',
    data: weekEnds.map((end) => (end === border ? highest : null)),
    barWidth: 1,
    color: '#888',
  };
  return drawSvg({ ...rest, series: [...series, mark] });
}

function frequencies({ frequencies: { purchases, actual, expected } }: ClvEvaluation): string {
  const labels = purchases.map((n, i) => (i === purchases.length - 1 ? `${n}+` : String(n)));
  return drawSvg(bars(labels, { actual, ...expected }));
}

function conditional({ conditional: means }: ClvEvaluation): string {
  return drawSvg(
    lines(
      means.map((each) => (each.open ? `${each.purchases}+` : String(each.purchases))),
      { actual: means.map((each) => each.actual), ensemble: means.map((each) => each.expected) },
    ),
  );
}

function deciles({ models }: ClvEvaluation): string {
  const ensemble = models.find((model) => model.name === 'ensemble');
  const means = ensemble && 'count' in ensemble.metrics ? (ensemble.metrics as HoldoutMetrics).count.deciles : [];
  return drawSvg(
    bars(
      means.map((_, i) => String(i + 1)),
      { predicted: means.map((each) => each.predicted), actual: means.map((each) => each.actual) },
    ),
  );
}

function triangle({ cohorts }: ClvEvaluation): string {
  const most = Math.max(...cohorts.map((cohort) => cohort.active.length));
  // Month 0 is 1 by definition and would take all the colour.
  const data = cohorts.flatMap((cohort, y) => cohort.active.slice(1).map((share, i) => [i + 1, y, share]));
  return drawSvg({
    grid: { ...GRID, top: 15, right: 90 },
    xAxis: { type: 'category', data: Array.from({ length: most }, (_, month) => String(month)) },
    yAxis: { type: 'category', inverse: true, data: cohorts.map((cohort) => cohort.month) },
    visualMap: {
      min: 0,
      max: Math.max(0.01, ...data.map(([, , share]) => share ?? 0)),
      precision: 2,
      right: 0,
      top: 'middle',
      inRange: { color: ['#f3f7fb', '#1f5f99'] },
    },
    series: [{ type: 'heatmap', data, label: { show: false } }],
  });
}

function cohortForecast({ cohortForecast: cohorts }: ClvEvaluation): string {
  return drawSvg(
    bars(
      cohorts.map((cohort) => cohort.month),
      {
        forecast: cohorts.map((cohort) => cohort.expectedCount),
        actual: cohorts.map((cohort) => cohort.actualCount),
      },
    ),
  );
}

function portfolio({ portfolio: months }: ClvEvaluation): string {
  return drawSvg(
    lines(
      months.map((month) => month.to),
      {
        forecast: months.map((month) => month.expected),
        low: months.map((month) => month.low),
        high: months.map((month) => month.high),
        'seasonal naive': months.map((month) => month.seasonalNaive),
        actual: months.map((month) => month.actual),
      },
    ),
  );
}
