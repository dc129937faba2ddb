import { guard } from './guard.ts';
import { type OnlineLogistic, onlineLogistic } from './online-logistic.ts';
import type { PairedDifference } from './paired-test.ts';

/** A learner beside the frozen model that it corrects or replaces. */
export interface GuardedLearner {
  /** Log-odds of the one that serves. */
  logOdds(frozenLogOdds: number, values: readonly number[]): number;
  /** Takes an outcome in: both are judged by it, then the learner learns from it. */
  learn(frozenLogOdds: number, values: readonly number[], label: 0 | 1): void;
  /** Decides who serves from now on: once a week. Null while too few outcomes are known. */
  review(): PairedDifference | null;
  readonly serving: 'frozen' | 'online';
}

/** An outcome a thousand outcomes ago counts a third. */
const FORGETTING = 0.999;
/** Of the weights of the correction around none, for values of unit size. */
const PRIOR_VARIANCE = 0.25;

/**
 * A correction of a frozen model's log-odds, learned prequentially behind a guard: each outcome is foreseen before it is learned from, so
 * that the losses of both are fair.
 *
 * @param size of `values`: what the correction may depend on, a constant 1 among them
 */
export function guardedLearner(size: number): GuardedLearner & { readonly online: OnlineLogistic } {
  const online = onlineLogistic({ size, forgetting: FORGETTING, priorVariance: PRIOR_VARIANCE });
  const guarded = guard();
  return {
    online,
    get serving() {
      return guarded.serving;
    },
    logOdds: (frozen, values) => (guarded.serving === 'online' ? online.logOdds(values, frozen) : frozen),
    learn: (frozen, values, label) => {
      guarded.judge(logLoss(frozen, label), logLoss(online.logOdds(values, frozen), label));
      online.learn(values, frozen, label);
    },
    review: guarded.review,
  };
}

/** Negative log-likelihood of a label by log-odds. */
export function logLoss(logOdds: number, label: 0 | 1): number {
  const towards = label === 1 ? -logOdds : logOdds;
  return Math.max(towards, 0) + Math.log1p(Math.exp(-Math.abs(towards)));
}
