import { addDays, type CalendarDay, daysBetween } from '../domain/calendar-day.ts';
import { NotFittedError } from '../domain/errors.ts';
import { auc, brier } from '../evaluation/classification.ts';
import { inputsAt } from '../features/inputs.ts';
import { plattScaling, scaled } from '../models/churn/calibration.ts';
import { logistic } from '../models/churn/logistic.ts';
import { weibullAft } from '../models/survival/accelerated-failure-time.ts';
import { cox } from '../models/survival/cox.ts';
import type { FittedSurvivalModel } from '../models/survival/survival-model.ts';
import type { SurvivalRow } from '../models/survival/survival-row.ts';
import { type ChurnModel, CONTRACT_FEATURES, contractFeatures, logOddsOfEnd } from './churn.ts';
import { churnJudged } from './churn-judged.ts';
import { followUpDays, type LeavingRule, leftOn, mayLeave } from './leaving.ts';
import type { TrainingReport } from './scoring-model.ts';
import type { TrainingCustomer } from './train.ts';

/** The newest window ends with what is known, each older one a horizon before. The newest judges and calibrates. */
const WINDOWS = 4;
/** Fewer examples of either outcome than this, and only the base rate is said. */
const FEWEST_EXAMPLES = 30;

interface Context {
  asOf: CalendarDay;
  currency: string;
  rule: LeavingRule;
  warnings: string[];
}

interface Example {
  values: readonly number[];
  label: 0 | 1;
  /** Days from the window's first day to leaving, or to its last day. */
  days: number;
}

/** A way to tell who leaves, fitted to examples: log-odds of leaving within the horizon. */
interface Learned {
  logOdds(example: Example): number;
  model(scaling: Extract<ChurnModel, { scaling: unknown }>['scaling']): ChurnModel;
}

/**
 * Churn of customers with contracts: who was under contract on a window's first day is an example, and it is known whether and when they
 * left in the horizon after it. A logistic regression, and Cox and Weibull models of the time left as of that day (landmarks: van Houwelingen
 * 2007, Scandinavian Journal of Statistics 34:70), are fitted on the older windows, calibrated on one half of the newest and compared
 * on its other half with the base rate.
 */
export function fitContractChurn(
  sample: readonly TrainingCustomer[],
  context: Context,
): { model: ChurnModel } & Pick<TrainingReport, 'churnModels' | 'churnExamples' | 'churnBaseRate' | 'churnJudged'> {
  const { asOf, rule, warnings } = context;
  const windows = Array.from({ length: WINDOWS }, (_, index) =>
    examplesAt(sample, addDays(asOf, -followUpDays(rule) - index * rule.horizonDays), context),
  );
  const [newest = [], ...older] = windows;
  const left = eventsIn(newest);
  const base = {
    churnExamples: windows.reduce((sum, window) => sum + window.length, 0),
    churnBaseRate: newest.length > 0 ? left / newest.length : null,
  };
  const baseRate: ChurnModel = { kind: 'base-rate', probability: (left + 1) / (newest.length + 2) };
  if (tooFew(newest)) {
    warnings.push(
      `Only ${newest.length} customers under contract can be followed over ${rule.horizonDays} days, ${left} of whom left: everybody has the same churn risk until more is known.`,
    );
    return { ...base, model: baseRate, churnModels: [], churnJudged: null };
  }
  // Every second example, in the order of the sample: independent of any outcome.
  const calibration = newest.filter((_, index) => index % 2 === 0);
  const judging = newest.filter((_, index) => index % 2 === 1);
  const past = older.flat();
  const labels = judging.map(({ label }) => label);
  const rate = eventsIn(calibration) / calibration.length;
  const candidates = [
    { name: 'base-rate', said: judging.map(() => rate), final: (): ChurnModel => baseRate },
    ...LEARNERS.flatMap(({ name, learn }) => {
      const learned = learn(tooFew(past) ? calibration : past, rule);
      if (!learned) return [];
      const scaling = scalingOf(learned, calibration);
      return [
        {
          name,
          said: judging.map((example) => scaled(scaling, learned.logOdds(example))),
          final: () => (learn(windows.flat(), rule) ?? learned).model(scaling),
        },
      ];
    }),
  ].map((candidate) => ({ ...candidate, brier: brier(candidate.said, labels), auc: auc(candidate.said, labels) }));
  const best = candidates.reduce((a, b) => (b.brier < a.brier ? b : a));
  return {
    ...base,
    model: best.final(),
    churnModels: candidates.map(({ name, brier, auc }) => ({ name, brier, auc, chosen: name === best.name })),
    churnJudged: churnJudged(best.said, labels),
  };
}

