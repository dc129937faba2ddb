import { confidenceSequence } from '../math/confidence-sequence.ts';

/** A customer of a randomised playbook whose outcome is known. */
export interface TrialCustomer {
  /** What the arm was drawn for: the account, or the customer without one. */
  unit: string;
  treated: boolean;
  outcome: number;
}

/** One arm so far; the mean is null without customers. */
export interface ArmMean {
  customers: number;
  mean: number | null;
}

/** What treating does to an outcome, on average for a customer. */
export interface SequentialEffect {
  treated: ArmMean;
  heldOut: ArmMean;
  /** Treated minus held out, with an interval that holds at all looks together (95 %). Null while an arm has fewer than LEAST_UNITS units. */
  effect: { value: number; low: number; high: number } | null;
}

/** Units in each arm from which an interval by the normal distribution can be told. */
export const LEAST_UNITS = 20;

/**
 * The difference of the arms' means with a confidence sequence over units: customers of one account are drawn together, so their deviations are
 * added up before they are squared. An arm's variance is taken as no smaller than that of both arms together: a small holdout in which
 * nobody left yet is no proof that nobody does.
 */
export function sequentialEffect(customers: readonly TrialCustomer[]): SequentialEffect {
  const treated = armOf(customers, true);
  const heldOut = armOf(customers, false);
  const arms = { treated: meanOf(treated), heldOut: meanOf(heldOut) };
  const { mean: treatedMean } = arms.treated;
  const { mean: heldOutMean } = arms.heldOut;
  if (treatedMean === null || heldOutMean === null || Math.min(treated.units.size, heldOut.units.size) < LEAST_UNITS) {
    return { ...arms, effect: null };
  }
  const squares = { treated: deviations(treated, treatedMean), heldOut: deviations(heldOut, heldOutMean) };
  const together = (squares.treated + squares.heldOut) / customers.length;
  // Of the mean of one arm: sum of squared deviations of its units / n^2, or with the variance of both arms.
  const ofMean = (sum: number, { count }: Arm) => Math.max(sum / count ** 2, together / count);
  const value = treatedMean - heldOutMean;
  const units = treated.units.size + heldOut.units.size;
  const variance = units * (ofMean(squares.treated, treated) + ofMean(squares.heldOut, heldOut));
  return { ...arms, effect: { value, ...confidenceSequence({ mean: value, variance, count: units }) } };
}

interface Arm {
  count: number;
  sum: number;
  /** Customers and sum of outcomes of each unit. */
  units: Map<string, { count: number; sum: number }>;
}

function armOf(customers: readonly TrialCustomer[], isTreated: boolean): Arm {
  const arm: Arm = { count: 0, sum: 0, units: new Map() };
  for (const { unit, treated, outcome } of customers) {
    if (treated !== isTreated) continue;
    const own = arm.units.get(unit) ?? { count: 0, sum: 0 };
    own.count += 1;
    own.sum += outcome;
    arm.units.set(unit, own);
    arm.count += 1;
    arm.sum += outcome;
  }
  return arm;
}

function meanOf({ count, sum }: Arm): ArmMean {
  return { customers: count, mean: count === 0 ? null : sum / count };
}

/** Sum over units of their squared deviation from what their customers would have at the arm's mean. */
function deviations({ units }: Arm, mean: number): number {
  let total = 0;
  for (const { count, sum } of units.values()) total += (sum - count * mean) ** 2;
  return total;
}
