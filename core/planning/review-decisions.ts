import { type LoggedDecision, type PolicyValue, policyValue } from './off-policy.ts';

/** A decision of a playbook that was followed to the end of the churn horizon. Money in the reporting currency. */
export interface FollowedDecision {
  playbook: string;
  /** What was done; null: nothing. */
  action: string | null;
  propensity: number;
  /** Every possibility with its probability then. */
  options: readonly { action: string | null; probability: number; net: number }[];
  /** Of the action taken; 0 for nothing. */
  cost: number;
  valueIfKept12m: number;
  churnProbability: number;
  left: boolean;
}

/** What the decisions of a playbook have earned, and what others would have: margin kept in 12 months less cost, for each customer. */
export interface DecisionsReview {
  playbook: string;
  asDecided: PolicyValue;
  nobody: PolicyValue;
  /** What had the highest expected net, or nothing where none had any: the same without exploring. */
  expected: PolicyValue;
}

/** Judges policies by decisions that were made at random with known probabilities. */
export function reviewDecisions(
  decisions: readonly FollowedDecision[],
  { margin }: { margin: number },
): readonly DecisionsReview[] {
  return [...Map.groupBy(decisions, ({ playbook }) => playbook)].map(([playbook, own]) => {
    const policy = (target: (decision: FollowedDecision) => string | null | undefined) =>
      policyValue(own.map((decision) => logged(decision, target(decision), margin)));
    return {
      playbook,
      asDecided: policy(() => undefined),
      nobody: policy(() => null),
      expected: policy(({ options }) => {
        const [best] = options.toSorted((a, b) => b.probability - a.probability);
        return best?.action ?? null;
      }),
    };
  });
}

/** @param target what the policy in question does; undefined: what was done */
function logged(decision: FollowedDecision, target: string | null | undefined, margin: number): LoggedDecision {
  const { action, propensity, options, cost, valueIfKept12m, churnProbability, left } = decision;
  const base = margin * valueIfKept12m * (1 - churnProbability);
  const expectedOf = (name: string | null) => base + (options.find((option) => option.action === name)?.net ?? 0);
  return {
    reward: (left ? 0 : margin * valueIfKept12m) - cost,
    propensity: target === undefined ? 1 : propensity,
    targetProbability: target === undefined || target === action ? 1 : 0,
    expectedOfTaken: expectedOf(action),
    expectedOfTarget: expectedOf(target === undefined ? action : target),
  };
}
