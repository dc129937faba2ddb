import { type OnlineLogistic, onlineLogistic } from './online-logistic.ts';
import { type PairedDifference, pairedDifference } from './paired-test.ts';

/** An online learner beside the frozen model that it corrects. */
export interface GuardedLearner {
  /** Log-odds of the one that serves. */
  logOdds(frozenLogOdds: number, values: readonly number[]): number;
  /** Takes an outcome in: both are judged by it, then the learner learns from it. */
  learn(frozenLogOdds: number, values: readonly number[], label: 0 | 1): void;
  /** Decides who serves from now on: once a week. Null while too few outcomes are known. */
  review(): PairedDifference | null;
  readonly serving: 'frozen' | 'online';
  readonly online: OnlineLogistic;
}

/** Outcomes that a review looks back on, and the fewest it judges by. */
const LOOKS_BACK = 1_000;
const FEWEST_OUTCOMES = 100;
/** The learner takes over when it is better by so many standard errors: a review every week would else find chance at some time. */
const TAKES_OVER_AT = 2;
/** An outcome a thousand outcomes ago counts a third. */
const FORGETTING = 0.999;
/** Of the weights of the correction around none, for values of unit size. */
const PRIOR_VARIANCE = 0.25;

/**
 * A correction of a frozen model's log-odds, learned prequentially: each outcome is foreseen before it is learned from (Dawid 1984, JRSS A
 * 147:278), so that the losses of both are fair. The learner serves only while its losses are lower: it takes over when they are by two
 * standard errors, and gives back at the first review at which they are not lower at all.
 *
 * @param size of `values`: what the correction may depend on, a constant 1 among them
 */
export function guardedLearner(size: number): GuardedLearner {
  const online = onlineLogistic({ size, forgetting: FORGETTING, priorVariance: PRIOR_VARIANCE });
  const losses = { frozen: [] as number[], online: [] as number[] };
  let serving: 'frozen' | 'online' = 'frozen';
  return {
    online,
    get serving() {
      return serving;
    },
    logOdds: (frozen, values) => (serving === 'online' ? online.logOdds(values, frozen) : frozen),
    learn: (frozen, values, label) => {
      losses.frozen.push(logLoss(frozen, label));
      losses.online.push(logLoss(online.logOdds(values, frozen), label));
      if (losses.frozen.length > LOOKS_BACK) {
        losses.frozen.shift();
        losses.online.shift();
      }
      online.learn(values, frozen, label);
    },
    review: () => {
      if (losses.frozen.length < FEWEST_OUTCOMES) return null;
      const difference = pairedDifference(losses.frozen, losses.online);
      if (difference.mean < -TAKES_OVER_AT * difference.standardError) serving = 'online';
      else if (difference.mean >= 0) serving = 'frozen';
      return difference;
    },
  };
}

/** Negative log-likelihood of a label by log-odds. */
export function logLoss(logOdds: number, label: 0 | 1): number {
  const towards = label === 1 ? -logOdds : logOdds;
  return Math.max(towards, 0) + Math.log1p(Math.exp(-Math.abs(towards)));
}
