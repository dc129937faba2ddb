/** A rising curve from log-odds to probability: linear between its points, level beyond them. */
export interface IsotonicCurve {
  /** Log-odds, rising. */
  readonly at: readonly number[];
  /** Probabilities above 0 and below 1, rising. */
  readonly probability: readonly number[];
}

interface Block {
  sum: number;
  events: number;
  rows: number;
}

/**
 * Isotonic calibration (Zadrozny & Elkan 2002) by pooling adjacent violators. Each block's share of events stands at the block's mean
 * log-odds and the curve is linear between (Oron & Flournoy 2017), so that it keeps the order of customers inside a block. A share of none
 * or all is drawn in by half a customer: a sample proves nothing certain.
 *
 * @param logOdds one for each outcome, from a model that was not fitted to these outcomes; some hundreds at least
 */
export function isotonicCurve(logOdds: readonly number[], labels: readonly (0 | 1)[]): IsotonicCurve {
  const blocks: Block[] = [];
  for (const block of distinctValues(logOdds, labels)) {
    blocks.push(block);
    for (;;) {
      const [lower, upper] = blocks.slice(-2);
      if (!lower || !upper || lower.events * upper.rows < upper.events * lower.rows) break;
      blocks.splice(-2, 2, {
        sum: lower.sum + upper.sum,
        events: lower.events + upper.events,
        rows: lower.rows + upper.rows,
      });
    }
  }
  return { at: blocks.map(({ sum, rows }) => sum / rows), probability: drawnIn(blocks) };
}

/** The shares of the blocks, without 0 and 1, which only the first and the last can have; still rising. */
function drawnIn(blocks: readonly Block[]): readonly number[] {
  const shares = blocks.map(({ events, rows }) => events / rows);
  const last = blocks.length - 1;
  return blocks.map(({ events, rows }) => {
    if (events > 0 && events < rows) return events / rows;
    const drawn = Math.min(Math.max(events, 0.5), rows - 0.5) / rows;
    if (blocks.length === 1) return drawn;
    return events === 0 ? Math.min(drawn, shares[1] as number) : Math.max(drawn, shares[last - 1] as number);
  });
}

/** The probability of log-odds on a curve. */
export function isotonicProbability({ at, probability }: IsotonicCurve, logOdds: number): number {
  let [low, high] = [0, at.length - 1];
  if (logOdds <= (at[low] as number)) return probability[low] as number;
  if (logOdds >= (at[high] as number)) return probability[high] as number;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((at[middle] as number) <= logOdds) low = middle;
    else high = middle;
  }
  const share = (logOdds - (at[low] as number)) / ((at[high] as number) - (at[low] as number));
  const [from, to] = [probability[low] as number, probability[high] as number];
  return Math.min(from + share * (to - from), to);
}

/** One block for each distinct value, rising. */
function distinctValues(logOdds: readonly number[], labels: readonly (0 | 1)[]): readonly Block[] {
  const order = [...logOdds.keys()].sort((i, j) => (logOdds[i] as number) - (logOdds[j] as number));
  const blocks: Block[] = [];
  let previous = Number.NaN;
  for (const i of order) {
    const value = logOdds[i] as number;
    let block = blocks.at(-1);
    if (!block || value !== previous) {
      block = { sum: 0, events: 0, rows: 0 };
      blocks.push(block);
    }
    block.sum += value;
    block.events += labels[i] as number;
    block.rows += 1;
    previous = value;
  }
  return blocks;
}
