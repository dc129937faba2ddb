/** Where to draw the line: customers with a probability of `threshold` or more are acted on. */
export interface Threshold {
  readonly threshold: number;
  /** What was optimised, at this threshold, on the rows it was chosen on: the F1, the cost, the number of customers. */
  readonly reached: number;
}

/**
 * The threshold with the best F1. Choose it on rows that the model was not fitted to, and judge it on others: on its own rows it
 * looks better than it is. Probabilities that are equal fall on one side together.
 */
export function bestF1Threshold(probabilities: readonly number[], labels: readonly number[]): Threshold {
  const events = labels.reduce((sum, label) => sum + label, 0);
  return bestCut(probabilities, labels, (hits, flagged) => (2 * hits) / (flagged + events));
}

/**
 * The threshold with the least cost on these rows, when acting on a customer who would have stayed costs `falseAlarm` and not acting
 * on one who leaves costs `miss`. For calibrated probabilities it comes near falseAlarm / (falseAlarm + miss) (Elkan 2001).
 */
export function leastCostThreshold(
  probabilities: readonly number[],
  labels: readonly number[],
  costs: { falseAlarm: number; miss: number },
): Threshold {
  const events = labels.reduce((sum, label) => sum + label, 0);
  const { threshold, reached } = bestCut(
    probabilities,
    labels,
    (hits, flagged) => -(costs.falseAlarm * (flagged - hits) + costs.miss * (events - hits)),
  );
  return { threshold, reached: -reached };
}

/**
 * The threshold that flags as many customers as can be acted on, and no more: `capacity` of the rows given, fewer where
 * probabilities are equal. Infinity when even the first tie is too many.
 */
export function capacityThreshold(probabilities: readonly number[], capacity: number): Threshold {
  let best: Threshold = { threshold: Number.POSITIVE_INFINITY, reached: 0 };
  for (const { threshold, flagged } of cuts(probabilities)) {
    if (flagged > capacity) break;
    best = { threshold, reached: flagged };
  }
  return best;
}

/** Flagging nobody is among the choices; of equals the highest threshold, which flags fewest, is taken. */
function bestCut(
  probabilities: readonly number[],
  labels: readonly number[],
  worth: (hits: number, flagged: number) => number,
): Threshold {
  let best = { threshold: Number.POSITIVE_INFINITY, reached: worth(0, 0) };
  for (const { threshold, flagged, hits } of cuts(probabilities, labels)) {
    const reached = worth(hits, flagged);
    if (reached > best.reached) best = { threshold, reached };
  }
  return best;
}

/** Every place to draw the line, from the highest probability down, midway to the next one. */
function* cuts(probabilities: readonly number[], labels: readonly number[] = []) {
  const order = [...probabilities.keys()].sort((i, j) => (probabilities[j] as number) - (probabilities[i] as number));
  let hits = 0;
  for (const [position, i] of order.entries()) {
    hits += labels[i] ?? 0;
    const here = probabilities[i] as number;
    const next = order[position + 1];
    const below = next === undefined ? here : (probabilities[next] as number);
    if (next !== undefined && below === here) continue;
    // Midway may round down to the lower neighbour, which must stay out.
    const middle = (here + below) / 2;
    yield { threshold: middle > below ? middle : here, flagged: position + 1, hits };
  }
}
