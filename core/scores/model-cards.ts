import type { ModelCard, ModelCards } from '../ports/model-cards.ts';
import type { ScoringModel } from './scoring-model.ts';

/** What is to be known of each model behind the scores: what it was chosen among, on what, and how well it did there. */
export function modelCards(model: ScoringModel, trainedAt: string): ModelCards {
  const { version, asOf, currency, definition, horizonDays, report } = model;
  const { customers, buyers, repeatBuyers, dataHash, warnings } = report;
  return {
    modelVersion: version,
    asOf,
    trainedAt,
    currency,
    churnDefinition: definition,
    churnHorizonDays: horizonDays,
    customers,
    buyers,
    repeatBuyers,
    dataHash,
    warnings,
    models: [...valueCards(model), churnCard(model), engagementCard(model), ...propensityCards(model)],
    churnJudged: report.churnJudged ?? null,
    importance: report.importance ?? [],
  };
}

function valueCards({ report: { value, transactionModels } }: ScoringModel): readonly ModelCard[] {
  if (value === null) return [];
  const fits = new Map(transactionModels.map((fit) => [fit.name, fit]));
  const weights = new Map(value.weights.map(({ name, counts, money }) => [name, { counts, money }]));
  const rows =
    value.backtest.length > 0
      ? value.backtest.map(({ name, kind, ...metrics }) => ({ name, kind, metrics }))
      : transactionModels.map(({ name }) => ({ name, kind: 'model' as const, metrics: {} }));
  return [
    {
      name: 'value',
      chosen: value.chosen,
      chosenBy: value.chosenBy,
      windows: value.windows,
      examples: value.fittedTo,
      members: rows.map(({ name, kind, metrics }) => {
        const fit = fits.get(name);
        return {
          name,
          kind,
          chosen: name === value.chosen,
          weights: weights.get(name) ?? null,
          parameters: fit?.parameters ?? null,
          metrics: { ...metrics, ...(fit && { logLikelihood: fit.logLikelihood }) },
        };
      }),
      metrics: { intervalLow: value.levels.low, intervalHigh: value.levels.high, judgedOn: value.judgedOn },
      seed: value.seed,
    },
  ];
}

function churnCard({ churn, report }: ScoringModel): ModelCard {
  const { churnModels, churnExamples, churnBaseRate } = report;
  return {
    name: 'churn',
    chosen: churn.kind,
    chosenBy: churnModels.length > 0 ? 'newest-window' : 'only-one',
    windows: [],
    examples: churnExamples,
    members: churnModels.map(({ name, chosen, ...metrics }) => ({
      name,
      kind: name === 'base-rate' ? 'naive' : 'model',
      chosen,
      weights: null,
      parameters: null,
      metrics,
    })),
    metrics: { baseRate: churnBaseRate },
    seed: null,
  };
}

function engagementCard({ forecast, report: { engagement } }: ScoringModel): ModelCard {
  const member = (name: string, kind: 'model' | 'naive', chosen: boolean, rmse: number | null) => ({
    name,
    kind,
    chosen,
    weights: null,
    parameters: null,
    metrics: { rmse },
  });
  return {
    name: 'engagement',
    chosen: forecast ? 'forecast' : 'persistence',
    chosenBy: 'newest-window',
    windows: [],
    examples: engagement.customers,
    members: [
      member('forecast', 'model', forecast !== null, engagement.forecastRmse),
      member('persistence', 'naive', forecast === null, engagement.persistenceRmse),
    ],
    metrics: { byHandSpearman: engagement.byHandSpearman, learnedSpearman: engagement.learnedSpearman },
    seed: null,
  };
}

function propensityCards({ report: { propensities } }: ScoringModel): readonly ModelCard[] {
  return propensities.flatMap((target): ModelCard[] => {
    if (!('auc' in target)) return [];
    const { name, kept, examples, baseRate, auc, brier, baseRateBrier } = target;
    const members = [
      { name: 'logistic', kind: 'model', chosen: kept, metrics: { auc, brier } },
      { name: 'base-rate', kind: 'naive', chosen: !kept, metrics: { brier: baseRateBrier } },
    ] as const;
    return [
      {
        name,
        chosen: kept ? 'logistic' : 'base-rate',
        chosenBy: 'newest-window',
        windows: [],
        examples,
        members: members.map((member) => ({ ...member, weights: null, parameters: null })),
        metrics: { baseRate },
        seed: null,
      },
    ];
  });
}
