import { pairedDifference } from './paired-test.ts';

/** How fast what lies in the past stops counting, chosen by the past itself. */
export interface HalfLife {
  /** Age at which an example counts half, in the unit of its age; null: all count alike. */
  halfLife: number | null;
  /** Mean loss on the inner windows of each that was tried, all alike first. */
  tried: readonly { halfLife: number | null; loss: number }[];
}

/** What an example of some age weighs. */
export function recencyWeight(age: number, halfLife: number | null): number {
  return halfLife === null ? 1 : 2 ** (-age / halfLife);
}

/**
 * Chooses a half-life on windows inside the past, each foreseen by what came before it: the one with the least loss, where it is better
 * than all alike beyond one standard error; else all count alike. What forgets learns from less: it has to be worth it.
 *
 * @param examples in the order of their time
 * @param given.halfLives to try, in the unit of `at`
 * @param given.windows first and last index (exclusive) of each window in `examples`
 * @param given.fit learns from examples with their weights; returns the loss on another example
 */
export function chooseHalfLife<Example>(
  examples: readonly Example[],
  given: {
    halfLives: readonly number[];
    windows: readonly (readonly [number, number])[];
    at: (example: Example) => number;
    fit: (past: readonly Example[], weights: readonly number[]) => ((example: Example) => number) | null;
  },
): HalfLife {
  const { halfLives, windows, at } = given;
  const tried = [null, ...halfLives].map((halfLife) => ({ halfLife, losses: [] as number[] }));
  for (const [from, to] of windows) {
    const past = examples.slice(0, from);
    const judged = examples.slice(from, to);
    const [first] = judged;
    if (!first || past.length === 0) continue;
    const fitted = tried.map(({ halfLife }) =>
      given.fit(
        past,
        past.map((example) => recencyWeight(at(first) - at(example), halfLife)),
      ),
    );
    // A window that one of them cannot be told on says nothing of the others.
    if (fitted.includes(null)) continue;
    for (const [index, loss] of fitted.entries())
      for (const example of judged) tried[index]?.losses.push(loss?.(example) ?? 0);
  }
  const [alike, ...weighted] = tried;
  const mean = (losses: readonly number[]) => losses.reduce((sum, each) => sum + each, 0) / losses.length;
  if (!alike || alike.losses.length === 0) return { halfLife: null, tried: [] };
  const best = weighted.reduce<(typeof tried)[number] | null>(
    (a, b) => (a === null || mean(b.losses) < mean(a.losses) ? b : a),
    null,
  );
  const isBetter = best !== null && pairedDifference(alike.losses, best.losses).verdict === 'better';
  return {
    halfLife: isBetter ? best.halfLife : null,
    tried: tried.map(({ halfLife, losses }) => ({ halfLife, loss: mean(losses) })),
  };
}
