import type { Inputs } from '../features/inputs.ts';
import { LONG_HALF_LIFE_DAYS, SHORT_HALF_LIFE_DAYS } from '../features/stats.ts';
import { contractFutures } from '../models/clv/contract-value.ts';
import { churnRisk } from './churn.ts';
import { contractSubject } from './contract-subject.ts';
import { isContractual } from './leaving.ts';
import type { ScoringModel } from './scoring-model.ts';

/** How likely a customer is still one, so many days from now. */
export interface StayingPoint {
  days: number;
  /** 0..1; 1 today. */
  probability: number;
}

const YEAR_DAYS = 365;
/** Points of the curve: today, and the end of each month of the year to come. */
const POINT_DAYS = Array.from({ length: 13 }, (_, month) => Math.round((month * YEAR_DAYS) / 12));
/** Of how long ago who stayed bought last: the middles of fifths. */
const QUANTILES = [0.1, 0.3, 0.5, 0.7, 0.9] as const;
/** A risk of 1 has no logarithm. */
const LEAST = 1e-9;

/**
 * Probability that a customer has not left, as the book defines leaving, over the next 12 months. At the horizon it is what the churn risk
 * leaves; null where there is no churn risk.
 *
 * Without contracts the model that scores is asked again for every further horizon, of the customer who stayed until then: bought at its own
 * rhythm, was as active as now. With contracts, renewals go on as the model of renewals tells, stretched to agree with the churn risk.
 */
export function stayingCurve(model: ScoringModel, inputs: Inputs): readonly StayingPoint[] | null {
  const risk = churnRisk(model, inputs);
  if (risk === null) return null;
  const stays = isContractual(model) ? byContract(model, inputs, risk) : bySilence(model, inputs, risk);
  return POINT_DAYS.map((days) => ({ days, probability: Math.min(Math.max(stays(days), 0), 1) }));
}

/** Within a horizon at an even pace. */
function bySilence(model: ScoringModel, inputs: Inputs, risk: number): (days: number) => number {
  const { horizonDays } = model;
  const horizons: { before: number; stays: number }[] = [];
  let [before, now, next] = [1, inputs, risk];
  for (let start = 0; start < YEAR_DAYS; start += horizonDays) {
    const stays = Math.max(1 - next, LEAST);
    horizons.push({ before, stays });
    before *= stays;
    const reached = now;
    const risks = QUANTILES.map((at) => churnRisk(model, afterStaying(reached, horizonDays, at)) ?? next);
    next = risks.reduce((sum, each) => sum + each, 0) / risks.length;
    now = afterStaying(reached, horizonDays, 0.5);
  }
  return (days) => {
    const { before: reached, stays } = horizons[Math.min(Math.floor(days / horizonDays), horizons.length - 1)] as {
      before: number;
      stays: number;
    };
    return reached * stays ** ((days % horizonDays) / horizonDays);
  };
}

/**
 * A customer who stayed for a horizon: bought at its own rhythm, once at least, and at random, so that the last time is as long ago as the quantile says
 * (exponential, cut at the horizon).
 */
function afterStaying(inputs: Inputs, horizonDays: number, quantile: number): Inputs {
  const rhythm = inputs.meanGapDays > 0 ? inputs.meanGapDays : horizonDays;
  const silenceDays = -rhythm * Math.log(1 - quantile * -Math.expm1(-horizonDays / rhythm));
  const bought = Math.max(Math.round((horizonDays - silenceDays) / rhythm), 1);
  const purchases = inputs.purchases + bought;
  const ageDays = inputs.ageDays + horizonDays;
  const gap = (horizonDays - silenceDays) / bought;
  const remembered = (count: number, halfLifeDays: number) => {
    let sum = count * 2 ** (-horizonDays / halfLifeDays);
    for (let k = 0; k < bought; k += 1) sum += 2 ** (-(silenceDays + k * gap) / halfLifeDays);
    return sum;
  };
  return {
    ...inputs,
    purchases,
    ageDays,
    silenceDays,
    meanGapDays: (ageDays - silenceDays) / (purchases - 1),
    spendDays: inputs.spendDays + bought,
    totalSpend: inputs.totalSpend + (bought * inputs.totalSpend) / inputs.purchases,
    short: { ...inputs.short, purchase: remembered(inputs.short.purchase, SHORT_HALF_LIFE_DAYS) },
    long: { ...inputs.long, purchase: remembered(inputs.long.purchase, LONG_HALF_LIFE_DAYS) },
  };
}

/** By the chances of each renewal where they are known; else, and until notice is given, at the pace of the churn risk. */
function byContract(model: ScoringModel, inputs: Inputs, risk: number): (days: number) => number {
  const { horizonDays, contracts, definition } = model;
  const subject = contracts && contractSubject(inputs);
  const stays = Math.max(1 - risk, LEAST);
  if (!contracts || !subject || definition === 'cancelled') return (days) => stays ** (days / horizonDays);
  const futures = contractFutures(contracts, subject, 2 * YEAR_DAYS + horizonDays);
  const covered = (days: number) =>
    futures.filter((each) => each.days >= days).reduce((sum, { probability }) => sum + probability, 0);
  const atHorizon = covered(horizonDays);
  const power = atHorizon < 1 && atHorizon > 0 ? Math.log(stays) / Math.log(atHorizon) : 1;
  return (days) => covered(days) ** power;
}
