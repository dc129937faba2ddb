import type { Inputs } from '../features/inputs.ts';

/** What RFM looks at: days since the last purchase day, purchase days in all, money in all (major units). */
export type RfmInputs = Pick<Inputs, 'silenceDays' | 'purchases' | 'totalSpend'>;

/** The four cut-points between fifths of the buyers of a training, for each of the three; frozen in the scoring model. */
export interface RfmCutPoints {
  silenceDays: readonly number[];
  purchases: readonly number[];
  totalSpend: readonly number[];
}

/** 1 (worst) to 5 (best) each. */
export interface RfmScores {
  recency: number;
  frequency: number;
  monetary: number;
}

/** How far ties let a fifth stray: the share of buyers with each score from 1 to 5. */
export type RfmShares = Readonly<Record<keyof RfmScores, readonly number[]>>;

const FIFTHS = [0.2, 0.4, 0.6, 0.8] as const;

/** Cuts buyers into fifths; null when there are none. */
export function rfmCutPoints(buyers: readonly RfmInputs[]): RfmCutPoints | null {
  if (buyers.length === 0) return null;
  const cut = (pick: (each: RfmInputs) => number) => {
    const sorted = Float64Array.from(buyers, pick).sort();
    return FIFTHS.map((share) => sorted[Math.ceil(share * sorted.length) - 1] as number);
  };
  return {
    silenceDays: cut((each) => each.silenceDays),
    purchases: cut((each) => each.purchases),
    totalSpend: cut((each) => each.totalSpend),
  };
}

/**
 * A customer's three scores. Ties are never broken: equal values have equal scores, and a value that is a cut-point belongs to the lower
 * fifth in number. Where many are equal (one purchase each), fifths hold more or less than a fifth; `rfmShares` says how much.
 */
export function rfmScores(cutPoints: RfmCutPoints, customer: RfmInputs): RfmScores {
  const above = (cuts: readonly number[], value: number) => cuts.filter((cut) => cut < value).length;
  return {
    recency: 5 - above(cutPoints.silenceDays, customer.silenceDays),
    frequency: 1 + above(cutPoints.purchases, customer.purchases),
    monetary: 1 + above(cutPoints.totalSpend, customer.totalSpend),
  };
}

/** The share of buyers with each score. */
export function rfmShares(cutPoints: RfmCutPoints, buyers: readonly RfmInputs[]): RfmShares {
  const scores = buyers.map((each) => rfmScores(cutPoints, each));
  const shares = (name: keyof RfmScores) =>
    [1, 2, 3, 4, 5].map((score) => scores.filter((each) => each[name] === score).length / Math.max(scores.length, 1));
  return { recency: shares('recency'), frequency: shares('frequency'), monetary: shares('monetary') };
}
