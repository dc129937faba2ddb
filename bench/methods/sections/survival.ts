import type { SurvivalEvaluation } from '../../../core/evaluation/survival.ts';
import { throughPoints } from '../charts.ts';
import { cell } from '../format.ts';
import { type ReportTable, section } from '../section.ts';

interface SurvivalSet {
  rows: number;
  events: number;
  folds: number;
  models: readonly {
    name: string;
    naive: boolean;
    logLikelihood: number | null;
    concordance: number | null;
    crossValidatedConcordance: number | null;
    integratedBrierScore: number | null;
  }[];
  cox: readonly { name: string; estimate: number; standardError: number | null }[];
  curve: readonly { time: number; survival: number }[];
}

const table = (file: string, duration: string, event: string, ...more: readonly string[]) => [
  ...['evaluate', 'survival', '--table', file, '--duration', duration, '--event', event],
  ...more,
];

/** Survival models on the sets of the literature. */
export const survivalSection = section<{ rossi: SurvivalSet; waltons: SurvivalSet }>({
  id: 'survival',
  title: 'Survival',
  files: ['rossi.csv', 'waltons.csv'],
  commands: { rossi: table('rossi.csv', 'week', 'arrest'), waltons: table('waltons.csv', 'T', 'E') },
  measure: async ({ command }) => ({
    rossi: setOf((await command('rossi')) as SurvivalEvaluation),
    waltons: setOf((await command('waltons')) as SurvivalEvaluation),
  }),
  tables: ({ rossi, waltons }) => ({
    rossi: modelsTable(rossi),
    waltons: modelsTable(waltons),
    cox: {
      header: ['column', 'coefficient', 'standard error'],
      rows: rossi.cox.map(({ name, estimate, standardError }) => [
        name,
        cell(estimate, 'four'),
        cell(standardError, 'four'),
      ]),
    },
  }),
  charts: ({ rossi, waltons }) => ({
    curves: throughPoints('Kaplan-Meier curves: the share without the event by time.', {
      series: {
        Rossi: rossi.curve.map(({ time, survival }) => [time, survival] as const),
        Waltons: waltons.curve.map(({ time, survival }) => [time, survival] as const),
      },
      x: 'time, in the unit of the set',
      y: 'share',
      isStepped: true,
    }),
  }),
});

function setOf({ rows, events, folds, models, naive }: SurvivalEvaluation): SurvivalSet {
  return {
    rows,
    events,
    folds,
    models: [
      ...models.map(({ name, logLikelihood, metrics }) => ({ name, naive: false, logLikelihood, ...metrics })),
      ...naive.map(({ name, metrics }) => ({ name, naive: true, logLikelihood: null, ...metrics })),
    ],
    cox: (models.find(({ name }) => name === 'cox')?.coefficients ?? []).map(({ name, estimate, standardError }) => ({
      name,
      estimate,
      standardError,
    })),
    curve: (models.find(({ curve }) => curve)?.curve ?? []).map(({ time, survival }) => ({ time, survival })),
  };
}

function modelsTable({ models }: SurvivalSet): ReportTable {
  return {
    header: ['model', 'log-likelihood', 'concordance', 'cross-validated', 'integrated Brier score'],
    rows: models.map(({ name, naive, ...of }) => [
      naive ? `${name} (naive)` : name,
      cell(of.logLikelihood, 'two'),
      cell(of.concordance, 'three'),
      cell(of.crossValidatedConcordance, 'three'),
      cell(of.integratedBrierScore, 'three'),
    ]),
  };
}
