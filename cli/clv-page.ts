import { heatChart } from '../core/charts/heat-chart.ts';
import { barsOver, linesOver, type NameChart } from '../core/charts/name-chart.ts';
import { survivalSteps } from '../core/charts/number-chart.ts';
import type { ClvEvaluation } from '../core/evaluation/clv.ts';
import type { HoldoutMetrics } from '../core/evaluation/evaluated-model.ts';
import { drawSvg, escapeHtml, htmlPage, htmlTable } from './charts.ts';

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
      drawSvg((palette) =>
        survivalSteps(
          evaluation.secondPurchase.map(({ weeks, ...step }) => ({ time: weeks, ...step })),
          { x: 'Weeks since the first purchase', y: 'Share of customers (0–1)' },
          palette,
        ),
      ),
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

type Lines = Readonly<Record<string, readonly (number | null)[]>>;

function chart(x: string, names: readonly string[], y: string, lines: Lines): NameChart {
  return {
    x: { name: x, names },
    y: { name: y },
    series: Object.entries(lines).map(([name, data]) => ({ name, data, isAside: name === 'low' || name === 'high' })),
  };
}

function tracking({ tracking: { weekEnds, actual, expected }, calibrationEnd }: ClvEvaluation): string {
  const border = weekEnds.find((end) => end >= calibrationEnd) ?? calibrationEnd;
  return drawSvg((palette) => {
    const { series, ...rest } = linesOver(
      chart('Week ending', weekEnds, 'Repeat purchases', { actual, ...expected }),
      palette,
    );
    // A bar as wide as a hair: the mark-line component would be one more to load.
    const highest = Math.max(...actual, ...Object.values(expected).flat());
    const mark = {
      type: 'bar' as const,
      data: weekEnds.map((end) => (end === border ? highest : null)),
      barWidth: 1,
      color: palette.muted,
    };
    return { ...rest, series: [series ?? [], mark].flat() };
  });
}

function frequencies({ frequencies: { purchases, actual, expected } }: ClvEvaluation): string {
  const labels = purchases.map((n, i) => (i === purchases.length - 1 ? `${n}+` : String(n)));
  return drawSvg((palette) =>
    barsOver(chart('Repeat purchases', labels, 'Customers', { actual, ...expected }), palette),
  );
}

function conditional({ conditional: means }: ClvEvaluation): string {
  return drawSvg((palette) =>
    linesOver(
      chart(
        'Repeat purchases before the holdout',
        means.map((each) => (each.open ? `${each.purchases}+` : String(each.purchases))),
        'Mean purchases in the holdout',
        { actual: means.map((each) => each.actual), ensemble: means.map((each) => each.expected) },
      ),
      palette,
    ),
  );
}

function deciles({ models }: ClvEvaluation): string {
  const ensemble = models.find((model) => model.name === 'ensemble');
  const means = ensemble && 'count' in ensemble.metrics ? (ensemble.metrics as HoldoutMetrics).count.deciles : [];
  return drawSvg((palette) =>
    barsOver(
      chart(
        'Tenth by predicted purchases',
        means.map((_, i) => String(i + 1)),
        'Mean purchases in the holdout',
        { predicted: means.map((each) => each.predicted), actual: means.map((each) => each.actual) },
      ),
      palette,
    ),
  );
}

function triangle({ cohorts }: ClvEvaluation): string {
  const most = Math.max(...cohorts.map((cohort) => cohort.active.length));
  return drawSvg((palette) =>
    heatChart(
      {
        x: { name: 'Months since', names: Array.from({ length: most - 1 }, (_, month) => String(month + 1)) },
        y: { name: 'First purchase', names: cohorts.map((cohort) => cohort.period) },
        // Month 0 is 1 by definition and would take all the colour.
        rows: cohorts.map((cohort) => cohort.active.slice(1)),
        show: (share) => `${Math.round(100 * share)} %`,
      },
      palette,
    ),
  );
}

function cohortForecast({ cohortForecast: cohorts }: ClvEvaluation): string {
  return drawSvg((palette) =>
    barsOver(
      chart(
        'Month of the first purchase',
        cohorts.map((cohort) => cohort.month),
        'Purchases in the holdout',
        {
          forecast: cohorts.map((cohort) => cohort.expectedCount),
          actual: cohorts.map((cohort) => cohort.actualCount),
        },
      ),
      palette,
    ),
  );
}

function portfolio({ portfolio: months }: ClvEvaluation): string {
  return drawSvg((palette) =>
    linesOver(
      chart(
        '30 days ending',
        months.map((month) => month.to),
        'Money in 30 days',
        {
          forecast: months.map((month) => month.expected),
          low: months.map((month) => month.low),
          high: months.map((month) => month.high),
          'seasonal naive': months.map((month) => month.seasonalNaive),
          actual: months.map((month) => month.actual),
        },
      ),
      palette,
    ),
  );
}
