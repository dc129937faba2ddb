import type { Random } from '../../ports/clock.ts';

/**
 * The fold, 0..folds - 1, of each row: every fold gets its share of both classes, by chance.
 *
 * @param groups rows with the same entry go to one fold together, such as exact copies; each row its own group when left out
 */
export function stratifiedFolds(
  labels: readonly number[],
  folds: number,
  random: Random,
  groups: readonly (string | number)[] = [...labels.keys()],
): Int32Array {
  const members = new Map<string | number, number[]>();
  for (const [row, group] of groups.entries()) {
    const known = members.get(group);
    if (known) known.push(row);
    else members.set(group, [row]);
  }
  const deck = [...members.values()];
  for (let last = deck.length - 1; last > 0; last -= 1) {
    const pick = Math.floor(random.next() * (last + 1));
    [deck[last], deck[pick]] = [deck[pick] as number[], deck[last] as number[]];
  }
  const fold = new Int32Array(labels.length);
  // One after the other through both classes, so that the folds differ by one group at most.
  const left = (rows: readonly number[]) => rows.some((row) => labels[row] === 1);
  const dealt = [...deck.filter(left), ...deck.filter((rows) => !left(rows))];
  for (const [position, rows] of dealt.entries()) for (const row of rows) fold[row] = position % folds;
  return fold;
}
