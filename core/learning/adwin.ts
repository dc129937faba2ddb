/** A window over a stream that forgets what is no longer true of it. */
export interface AdaptiveWindow {
  /** Takes the next value in; true when the mean changed, and what came before the change was dropped. */
  add(value: number): boolean;
  /** Values in the window, and their mean. */
  readonly width: number;
  readonly mean: number;
}

/** Some neighbouring values: their number is 2 to the power of their row. */
interface Bucket {
  total: number;
  /** Sum of squared deviations from their mean. */
  squares: number;
}

/** Buckets of a size before the two oldest become one of the next (the paper's M). */
const BUCKETS_PER_ROW = 5;
/** Parts of fewer values are not compared. */
const SHORTEST_PART = 5;

/**
 * ADWIN2: a window that grows as long as no two parts of it have means that differ by more than chance allows, and drops its oldest part
 * when they do (Bifet & Gavaldà 2007, SDM, section 4; the variance-based bound of theorem 3.2's remark). Memory and time are
 * logarithmic in the width.
 *
 * @param delta 0..1: chance of a false alarm, as the bound has it
 */
export function adaptiveWindow(delta: number): AdaptiveWindow {
  /** Row i holds buckets of 2^i values, the oldest first. */
  const rows: Bucket[][] = [[]];
  let width = 0;
  let total = 0;
  let squares = 0;

  const insert = (value: number) => {
    if (width > 0) squares += (width / (width + 1)) * (value - total / width) ** 2;
    width += 1;
    total += value;
    (rows[0] as Bucket[]).push({ total: value, squares: 0 });
    for (let row = 0; (rows[row] as Bucket[]).length > BUCKETS_PER_ROW; row += 1) {
      const [first, second] = (rows[row] as Bucket[]).splice(0, 2) as [Bucket, Bucket];
      const size = 2 ** row;
      const apart = (first.total - second.total) / size;
      const united = {
        total: first.total + second.total,
        squares: first.squares + second.squares + (size / 2) * apart ** 2,
      };
      const next = rows[row + 1];
      if (next) next.push(united);
      else rows.push([united]);
    }
  };
  const dropOldest = () => {
    const row = rows.findLastIndex((buckets) => buckets.length > 0);
    const oldest = rows[row]?.shift();
    if (!oldest) return;
    const size = 2 ** row;
    const rest = width - size;
    if (rest > 0) {
      const apart = oldest.total / size - (total - oldest.total) / rest;
      squares = Math.max(squares - oldest.squares - ((size * rest) / width) * apart ** 2, 0);
    } else squares = 0;
    width = rest;
    total -= oldest.total;
  };
  const isCut = (): boolean => {
    const logTerm = Math.log((2 * Math.log(width)) / delta);
    const variance = squares / width;
    let [before, beforeTotal] = [0, 0];
    for (let row = rows.length - 1; row >= 0; row -= 1) {
      for (const bucket of rows[row] as Bucket[]) {
        before += 2 ** row;
        beforeTotal += bucket.total;
        const after = width - before;
        if (after < SHORTEST_PART) return false;
        if (before < SHORTEST_PART) continue;
        const share = 1 / before + 1 / after;
        const bound = Math.sqrt(2 * share * variance * logTerm) + (2 / 3) * share * logTerm;
        if (Math.abs(beforeTotal / before - (total - beforeTotal) / after) > bound) return true;
      }
    }
    return false;
  };

  return {
    add: (value) => {
      insert(value);
      let changed = false;
      while (width >= 2 * SHORTEST_PART && isCut()) {
        dropOldest();
        changed = true;
      }
      return changed;
    },
    get width() {
      return width;
    },
    get mean() {
      return width === 0 ? 0 : total / width;
    },
  };
}
