import { type PairedDifference, pairedDifference } from './paired-test.ts';

/** Decides, outcome by outcome, whether a learner may serve instead of the frozen model beside it. */
export interface Guard {
  /** Losses of both on an outcome that each had foreseen before it was learned from. */
  judge(frozenLoss: number, learnerLoss: number): void;
  /** Decides who serves from now on: once a week. Null while too few outcomes are known. */
  review(): PairedDifference | null;
  readonly serving: 'frozen' | 'online';
}

/** Outcomes that a review looks back on, and the fewest it judges by. */
const LOOKS_BACK = 1_000;
const FEWEST_OUTCOMES = 100;
/** The learner takes over when it is better by so many standard errors: a review every week would else find chance at some time. */
const TAKES_OVER_AT = 2;

/**
 * A learner serves only while its prequential losses are lower (Dawid 1984, JRSS A 147:278): it takes over when they are by two standard
 * errors, and gives back at the first review at which they are not lower at all.
 */
export function guard(): Guard {
  const losses = { frozen: [] as number[], online: [] as number[] };
  let serving: Guard['serving'] = 'frozen';
  return {
    get serving() {
      return serving;
    },
    judge: (frozenLoss, learnerLoss) => {
      losses.frozen.push(frozenLoss);
      losses.online.push(learnerLoss);
      if (losses.frozen.length > LOOKS_BACK) {
        losses.frozen.shift();
        losses.online.shift();
      }
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
