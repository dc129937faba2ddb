import { calibrationChart, gainChart } from '../core/charts/unit-square.ts';
import type { ChurnEvaluation } from '../core/evaluation/churn.ts';
import { churnCard } from '../core/evaluation/churn-card.ts';
import { drawSvg, escapeHtml, htmlPage, htmlTable } from './charts.ts';
import {
  churnSummary,
  GROUP_HEADER,
  groupCells,
  IMPORTANCE_HEADER,
  importanceCells,
  METRICS_HEADER,
  metricsCells,
  modelWarnings,
} from './churn-report.ts';

/** The comparison of churn models as one self-contained page: model card, figures, calibration and lift plots, odds ratios. */
export function churnPage(evaluation: ChurnEvaluation): string {
  const { models, naive, warnings } = evaluation;
  const odds = models.flatMap(({ oddsRatios = [] }) => oddsRatios);
  return htmlPage('Churn models on known outcomes', [
    paragraph(churnSummary(evaluation)),
    ...[...warnings, ...modelWarnings(models)].map((warning) => `<p class="note">Note: ${escapeHtml(warning)}</p>`),
    '<h2>Figures out of fold</h2>',
    paragraph('Precision, recall, F1 and accuracy at the threshold with the best F1, chosen on training rows alone.'),
    htmlTable(
      ['model', ...METRICS_HEADER],
      [
        ...models.map(({ name, metrics }) => [name, ...metricsCells(metrics)]),
        ...naive.map(({ name, metrics }) => [`${name} (naive)`, ...metricsCells(metrics)]),
      ],
    ),
    '<h2>Calibration</h2>',
    paragraph(
      'Tenths of the customers by probability: the share foretold and the share that left. On the diagonal both agree.',
    ),
    drawSvg((palette) =>
      calibrationChart(
        models.map(({ name, calibration }) => ({ name, bins: calibration })),
        palette,
      ),
    ),
    '<h2>Lift</h2>',
    paragraph(
      'Share of all leavers among the customers with the highest probabilities. The diagonal is picking by chance.',
    ),
    drawSvg((palette) => gainChart(models, palette)),
    ...models.flatMap(({ name, importance = [] }) =>
      importance.length === 0
        ? []
        : [
            `<h2>${escapeHtml(`${name}: what it rests on`)}</h2>`,
            paragraph(
              'AUC lost on rows not seen when a column is shuffled among them, with its 90 % interval over the folds.',
            ),
            htmlTable([...IMPORTANCE_HEADER], importance.map(importanceCells)),
          ],
    ),
    ...models.flatMap(({ name, groups = [] }) =>
      groups.flatMap(({ column, groups: rates }) => [
        `<h2>${escapeHtml(`${name}: groups by ${column}`)}</h2>`,
        paragraph(
          'Out of fold, with 95 % intervals: who left and what was foretold, who is flagged, who stayed and was flagged, who left and was missed.',
        ),
        htmlTable([...GROUP_HEADER], rates.map(groupCells)),
      ]),
    ),
    ...cardSections(evaluation),
    ...(odds.length === 0
      ? []
      : [
          '<h2>Odds ratios of the logistic regression</h2>',
          paragraph('Everything else in the table held equal. What goes together need not cause each other.'),
          list(odds.map(({ sentence }) => sentence)),
        ]),
  ]);
}

function cardSections(evaluation: ChurnEvaluation): readonly string[] {
  const { model, sections } = churnCard(evaluation);
  return [
    `<h2>Model card: ${escapeHtml(model)}</h2>`,
    ...sections.flatMap(({ title, sentences }) => [`<h3>${escapeHtml(title)}</h3>`, list(sentences)]),
  ];
}

function paragraph(text: string): string {
  return `<p>${escapeHtml(text)}</p>`;
}

function list(sentences: readonly string[]): string {
  return `<ul>${sentences.map((sentence) => `<li>${escapeHtml(sentence)}</li>`).join('')}</ul>`;
}