const LEARNERS: readonly {
  name: string;
  learn: (examples: readonly Example[], rule: LeavingRule) => Learned | null;
}[] = [
  {
    name: 'logistic',
    learn: (examples) => {
      const fitted = logistic.fit(examples, { featureNames: CONTRACT_FEATURES, l2: 1 });
      return {
        logOdds: ({ values }) => fitted.logOdds(values),
        model: (scaling) => ({ kind: 'logistic', logistic: fitted, scaling }),
      };
    },
  },
  {
    name: 'cox',
    learn: (examples, { horizonDays }) =>
      bySurvival(examples, horizonDays, 'cox', (rows) => cox.fit(rows, { covariates: COVARIATES, ties: 'efron' })),
  },
  {
    name: 'weibull-aft',
    learn: (examples, { horizonDays }) =>
      bySurvival(examples, horizonDays, 'weibull-aft', (rows) => weibullAft.fit(rows, { covariates: COVARIATES })),
  },
];

const COVARIATES = CONTRACT_FEATURES.map((name) => ({ name, kind: 'number' }) as const);

/** Null when the fit does not converge: columns that say the same, or a column that parts those who left from the others. */
function bySurvival(
  examples: readonly Example[],
  horizonDays: number,
  kind: 'cox' | 'weibull-aft',
  fitted: (rows: readonly SurvivalRow[]) => FittedSurvivalModel,
): Learned | null {
  const rows = examples.map(({ values, label, days }) => ({ values, event: label === 1, duration: days }));
  try {
    const survival = fitted(rows);
    if (!survival.diagnostics.converged) return null;
    return {
      logOdds: ({ values }) => logOddsOfEnd(survival, values, horizonDays),
      model: (scaling) => ({ kind, survival, scaling }),
    };
  } catch (error) {
    if (error instanceof NotFittedError) return null;
    throw error;
  }
}

function examplesAt(sample: readonly TrainingCustomer[], cut: CalendarDay, context: Context): readonly Example[] {
  const { asOf, currency, rule } = context;
  return sample.flatMap((customer): Example[] => {
    const inputs = inputsAt(customer.statsAt(cut), cut, currency);
    const { contract } = inputs;
    if (contract === null || !mayLeave(inputs, rule)) return [];
    // Whoever is bound for longer cannot leave in the window, and is not asked about when scored.
    const bound = rule.definition === 'contract_end' && contract.daysToEnd !== null;
    if (bound && (contract.daysToEnd ?? 0) > rule.horizonDays) return [];
    const day = leftOn(customer, cut, rule, asOf);
    return [
      {
        values: contractFeatures(inputs, contract, rule.horizonDays),
        label: day === null ? 0 : 1,
        days: day === null ? rule.horizonDays : daysBetween(cut, day),
      },
    ];
  });
}

function scalingOf(learned: Learned, examples: readonly Example[]) {
  return plattScaling(
    examples.map((example) => learned.logOdds(example)),
    examples.map(({ label }) => label),
  );
}

function eventsIn(examples: readonly Example[]): number {
  return examples.reduce((sum, { label }) => sum + label, 0);
}

function tooFew(examples: readonly Example[]): boolean {
  const events = eventsIn(examples);
  return events < FEWEST_EXAMPLES || examples.length - events < FEWEST_EXAMPLES;
}
