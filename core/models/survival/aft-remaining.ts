import { integrate } from '../../math/quadrature.ts';
import type { AftDistribution } from './aft-distribution.ts';

/** Below this z, survival is 1 to the last bit in every distribution here. */
const CERTAIN = -38;
/** What is left below this share of the customers adds nothing. */
const NOBODY = Math.log(1e-17);

/**
 * Expected time until the event within `horizon`, of a customer who outlived `elapsed`: the integral of S(elapsed + u) / S(elapsed). It
 * is taken over z, where survival falls on the scale of 1 whatever the unit of time, in panels no wider than half the mean time to
 * the event. Null when S(elapsed) is 0 in double precision.
 */
export function aftExpectedRemaining(
  distribution: AftDistribution,
  { mean, scale }: { mean: number; scale: number },
  elapsed: number,
  horizon: number,
): number | null {
  const zOf = (time: number) => (Math.log(time) - mean) / scale;
  const timeOf = (z: number) => Math.exp(mean + scale * z);
  const outlived = distribution.logSurvival(zOf(elapsed))[0];
  if (outlived === Number.NEGATIVE_INFINITY) return null;
  const end = zOf(elapsed + horizon);
  if (end <= CERTAIN) return horizon;
  const ratio = (z: number) => Math.exp(distribution.logSurvival(z)[0] - outlived);
  let z = Math.max(zOf(elapsed), CERTAIN);
  let area = z === CERTAIN ? timeOf(z) - elapsed : 0;
  while (z < end) {
    const [logSurvival, slope] = distribution.logSurvival(z);
    if (logSurvival - outlived < NOBODY) break;
    const next = Math.min(z + 0.5 / Math.max(1, scale, -slope), end);
    // No wider than rounding: the rest of the horizon is too short to be told from its start.
    if (next === z) break;
    area += integrate((at) => ratio(at) * scale * timeOf(at), z, next, 8);
    z = next;
  }
  return Math.min(area, horizon);
}
