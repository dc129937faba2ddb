import { addDays, type CalendarDay } from '../domain/calendar-day.ts';
import { auc, brier } from '../evaluation/classification.ts';
import { inputsAt } from '../features/inputs.ts';
import { LONG_HALF_LIFE_DAYS } from '../features/stats.ts';
import { plattScaling, scaled } from '../models/churn/calibration.ts';
import { type LabelledRow, logistic } from '../models/churn/logistic.ts';
import {
  PROPENSITY_FEATURES,
  type Propensity,
  type PropensityReport,
  propensityFeatures,
  type Target,
  targetMemory,
} from './propensity.ts';
import type { TrainingCustomer } from './train.ts';

/** Horizons that end two and three horizons before today teach; the newest calibrates and judges. */
const OLDER_WINDOWS = [2, 3] as const;
const LEAST_OF_EACH = 30;

/** Trains a model for each target. One that is not better than the base rate, by Brier score on the newest horizon, is not kept. */
export function trainPropensities(
  sample: readonly TrainingCustomer[],
  targets: readonly Target[],
  options: { asOf: CalendarDay; currency: string; horizonDays: number },
): { propensities: readonly Propensity[]; reports: readonly PropensityReport[] } {
  const found = targets.map((target) => trainTarget(sample, target, options));
  return {
    propensities: found.flatMap(({ propensity }) => (propensity ? [propensity] : [])),
    reports: found.map(({ report }) => report),
  };
}

function trainTarget(
  sample: readonly TrainingCustomer[],
  target: Target,
  { asOf, currency, horizonDays }: Parameters<typeof trainPropensities>[2],
): { propensity: Propensity | null; report: PropensityReport } {
  const { name } = target;
  const window = (age: number) =>
    sample.flatMap((customer) => exampleAt(customer, target, addDays(asOf, -age * horizonDays), currency, horizonDays));
  const newest = window(1);
  const older = OLDER_WINDOWS.flatMap(window);
  if (tooFew(newest) || tooFew(older)) {
    const came = [...older, ...newest].filter(({ label }) => label === 1).length;
    const why = `It came ${came} times in the last three horizons of ${horizonDays} days: too few, or too many, to learn from.`;
    return { propensity: null, report: { name, kept: false, why } };
  }
  // Every second example, in the order of the sample: independent of any outcome.
  const calibration = newest.filter((_, index) => index % 2 === 0);
  const judging = newest.filter((_, index) => index % 2 === 1);
  const model = logistic.fit(older, { featureNames: PROPENSITY_FEATURES, l2: 1 });
  const scaling = plattScaling(
    calibration.map(({ values }) => model.logOdds(values)),
    calibration.map(({ label }) => label),
  );
  const labels = judging.map(({ label }) => label);
  const predictions = judging.map(({ values }) => scaled(scaling, model.logOdds(values)));
  const baseRate = calibration.reduce((sum, { label }) => sum + label, 0) / calibration.length;
  const report = {
    name,
    examples: newest.length,
    baseRate,
    auc: auc(predictions, labels),
    brier: brier(predictions, labels),
    baseRateBrier: brier(
      labels.map(() => baseRate),
      labels,
    ),
  };
  const kept = report.brier < report.baseRateBrier;
  const final = logistic.fit([...older, ...newest], { featureNames: PROPENSITY_FEATURES, l2: 1 });
  return { propensity: kept ? { target, logistic: final, scaling } : null, report: { ...report, kept } };
}

function exampleAt(
  { statsAt, purchaseDays }: TrainingCustomer,
  target: Target,
  cut: CalendarDay,
  currency: string,
  horizonDays: number,
): readonly LabelledRow[] {
  const inputs = inputsAt(statsAt(cut), cut, currency);
  if (inputs.purchases === 0) return [];
  const end = addDays(cut, horizonDays);
  const came = () => {
    if (!target.events) return purchaseDays.some((day) => day > cut && day <= end);
    // What would be left of the memory had nothing been added, against what is there.
    const faded = targetMemory(target, inputs).long * 2 ** (-horizonDays / LONG_HALF_LIFE_DAYS);
    return targetMemory(target, inputsAt(statsAt(end), end, currency)).long > faded + 1e-9;
  };
  return [{ values: propensityFeatures(target, inputs), label: came() ? 1 : 0 }];
}

function tooFew(examples: readonly LabelledRow[]): boolean {
  const came = examples.reduce((sum, { label }) => sum + label, 0);
  return came < LEAST_OF_EACH || examples.length - came < LEAST_OF_EACH;
}
