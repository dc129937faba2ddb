/** How many were watched and how many of them left. */
export interface Watched {
  customers: number;
  left: number;
}

/** What became of both arms of a playbook's experiment, whatever was done with them: by intention to treat. */
export interface Arms {
  treated: Watched;
  heldOut: Watched;
}

/** A belief about a save rate: normal, with this mean and standard deviation. */
export interface SaveRate {
  mean: number;
  standardDeviation: number;
  /** Customers of both arms that it rests on, beside the prior. */
  customers: number;
}

/** What is believed of one action: over all, and for each segment that was watched. */
export interface ActionEffect {
  overall: SaveRate;
  bySegment: ReadonlyMap<string, SaveRate>;
}

/** Segments may differ by a quarter of the prior's spread at least, even where a few of them look alike. */
const LEAST_SPREAD_SHARE = 0.25;

/**
 * Save rates from a holdout, shrunk in two steps: segments to the action, the action to its prior (Gelman et al., Bayesian Data Analysis,
 * equations 5.17 and 5.20; the spread between segments by DerSimonian & Laird 1986). Save rate = 1 - risk of leaving if treated / risk if
 * held out; below 0 where the action drives customers away.
 *
 * @param prior belief before any data
 * @param measured by segment; empty leaves the prior
 */
export function saveRates(
  prior: { saveRate: number; standardDeviation: number },
  measured: ReadonlyMap<string, Arms>,
): ActionEffect {
  const segments = [...measured].flatMap(([segment, arms]) => {
    const estimate = estimateOf(arms);
    return estimate ? [{ segment, ...estimate }] : [];
  });
  const spread = Math.max(spreadBetween(segments), (LEAST_SPREAD_SHARE * prior.standardDeviation) ** 2);
  let precision = 1 / prior.standardDeviation ** 2;
  let weighted = precision * prior.saveRate;
  for (const { saveRate, variance } of segments) {
    precision += 1 / (variance + spread);
    weighted += saveRate / (variance + spread);
  }
  const mean = weighted / precision;
  const bySegment = new Map(
    segments.map(({ segment, saveRate, variance, customers }) => {
      const own = 1 / variance;
      const shared = 1 / spread;
      const shrink = shared / (own + shared);
      return [
        segment,
        {
          mean: (1 - shrink) * saveRate + shrink * mean,
          standardDeviation: Math.sqrt(1 / (own + shared) + shrink ** 2 / precision),
          customers,
        },
      ];
    }),
  );
  return {
    overall: {
      mean,
      // A segment that was never watched may lie anywhere within the spread.
      standardDeviation: Math.sqrt(1 / precision + spread),
      customers: segments.reduce((sum, { customers }) => sum + customers, 0),
    },
    bySegment,
  };
}

interface SegmentEstimate {
  saveRate: number;
  variance: number;
  customers: number;
}

/** Null while an arm is empty. Half a customer is added to each count (Haldane 1956), so that none and all have a variance too. */
function estimateOf({ treated, heldOut }: Arms): SegmentEstimate | null {
  if (treated.customers === 0 || heldOut.customers === 0) return null;
  const risk = ({ customers, left }: Watched) => (left + 0.5) / (customers + 1);
  const logVariance = (arm: Watched) => (1 - risk(arm)) / (risk(arm) * (arm.customers + 1));
  const ratio = risk(treated) / risk(heldOut);
  return {
    saveRate: 1 - ratio,
    variance: ratio ** 2 * (logVariance(treated) + logVariance(heldOut)),
    customers: treated.customers + heldOut.customers,
  };
}

/** Variance of the true save rates between segments, by moments; 0 where they differ no more than chance would. */
function spreadBetween(segments: readonly SegmentEstimate[]): number {
  if (segments.length < 2) return 0;
  const weights = segments.map(({ variance }) => 1 / variance);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = segments.reduce((sum, { saveRate }, i) => sum + (weights[i] as number) * saveRate, 0) / total;
  const q = segments.reduce((sum, { saveRate }, i) => sum + (weights[i] as number) * (saveRate - mean) ** 2, 0);
  const scale = total - weights.reduce((sum, weight) => sum + weight ** 2, 0) / total;
  return Math.max((q - (segments.length - 1)) / scale, 0);
}
