import { BINS } from './bins.ts';
import { MODE, type Shop } from './phases.ts';
import type { FeatureTable } from './table.ts';

/** Most cuts of a number: 255 bins for values, one for missing. */
const MAX_CUTS = BINS - 2;

/** The sort key of NaN: the greatest. */
const MISSING_KEY = 0xffffffff;

/** Where a number's bins end: a value is in bin b when b cuts are not above it. Empty for a category: its bins are its codes. */
export type Cuts = Float32Array;

/**
 * Puts every value into its bin, by column and by row, and sets each feature's bins and mode. A number with at most 255 distinct
 * values gets a bin for each; else bins hold equal counts. Cuts lie midway between neighbouring values of the rows that train.
 *
 * @param trains 1 for rows that train, 0 for rows held out
 */
export function binTable(shop: Shop, table: FeatureTable, trains: Uint8Array): readonly Cuts[] {
  const { plan, memory, u8, i32, f32 } = shop;
  const { at } = plan;
  const constrained = plan.monotone.some((direction) => direction !== 0);
  const u32 = new Uint32Array(memory.buffer);
  // Training has not begun: its row regions serve for sorting.
  const keys = at.index;
  const copy = at.spare;
  const sorted = at.gradients;
  const width = table.features.length;
  const all: Cuts[] = [];
  for (const [f, feature] of table.features.entries()) {
    const column = at.columns + f * plan.paddedRows;
    let hasMissing = false;
    let cuts: Cuts = new Float32Array(0);
    let bins: number;
    if (feature.kind === 'category') {
      bins = feature.categories.length;
      for (let i = 0; i < table.rows; i += 1) {
        const code = table.values[i * width + f] as number;
        const bin = Number.isNaN(code) ? BINS - 1 : code;
        hasMissing ||= bin === BINS - 1;
        u8[column + i] = bin;
        u8[at.rows + i * plan.stride + f] = bin;
      }
    } else {
      const from = keys >> 2;
      for (let i = 0, at = f; i < table.rows; i += 1, at += width) {
        // + 0 turns -0 into 0, which must not be another value.
        f32[from + i] = (table.values[at] as number) + 0;
      }
      memory.kernels.sortKeys(keys, table.rows);
      const training = copyTraining(u32.subarray(from, from + table.rows), trains, u32.subarray(copy >> 2));
      memory.kernels.radixSort(copy, sorted, training, at.sortCounts);
      cuts = chooseCuts(u32.subarray(sorted >> 2, (sorted >> 2) + training));
      hasMissing = u32.subarray(from, from + table.rows).includes(MISSING_KEY);
      const slots = u32.subarray(at.cuts >> 2, (at.cuts >> 2) + BINS);
      slots.fill(MISSING_KEY);
      f32.set(cuts, at.cuts >> 2);
      memory.kernels.sortKeys(at.cuts, cuts.length);
      memory.kernels.assignBins(keys, table.rows, at.cuts, column, at.rows + f, plan.stride);
      bins = cuts.length + 1;
    }
    all.push(cuts);
    i32[(at.binCounts >> 2) + f] = bins;
    u8[at.modes + f] =
      feature.kind === 'category'
        ? MODE.special | MODE.category
        : constrained
          ? MODE.special
          : hasMissing
            ? MODE.scan | MODE.missing
            : MODE.scan;
  }
  return all;
}

/** Copies the keys of rows that train; returns how many. */
function copyTraining(keys: Uint32Array, trains: Uint8Array, target: Uint32Array): number {
  if (!trains.includes(0)) {
    target.set(keys);
    return keys.length;
  }
  let count = 0;
  for (let i = 0; i < keys.length; i += 1) {
    if (!trains[i]) continue;
    target[count] = keys[i] as number;
    count += 1;
  }
  return count;
}

/** Cuts of rising sort keys; missing values come last and do not count. */
function chooseCuts(keys: Uint32Array): Float32Array {
  let present = keys.length;
  while (present > 0 && keys[present - 1] === MISSING_KEY) present -= 1;
  const distinct: number[] = [];
  for (let i = 0; i < present && distinct.length <= BINS - 1; i += 1) {
    if (i === 0 || keys[i] !== keys[i - 1]) distinct.push(i);
  }
  // Positions where a bin begins.
  const starts: number[] = [];
  if (distinct.length <= BINS - 1) starts.push(...distinct.slice(1));
  else {
    for (let b = 1; b <= MAX_CUTS; b += 1) {
      let start = Math.floor((b * present) / (MAX_CUTS + 1));
      while (start > 0 && keys[start - 1] === keys[start]) start -= 1;
      if (start > 0 && start !== starts.at(-1)) starts.push(start);
    }
  }
  const cuts = starts.map((start) => midway(floatOf(keys[start - 1] as number), floatOf(keys[start] as number)));
  return Float32Array.from(cuts);
}

/** An f32 above a and not above b. */
function midway(a: number, b: number): number {
  const middle = Math.fround(a / 2 + b / 2);
  return middle > a ? middle : b;
}

const word = new DataView(new ArrayBuffer(4));

/** Back from a sort key to the f32 it stands for. */
function floatOf(key: number): number {
  word.setUint32(0, key & 0x80000000 ? key ^ 0x80000000 : ~key);
  return word.getFloat32(0);
}
