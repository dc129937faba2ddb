/** How long customers usually wait between purchases, and the churn horizon that follows from it. */
export interface PurchaseGaps {
  /** How many there are. */
  gaps: number;
  /** Days below which so many of a hundred gaps are; null without any. */
  percentiles: Readonly<Record<'p10' | 'p25' | 'p50' | 'p80' | 'p90' | 'p95', number>> | null;
  horizonDays: number;
  /** Share of the gaps that are not longer than each horizon to choose from. */
  covered: readonly { days: number; share: number }[];
}

/** Horizons to choose from, in days. */
const HORIZONS = [30, 60, 90, 180, 365] as const;
/** Until somebody has bought twice. */
const WITHOUT_GAPS_DAYS = 90;

/**
 * The distribution of the days between purchases, and the smallest horizon not below its 80th percentile (DECISIONS, "Horizon").
 *
 * @param between days between neighbouring purchase days, of all customers
 */
export function purchaseGaps(between: readonly number[]): PurchaseGaps {
  if (between.length === 0) return { gaps: 0, percentiles: null, horizonDays: WITHOUT_GAPS_DAYS, covered: [] };
  const gaps = between.toSorted((a, b) => a - b);
  const at = (share: number) => gaps[Math.min(Math.floor(share * gaps.length), gaps.length - 1)] as number;
  const percentiles = { p10: at(0.1), p25: at(0.25), p50: at(0.5), p80: at(0.8), p90: at(0.9), p95: at(0.95) };
  return {
    gaps: gaps.length,
    percentiles,
    horizonDays: HORIZONS.find((days) => days >= percentiles.p80) ?? 365,
    covered: HORIZONS.map((days) => ({ days, share: gaps.filter((gap) => gap <= days).length / gaps.length })),
  };
}
