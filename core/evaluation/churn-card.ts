import type { ChurnEvaluation, ChurnModelReport, GroupReport } from './churn.ts';
import type { ThresholdBy } from './churn-cross-validation.ts';
import type { ChurnMetrics } from './churn-metrics.ts';
import { warningSentence } from './early-warning.ts';
import { type GroupRates, widestGap } from './group-rates.ts';

/** A part of a model card: a heading and its sentences. */
export interface CardSection {
  title: string;
  sentences: readonly string[];
}

/** What a model card says (Mitchell et al. 2019), made from the evaluation alone. */
export interface ChurnCard {
  /** The model with the best Brier score out of fold. */
  model: string;
  /** Whether it beats the naive rows: one that does not must not be used. */
  beatsNaive: boolean;
  sections: readonly CardSection[];
}

/** Above this the probabilities are not to be read as shares. */
const LARGEST_CALIBRATION_ERROR = 0.05;

/** The model card of the best model of an evaluation, with the naive rows beside its figures. */
export function churnCard(evaluation: ChurnEvaluation): ChurnCard {
  const best = evaluation.models.reduce((a, b) => (b.metrics.brier < a.metrics.brier ? b : a));
  const leastNaive = Math.min(...evaluation.naive.map(({ metrics }) => metrics.brier));
  const beatsNaive = best.metrics.brier < leastNaive;
  const sections: readonly CardSection[] = [
    {
      title: 'What it says',
      sentences: [
        `${best.name} gives each customer a probability of leaving, 0 to 1, as the label of the table defines leaving.`,
        beatsNaive
          ? 'It beats the naive rows out of fold.'
          : 'It does not beat the naive rows: do not use it. More customers, or columns that tell more, are needed.',
      ],
    },
    { title: 'Trained on', sentences: trainedOn(evaluation) },
    {
      title: 'How it was judged',
      sentences: [
        `By ${evaluation.folds} folds ${evaluation.foldsFrom === 'given' ? 'as given' : `drawn by seed ${evaluation.seed}, with equal shares of leavers`}; each customer was judged once, by a fit that had not seen them.`,
        'Treatment of the rare outcome, calibration and thresholds were learned on the training rows of each fold alone.',
        figures(best.name, best.metrics),
        ...evaluation.naive.map(({ name, metrics }) => figures(`Naive, ${name}`, metrics)),
      ],
    },
    { title: 'Probabilities', sentences: probabilities(best) },
    { title: 'Thresholds', sentences: thresholds(best) },
    ...(best.earlyWarning ? [{ title: 'Early warning', sentences: [warningSentence(best.earlyWarning)] }] : []),
    ...(best.groups ?? []).map((report) => ({
      title: `Groups by ${report.column}`,
      sentences: groupSentences(report),
    })),
    {
      title: 'Limits',
      sentences: [
        'Figures hold for customers like those of the table. Folds are not a later time: judge again on customers whose outcome came after.',
        'What goes with leaving is not what makes customers leave: nothing here says what an offer would change.',
        ...(best.groups
          ? []
          : [
              'Whether it treats groups of people alike was not looked at: compare them with --by and a column of the table.',
            ]),
        ...evaluation.warnings,
        ...best.warnings,
      ],
    },
  ];
  return { model: best.name, beatsNaive, sections };
}

function trainedOn({ rows, events, baseRate, features, imbalance }: ChurnEvaluation): readonly string[] {
  const treatments = {
    'class-weights': 'Trees count both outcomes alike (class weights); the logistic regression counts every row once.',
    smote:
      'The rarer outcome was filled up with invented rows (SMOTE) in every set of training rows, never in a fold set apart.',
    none: 'Every row counts once.',
  };
  return [
    `${rows.toLocaleString('en')} customers, ${events.toLocaleString('en')} of whom left: a base rate of ${percent(baseRate)}.`,
    `${features.length} columns: ${features.join(', ')}.`,
    treatments[imbalance],
  ];
}

