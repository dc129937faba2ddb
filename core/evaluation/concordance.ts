import { averageRanks } from '../math/ranks.ts';

/** Pairs of customers of whom it is known who had the event first. */
export interface Concordance {
  /** Share of pairs in the right order, ties in risk counting half; 0.5 is chance. NaN when there is no pair. */
  concordance: number;
  concordant: number;
  discordant: number;
  tiedRisk: number;
}

/**
 * Harrell's concordance (Harrell et al. 1982) in O(n log n). A pair counts when one had the event and the other was still followed: for
 * longer, or until the same time without an event. Two events at the same time are no pair, as in R's survival.
 *
 * @param risks the higher, the sooner the event
 */
export function concordance(
  durations: ArrayLike<number>,
  events: ArrayLike<boolean>,
  risks: ArrayLike<number>,
): Concordance {
  const n = durations.length;
  const places = Uint32Array.from(averageRanks(risks), (rank) => Math.ceil(rank));
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort(
    (i, j) => (durations[j] as number) - (durations[i] as number),
  );
  const longer = new RankCounts(n);
  let [concordant, discordant, tiedRisk] = [0, 0, 0];
  for (let start = 0; start < n; ) {
    let end = start;
    while (end < n && durations[order[end] as number] === durations[order[start] as number]) end += 1;
    const together = order.subarray(start, end);
    for (const i of together) if (!events[i]) longer.add(places[i] as number);
    for (const i of together) {
      if (!events[i]) continue;
      const place = places[i] as number;
      const below = longer.upTo(place - 1);
      const upTo = longer.upTo(place);
      concordant += below;
      tiedRisk += upTo - below;
      discordant += longer.total - upTo;
    }
    for (const i of together) if (events[i]) longer.add(places[i] as number);
    start = end;
  }
  return summed({ concordant, discordant, tiedRisk });
}

/** The concordance of pairs counted apart, e.g. within each fold. */
export function summed(...parts: readonly Omit<Concordance, 'concordance'>[]): Concordance {
  let [concordant, discordant, tiedRisk] = [0, 0, 0];
  for (const part of parts) {
    concordant += part.concordant;
    discordant += part.discordant;
    tiedRisk += part.tiedRisk;
  }
  const pairs = concordant + discordant + tiedRisk;
  return { concordance: (concordant + tiedRisk / 2) / pairs, concordant, discordant, tiedRisk };
}

/** How many were added at each rank 1..n, summed up from below (Fenwick 1994). */
class RankCounts {
  total = 0;
  readonly tree: Uint32Array;

  constructor(n: number) {
    this.tree = new Uint32Array(n + 1);
  }

  add(rank: number): void {
    this.total += 1;
    for (let i = rank; i < this.tree.length; i += i & -i) this.tree[i] = (this.tree[i] as number) + 1;
  }

  upTo(rank: number): number {
    let sum = 0;
    for (let i = rank; i > 0; i -= i & -i) sum += this.tree[i] as number;
    return sum;
  }
}
