import { squaredDistance } from './k-means.ts';

/**
 * Mean silhouette (Rousseeuw 1987): how much nearer rows are to their own group than to the next one, -1 to 1. Computed on at most
 * `most` rows at even steps, against each other.
 */
export function silhouette(rows: readonly ArrayLike<number>[], assignments: ArrayLike<number>, most: number): number {
  const step = Math.max(1, Math.ceil(rows.length / most));
  const members: { row: ArrayLike<number>; group: number }[] = [];
  for (let i = 0; i < rows.length; i += step) {
    members.push({ row: rows[i] as ArrayLike<number>, group: assignments[i] as number });
  }
  const groups = [...new Set(members.map(({ group }) => group))];
  const sizes = new Map(groups.map((group) => [group, members.filter((each) => each.group === group).length]));
  let total = 0;
  for (const member of members) {
    const sums = new Map<number, number>();
    for (const other of members) {
      const distance = Math.sqrt(squaredDistance(member.row, other.row));
      sums.set(other.group, (sums.get(other.group) ?? 0) + distance);
    }
    const own = sizes.get(member.group) ?? 0;
    // Alone in its group: 0 by definition.
    if (own <= 1) continue;
    const within = (sums.get(member.group) ?? 0) / (own - 1);
    const next = Math.min(
      ...groups
        .filter((group) => group !== member.group)
        .map((group) => (sums.get(group) ?? 0) / (sizes.get(group) ?? 1)),
    );
    if (Number.isFinite(next)) total += (next - within) / Math.max(next, within, Number.MIN_VALUE);
  }
  return total / members.length;
}
