import { seededRandom } from '../math/random.ts';
import { inFixedOrder } from '../models/survival/design.ts';
import type { SurvivalRow } from '../models/survival/survival-row.ts';

/** A split of a table: fitted to `training`, judged on `test`. */
export interface Fold {
  training: readonly SurvivalRow[];
  test: readonly SurvivalRow[];
}

/**
 * Splits a table into folds with the same share of events, by chance from a seed. The order of the rows plays no part. Fewer folds than
 * asked for where there are fewer events; none with less than two.
 */
export function survivalFolds(rows: readonly SurvivalRow[], options: { folds: number; seed: number }): readonly Fold[] {
  const random = seededRandom(options.seed);
  const groups = [true, false].map((event) =>
    shuffled(inFixedOrder(rows.filter((row) => row.event === event)), random.next),
  );
  const folds = Math.min(options.folds, groups[0]?.length ?? 0);
  if (folds < 2) return [];
  // One after the other, so that the folds differ by one row at most.
  const dealt = groups.flat();
  return Array.from({ length: folds }, (_, fold) => ({
    training: dealt.filter((_row, i) => i % folds !== fold),
    test: dealt.filter((_row, i) => i % folds === fold),
  }));
}

/** Fisher & Yates. */
function shuffled<T>(items: readonly T[], next: () => number): readonly T[] {
  const deck = [...items];
  for (let last = deck.length - 1; last > 0; last -= 1) {
    const pick = Math.floor(next() * (last + 1));
    [deck[last], deck[pick]] = [deck[pick] as T, deck[last] as T];
  }
  return deck;
}
