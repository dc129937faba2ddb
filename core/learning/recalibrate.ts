import { hashOf } from '../domain/stable-json.ts';
import type { Recalibration } from '../ports/monitoring.ts';
import { type ScoringModel, saveScoringModel } from '../scores/scoring-model.ts';
import { guardedLearner } from './guarded-learner.ts';
import type { JoinedOutcome } from './outcomes-by-month.ts';

const WEEK_MS = 7 * 86_400_000;

/**
 * What the outcomes of a champion's own scores say of its churn risk: a correction of level and slope, learned from one after the other and
 * reviewed once a week. Null while too few are known.
 *
 * @param outcomes in the order in which they became known
 */
export function recalibration(outcomes: readonly JoinedOutcome[]): Recalibration | null {
  const learner = guardedLearner(2);
  let difference: ReturnType<typeof learner.review> = null;
  let week: number | null = null;
  // Who is bound by contract for longer than the horizon is certain to stay: there is nothing to correct.
  for (const { askedOn, probability, label } of outcomes.filter((each) => each.probability > 0)) {
    const now = Math.floor(Date.parse(askedOn) / WEEK_MS);
    if (week !== null && now > week) difference = learner.review();
    week = now;
    const frozen = logOdds(probability);
    learner.learn(frozen, [1, frozen], label);
  }
  difference = learner.review();
  if (difference === null) return null;
  const [level = 0, slope = 0] = learner.online.weights;
  const { cases, mean, standardError } = difference;
  return {
    cases,
    logLossDifference: mean,
    standardError,
    better: learner.serving === 'online',
    level,
    slope: 1 + slope,
  };
}

/**
 * A champion with its churn risk corrected: a version of its own. Bands keep their customers, since the correction keeps their order; null
 * where there is nothing to correct (everybody has the same risk), or it would turn the order round.
 */
export function recalibrated(champion: ScoringModel, { level, slope }: Recalibration): ScoringModel | null {
  const { churn } = champion;
  if (!('scaling' in churn) || slope <= 0) return null;
  const corrected = (probability: number) =>
    probability >= 1 ? probability : 1 / (1 + Math.exp(-(level + slope * logOdds(probability))));
  const { high, medium } = champion.cutoffs.churn;
  const model: ScoringModel = {
    ...champion,
    version: '',
    churn: {
      ...churn,
      scaling: { slope: slope * churn.scaling.slope, offset: slope * churn.scaling.offset + level },
    },
    cutoffs: { ...champion.cutoffs, churn: { high: corrected(high), medium: corrected(medium) } },
    tables: { ...champion.tables, churn: champion.tables.churn.map(corrected) },
  };
  return { ...model, version: `${champion.asOf}-${hashOf(saveScoringModel(model)).slice(0, 8)}` };
}

function logOdds(probability: number): number {
  const safe = Math.min(Math.max(probability, 1e-6), 1 - 1e-6);
  return Math.log(safe / (1 - safe));
}
