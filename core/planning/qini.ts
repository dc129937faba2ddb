import type { Random } from '../ports/clock.ts';

/** One customer of a randomised trial. */
export interface TrialOutcome {
  treated: boolean;
  /** 1 where the wanted thing happened, else 0; or any amount. */
  outcome: number;
}

/** A point of the Qini curve: treating this share of customers, those ranked highest, gains so much for each treated customer of the trial. */
export interface QiniPoint {
  share: number;
  gain: number;
}

/** A ranking of a trial, ready to be measured again under other weights. */
export interface Ranking {
  /** Rows, highest score first. */
  order: Int32Array;
  /** Where in `order` each group of equal scores ends (exclusive). */
  ends: Int32Array;
}

/** Puts rows in the order of their scores. Equal scores stay one group: who comes first among them is nobody's merit. */
export function rankingOf(scores: readonly number[]): Ranking {
  const order = Int32Array.from(scores.keys()).sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  const ends: number[] = [];
  for (let k = 1; k <= order.length; k += 1) {
    if (k === order.length || scores[order[k] as number] !== scores[order[k - 1] as number]) ends.push(k);
  }
  return { order, ends: Int32Array.from(ends) };
}

/**
 * The Qini curve (Radcliffe 2007): outcomes of the treated among the first, less those of the control group scaled to the same number, for
 * each treated customer of the whole trial. Straight between groups of equal scores. Starts at (0, 0).
 *
 * @param weights how often each row counts; once when left out
 */
export function qiniCurve(
  rows: readonly TrialOutcome[],
  { order, ends }: Ranking,
  weights?: ArrayLike<number>,
): readonly QiniPoint[] {
  const points: { all: number; gained: number }[] = [{ all: 0, gained: 0 }];
  let [treated, control, treatedOutcome, controlOutcome, k] = [0, 0, 0, 0, 0];
  for (const end of ends) {
    for (; k < end; k += 1) {
      const row = order[k] as number;
      const weight = weights?.[row] ?? 1;
      const { treated: isTreated, outcome } = rows[row] as TrialOutcome;
      if (isTreated) {
        treated += weight;
        treatedOutcome += weight * outcome;
      } else {
        control += weight;
        controlOutcome += weight * outcome;
      }
    }
    const expected = control > 0 ? (controlOutcome * treated) / control : 0;
    points.push({ all: treated + control, gained: treatedOutcome - expected });
  }
  const all = treated + control;
  return points.map((point) => ({
    share: all > 0 ? point.all / all : 0,
    gain: treated > 0 ? point.gained / treated : 0,
  }));
}

/**
 * The Qini coefficient: area between the curve and the straight line of a random order. 0 for a random order; negative for a ranking that
 * puts first whom the treatment helps least.
 */
export function qini(rows: readonly TrialOutcome[], ranking: Ranking, weights?: ArrayLike<number>): number {
  const curve = qiniCurve(rows, ranking, weights);
  let area = 0;
  for (const [i, { share, gain }] of curve.entries()) {
    const before = curve[i - 1];
    if (before) area += ((share - before.share) * (gain + before.gain)) / 2;
  }
  return area - (curve.at(-1)?.gain ?? 0) / 2;
}

/** Counts of a bootstrap: Poisson(1) for each row (Hanley & MacGibbon 2006), so that a row's count asks nothing of the others. */
export function bootstrapCounts(rows: number, random: Random): Uint8Array {
  const counts = new Uint8Array(rows);
  for (let row = 0; row < rows; row += 1) {
    // Knuth's method: uniform draws are multiplied until they fall below exp(-1).
    let [product, count] = [random.next(), 0];
    while (product > 0.36787944117144233) {
      product *= random.next();
      count += 1;
    }
    counts[row] = count;
  }
  return counts;
}

/** The q-quantile of values, between neighbours in proportion. NaN of none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  return below + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] ?? Number.NaN) - below);
}
