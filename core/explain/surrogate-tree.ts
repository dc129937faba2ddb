/** A node of a small tree that stands in for a model; a leaf has no question. */
export interface SurrogateNode {
  /** Mean of the model over the rows that come here. */
  value: number;
  /** Share of all rows that come here. */
  share: number;
  /** Rows whose input is at least the threshold go to `yes`. */
  split: { input: number; threshold: number; yes: SurrogateNode; no: SurrogateNode } | null;
}

const DEPTH = 3;
/** A leaf has this share of the rows at least. */
const LEAST_SHARE = 0.02;

/** Grows a regression tree of three levels (CART, Breiman et al. 1984) on what a model says of rows. Needs one row at least. */
export function growSurrogate(rows: readonly (readonly number[])[], values: readonly number[]): SurrogateNode {
  const least = Math.max(1, Math.ceil(LEAST_SHARE * rows.length));
  const grow = (members: readonly number[], depth: number): SurrogateNode => {
    const value = members.reduce((sum, i) => sum + (values[i] as number), 0) / members.length;
    const found = depth < DEPTH ? bestSplit(rows, values, members, least) : null;
    const side = (yes: boolean) =>
      members.filter((i) => (rows[i]?.[found?.input ?? 0] as number) >= (found?.threshold ?? 0) === yes);
    return {
      value,
      share: members.length / rows.length,
      split: found && { ...found, yes: grow(side(true), depth + 1), no: grow(side(false), depth + 1) },
    };
  };
  return grow([...rows.keys()], 0);
}

/** What the tree says of a row. */
export function surrogateValue(node: SurrogateNode, row: readonly number[]): number {
  const { split, value } = node;
  if (!split) return value;
  return surrogateValue((row[split.input] as number) >= split.threshold ? split.yes : split.no, row);
}

/** The split that lowers the squared error most; null when none lowers it or leaves would be too small. */
function bestSplit(
  rows: readonly (readonly number[])[],
  values: readonly number[],
  members: readonly number[],
  least: number,
): { input: number; threshold: number } | null {
  const total = members.reduce((sum, i) => sum + (values[i] as number), 0);
  const n = members.length;
  let best: { input: number; threshold: number } | null = null;
  let most = (total * total) / n + 1e-9;
  for (let input = 0; input < (rows[0]?.length ?? 0); input += 1) {
    const at = (i: number | undefined) => rows[i as number]?.[input] as number;
    const sorted = [...members].sort((a, b) => at(a) - at(b));
    let below = 0;
    for (let k = 1; k < n; k += 1) {
      below += values[sorted[k - 1] as number] as number;
      if (k < least || n - k < least || at(sorted[k]) === at(sorted[k - 1])) continue;
      const kept = (below * below) / k + (total - below) ** 2 / (n - k);
      if (kept > most) [most, best] = [kept, { input, threshold: (at(sorted[k]) + at(sorted[k - 1])) / 2 }];
    }
  }
  return best;
}
