import { linesAlong, survivalSteps } from '../core/charts/number-chart.ts';
import type { SurvivalEvaluation, SurvivalModelReport } from '../core/evaluation/survival.ts';
import { drawSvg, escapeHtml, htmlPage, htmlTable } from './charts.ts';

/** The comparison of survival models as one self-contained page: metrics, curves, coefficients. */
export function survivalPage(evaluation: SurvivalEvaluation): string {
  const { rows, events, folds, seed, models, naive, warnings } = evaluation;
  const kaplanMeier = models.find((model) => model.curve !== undefined);
  const notes = [...warnings, ...models.flatMap((model) => model.warnings.map((each) => `${model.name}: ${each}`))];
  return htmlPage('Survival models', [
    `<p>${rows.toLocaleString('en')} customers, of whom ${events.toLocaleString('en')} had the event. Cross-validated on ${folds} folds (seed ${seed}).</p>`,
    ...notes.map((note) => `<p class="note">Note: ${escapeHtml(note)}</p>`),
    htmlTable(
      ['model', 'log-likelihood', 'concordance', 'cross-validated', 'integrated Brier'],
      [...models, ...naive.map((row) => ({ ...row, name: `${row.name} (naive)`, logLikelihood: null }))].map(
        ({ name, logLikelihood, metrics }) => [
          name,
          figure(logLikelihood, 2),
          figure(metrics.concordance, 4),
          figure(metrics.crossValidatedConcordance, 4),
          figure(metrics.integratedBrierScore, 4),
        ],
      ),
    ),
    ...(kaplanMeier?.curve
      ? [
          '<h2>Kaplan-Meier</h2>',
          '<p>Share of customers without the event, with its 95 % interval.</p>',
          kaplanMeierChart(kaplanMeier.curve),
        ]
      : []),
    '<h2>Mean survival by model</h2>',
    '<p>The mean of the customers\u2019 curves of each model: where it leaves Kaplan-Meier, its shape does not fit.</p>',
    meanCurves(models),
    ...models.filter((model) => model.coefficients.length > 0).map(coefficients),
  ]);
}

function figure(value: number | null, digits: number): string {
  return value === null ? '' : value.toFixed(digits);
}

const AXES = { x: 'Time, as in the file', y: 'Share without the event (0–1)' };

function kaplanMeierChart(curve: NonNullable<SurvivalModelReport['curve']>): string {
  return drawSvg((palette) => survivalSteps(curve, AXES, palette));
}

function meanCurves(models: readonly SurvivalModelReport[]): string {
  return drawSvg((palette) =>
    linesAlong(
      {
        x: { name: AXES.x },
        y: { name: AXES.y, min: 0, max: 1 },
        series: models.map(({ name, meanCurve }) => ({
          name,
          data: meanCurve.map(({ time, survival }) => [time, survival] as const),
        })),
      },
      palette,
    ),
  );
}

function coefficients({ name, coefficients: rows }: SurvivalModelReport): string {
  const table = htmlTable(
    ['column', 'estimate', 'exp', 'low', 'high', 'p'],
    rows.map(({ name: column, estimate, low, high, pValue }) => [
      column,
      ...[
        estimate,
        Math.exp(estimate),
        low === null ? null : Math.exp(low),
        high === null ? null : Math.exp(high),
        pValue,
      ].map((value) => figure(value, 4)),
    ]),
  );
  return `<h2>${escapeHtml(name)}</h2>\n${table}`;
}
