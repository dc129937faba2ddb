import type { Matrix } from '../../math/cholesky.ts';
import { twoSidedPValue } from '../../math/normal-distribution.ts';
import type { Design } from './design.ts';
import { lifeTable, productLimit } from './kaplan-meier.ts';
import { partialLikelihood, type Ties } from './partial-likelihood.ts';

/** Whether a column's effect stays the same over time. */
export interface ProportionalityTest {
  name: string;
  /** Chi-square with one degree of freedom. */
  chiSquare: number;
  pValue: number;
}

/**
 * The test of Grambsch & Therneau (1994) for each column: whether its scaled Schoenfeld residuals trend with time, on the scale
 * 1 - S(t-) of Kaplan-Meier (left-continuous), as R's cox.zph before version 3 did it.
 */
export function testProportionality(
  design: Design,
  beta: Float64Array,
  covariance: Matrix,
  ties: Ties,
): readonly ProportionalityTest[] {
  const k = design.width;
  const times: { events: number; transformed: number; residual: Float64Array }[] = [];
  const before = failedBefore(design);
  partialLikelihood(design, beta, ties, ({ time, events, residual }) => {
    times.push({ events, transformed: before.get(time) ?? 0, residual });
  });
  const total = times.reduce((sum, { events }) => sum + events, 0);
  const mean = times.reduce((sum, at) => sum + at.events * at.transformed, 0) / total;
  const spread = times.reduce((sum, at) => sum + at.events * (at.transformed - mean) ** 2, 0);
  return design.columns.map(({ name }, j) => {
    const row = covariance[j] as Float64Array;
    let trend = 0;
    for (const { transformed, residual } of times) {
      let scaled = 0;
      for (let i = 0; i < k; i += 1) scaled += (row[i] as number) * (residual[i] as number);
      trend += (transformed - mean) * scaled * total;
    }
    // Events that all came at one time have no trend.
    const z = spread === 0 ? 0 : trend / Math.sqrt(total * (row[j] as number) * spread);
    return { name, chiSquare: z * z, pValue: twoSidedPValue(z) };
  });
}

/** 1 - S(t-) by time of event. */
function failedBefore({ durations, events }: Design): ReadonlyMap<number, number> {
  const rows = Array.from(durations, (duration, i) => ({ duration, event: events[i] === 1, values: [] }));
  const table = lifeTable(rows);
  const survivals = productLimit(table);
  return new Map(table.times.map((time, i) => [time, 1 - (i === 0 ? 1 : (survivals[i - 1] as number))]));
}
