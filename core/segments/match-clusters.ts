import { squaredDistance } from '../math/k-means.ts';

/** Farther than this from every earlier centre, in standard deviations, and a cluster is a new one. */
const FARTHEST = 1.5;

/**
 * Letters for the clusters of a refit: of all ways to pair them with the earlier ones that with the least squared distance in all. A cluster
 * without a near partner gets the first letter that was not in use.
 *
 * @param before earlier centres and their letters, at most 12
 * @param centres today's centres, on the same scale
 */
export function matchClusters(
  before: readonly { id: string; centre: readonly number[] }[],
  centres: readonly (readonly number[])[],
): readonly string[] {
  const partner = cheapestPairs(centres.map((centre) => before.map((each) => squaredDistance(each.centre, centre))));
  const used = new Set(before.map(({ id }) => id));
  const fresh = LETTERS.filter((letter) => !used.has(letter));
  return partner.map((index) => (index === null ? (fresh.shift() ?? '?') : (before[index]?.id ?? '?')));
}

const LETTERS = Array.from({ length: 26 }, (_, index) => String.fromCharCode(65 + index));

/** For each row its column or none, each column once, at the least sum: by dynamic programming over the sets of taken columns. */
function cheapestPairs(costs: readonly (readonly number[])[]): readonly (number | null)[] {
  const columns = costs[0]?.length ?? 0;
  const none = FARTHEST * FARTHEST;
  const best = new Map<string, { cost: number; pairs: readonly (number | null)[] }>();
  const solve = (row: number, taken: number): { cost: number; pairs: readonly (number | null)[] } => {
    const line = costs[row];
    if (line === undefined) return { cost: 0, pairs: [] };
    const key = `${row}/${taken}`;
    const known = best.get(key);
    if (known) return known;
    const rest = solve(row + 1, taken);
    let found = { cost: none + rest.cost, pairs: [null, ...rest.pairs] as readonly (number | null)[] };
    for (let column = 0; column < columns; column += 1) {
      const cost = line[column] ?? none;
      if (taken & (1 << column) || cost >= none) continue;
      const others = solve(row + 1, taken | (1 << column));
      if (cost + others.cost < found.cost) found = { cost: cost + others.cost, pairs: [column, ...others.pairs] };
    }
    best.set(key, found);
    return found;
  };
  return solve(0, 0).pairs;
}