function figures(name: string, { auc, prAuc, brier, ece, topDecileLift, atBest }: ChurnMetrics): string {
  return `${name}: AUC ${auc.toFixed(3)}, average precision ${prAuc.toFixed(3)}, Brier ${brier.toFixed(4)}, calibration error ${ece.toFixed(3)}, lift of the first tenth ${topDecileLift.toFixed(2)}, F1 ${atBest.f1.toFixed(3)} at the best threshold.`;
}

function probabilities({ metrics, calibration }: ChurnModelReport): readonly string[] {
  const [lowest] = calibration;
  const highest = calibration.at(-1);
  return [
    metrics.ece <= LARGEST_CALIBRATION_ERROR
      ? `Probabilities come true: the calibration error over ten bins is ${metrics.ece.toFixed(3)}.`
      : `Probabilities are off by ${metrics.ece.toFixed(3)} on average: use the order, not the number.`,
    ...(lowest && highest
      ? [
          `Of the tenth with the lowest, ${percent(lowest.actual)} left (${percent(lowest.predicted)} foretold); of the tenth with the highest, ${percent(highest.actual)} (${percent(highest.predicted)}).`,
        ]
      : []),
  ];
}

function thresholds(model: ChurnModelReport): readonly string[] {
  const purposes = { f1: 'For the best F1', cost: 'For the least cost', capacity: 'For the capacity given' };
  return model.thresholds.map(({ by, threshold, decisions: { precision, recall, f1, accuracy } }) =>
    threshold === null || precision === null
      ? `${purposes[by]} nobody is flagged.`
      : `${purposes[by]}, from ${threshold.toFixed(3)}: of those flagged ${percent(precision)} left, of those who left ${percent(recall)} were flagged; F1 ${f1.toFixed(3)}, accuracy ${percent(accuracy)} where saying "stays" of everybody has ${percent(alwaysNo(model))}.`,
  );
}

/** How a model treats the groups of a column: the widest differences that chance does not explain. */
export function groupSentences({ column, by, groups }: GroupReport): readonly string[] {
  const rates = [
    ['are flagged', (group: GroupRates) => group.actionRate],
    ['of those who stayed are flagged', (group: GroupRates) => group.falsePositiveRate],
    ['of those who left are missed', (group: GroupRates) => group.falseNegativeRate],
  ] as const;
  const said = rates.flatMap(([what, pick]) => {
    const gap = widestGap(groups, pick);
    if (!gap) return [];
    const shown = (group: GroupRates) => {
      const rate = pick(group);
      return rate ? `${group.group}: ${percent(rate.share)} (95 %: ${percent(rate.low)} to ${percent(rate.high)})` : '';
    };
    return [`${shown(gap.higher)} ${what}; ${shown(gap.lower)}.`];
  });
  const off = groups.filter(
    ({ meanProbability, baseRate: { low, high } }) => meanProbability < low || meanProbability > high,
  );
  return [
    ...(said.length > 0
      ? said
      : [`No difference between the groups by ${column} is beyond chance, at the threshold ${PURPOSES[by]}.`]),
    ...off.map(
      ({ group, meanProbability, baseRate }) =>
        `${group}: ${percent(meanProbability)} foretold, ${percent(baseRate.share)} left (95 %: ${percent(baseRate.low)} to ${percent(baseRate.high)}): probabilities are off in this group.`,
    ),
    'Groups that leave at different rates cannot be alike in all of these at once (Chouldechova 2017): which one counts is a decision of yours.',
  ];
}

const PURPOSES: Readonly<Record<ThresholdBy, string>> = {
  f1: 'with the best F1',
  cost: 'with the least cost',
  capacity: 'for the capacity given',
};

/** Accuracy of flagging nobody: the share who stayed. */
function alwaysNo({ calibration }: ChurnModelReport): number {
  const rows = calibration.reduce((sum, bin) => sum + bin.rows, 0);
  return 1 - calibration.reduce((sum, bin) => sum + bin.rows * bin.actual, 0) / rows;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
