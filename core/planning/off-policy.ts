/** One decision on record: what was done with which probability, what came of it, and what the policy in question would do. */
export interface LoggedDecision {
  /** What came of the action that was taken. */
  reward: number;
  /** With which probability that action was taken; above 0. */
  propensity: number;
  /** With which probability the policy in question takes that same action. */
  targetProbability: number;
  /** What a model expects of the action that was taken; a model that did not see this row. */
  expectedOfTaken: number;
  /** What it expects of the policy in question: the mean over its actions. */
  expectedOfTarget: number;
}

/** An estimate with its 95 % interval. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
}

/** What a policy would earn for each customer, from decisions that another made. */
export interface PolicyValue {
  /** Inverse propensity scores (Horvitz & Thompson 1952): without bias, with much spread. */
  ips: Estimate;
  /** Self-normalised (Hájek 1971; Swaminathan & Joachims 2015): a little bias, less spread. */
  snips: Estimate;
  /** Doubly robust (Dudík, Langford & Li 2011): right when the propensities or the model are. */
  doublyRobust: Estimate;
  /** (sum of weights)^2 / sum of squared weights: how many decisions speak for the policy (Kish 1965). */
  effectiveDecisions: number;
  decisions: number;
}

const Z95 = 1.959964;

/**
 * The value of a policy before it is switched on. Every action it may take must have had a chance to be taken; propensities must be those
 * of the draw, not estimates. Intervals are normal, from the influence of each decision; below some 30 effective decisions they are too
 * narrow. All zero without decisions.
 */
export function policyValue(decisions: readonly LoggedDecision[]): PolicyValue {
  const weights = decisions.map(({ targetProbability, propensity }) => targetProbability / propensity);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const squares = weights.reduce((sum, weight) => sum + weight ** 2, 0);
  const n = decisions.length;
  const weighted = decisions.map(({ reward }, i) => (weights[i] as number) * reward);
  const snips = total > 0 ? weighted.reduce((sum, each) => sum + each, 0) / total : 0;
  // The delta method: each decision moves the ratio by its weighted distance from it.
  const influence = decisions.map(({ reward }, i) =>
    total > 0 ? snips + ((weights[i] as number) * (reward - snips) * n) / total : 0,
  );
  const robust = decisions.map(
    ({ reward, expectedOfTaken, expectedOfTarget }, i) =>
      expectedOfTarget + (weights[i] as number) * (reward - expectedOfTaken),
  );
  return {
    ips: meanWithInterval(weighted),
    snips: meanWithInterval(influence),
    doublyRobust: meanWithInterval(robust),
    effectiveDecisions: squares > 0 ? total ** 2 / squares : 0,
    decisions: n,
  };
}

function meanWithInterval(values: readonly number[]): Estimate {
  const n = values.length;
  if (n === 0) return { value: 0, low: 0, high: 0 };
  const value = values.reduce((sum, each) => sum + each, 0) / n;
  const variance = values.reduce((sum, each) => sum + (each - value) ** 2, 0) / Math.max(n - 1, 1);
  const half = Z95 * Math.sqrt(variance / n);
  return { value, low: value - half, high: value + half };
}
