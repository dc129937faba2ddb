import { type Interval, wilson } from '../math/proportions.ts';

/** A share with its 95 % interval (Wilson 1927); null where nobody could count. */
export interface Rate extends Interval {
  share: number;
}

/** How a model treats one group of people, out of fold. */
export interface GroupRates {
  group: string;
  rows: number;
  /** Share who left. */
  baseRate: Rate;
  /** Mean probability: beside the base rate, whether probabilities come true in this group too. */
  meanProbability: number;
  /** Share flagged at the threshold. */
  actionRate: Rate;
  /** Of those who stayed, the share flagged. */
  falsePositiveRate: Rate | null;
  /** Of those who left, the share not flagged. */
  falseNegativeRate: Rate | null;
}

/** What a model said of rows out of fold. */
export interface Decided {
  probabilities: readonly number[];
  labels: readonly number[];
  flagged: (row: number) => boolean;
}

/** Rates of each group, the largest first. */
export function groupRates(
  groups: readonly string[],
  { probabilities, labels, flagged }: Decided,
): readonly GroupRates[] {
  const rowsOf = Map.groupBy(groups.keys(), (row) => groups[row] ?? '');
  return [...rowsOf]
    .map(([group, rows]): GroupRates => {
      const stayed = rows.filter((row) => labels[row] === 0);
      const left = rows.filter((row) => labels[row] === 1);
      return {
        group,
        rows: rows.length,
        baseRate: rate(left.length, rows.length),
        meanProbability: rows.reduce((sum, row) => sum + (probabilities[row] ?? 0), 0) / rows.length,
        actionRate: rate(rows.filter(flagged).length, rows.length),
        falsePositiveRate: stayed.length === 0 ? null : rate(stayed.filter(flagged).length, stayed.length),
        falseNegativeRate: left.length === 0 ? null : rate(left.filter((row) => !flagged(row)).length, left.length),
      };
    })
    .sort((a, b) => b.rows - a.rows || (a.group < b.group ? -1 : 1));
}

/** Two groups whose rates differ most among those whose intervals do not overlap. */
export interface Gap {
  lower: GroupRates;
  higher: GroupRates;
}

/** The widest difference of a rate between groups that chance does not explain by itself; null when there is none. */
export function widestGap(groups: readonly GroupRates[], pick: (group: GroupRates) => Rate | null): Gap | null {
  let widest: Gap | null = null;
  let width = 0;
  for (const lower of groups) {
    for (const higher of groups) {
      const [a, b] = [pick(lower), pick(higher)];
      if (!a || !b || a.high >= b.low || b.share - a.share <= width) continue;
      widest = { lower, higher };
      width = b.share - a.share;
    }
  }
  return widest;
}

function rate(count: number, of: number): Rate {
  return { share: count / of, ...wilson({ count, of }) };
}
