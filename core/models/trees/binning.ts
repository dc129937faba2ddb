import { BINS, MISSING_BIN } from './bins.ts';
import { rowsOf, SORT_COUNT_BYTES, sortingBytes } from './plan.ts';
import { CONTROL, MODE, rowFloats, type Shop } from './shop.ts';

/** Most cuts of a number: 255 bins for values, one for missing. */
const MAX_CUTS = BINS - 2;

/** The sort key of NaN: the greatest. */
const MISSING_KEY = 0xffffffff;

/** Where a number's bins end: a value is in bin b when b cuts are not above it. Empty for a category: its bins are its codes. */
export type Cuts = Float32Array;

/**
 * Puts every value of a feature into its bin, by column, and sets the feature's bins and mode, feature after feature as threads come
 * free. A number with at most 255 distinct values gets a bin for each; else bins hold equal counts. Cuts lie midway between
 * neighbouring values of the rows that train (weight above 0).
 */
export function binFeatures(shop: Shop, thread: number): void {
  const { plan, i32 } = shop;
  const constrained = plan.monotone.some((direction) => direction !== 0);
  const next = (plan.at.control >> 2) + CONTROL.nextFeature;
  for (let f = Atomics.add(i32, next, 1); f < plan.features; f = Atomics.add(i32, next, 1)) {
    const categories = plan.categories[f] as number;
    const { bins, hasMissing } = categories > 0 ? binCategory(shop, f) : binNumber(shop, f, thread);
    i32[(plan.at.binCounts >> 2) + f] = bins;
    const scanned = hasMissing ? MODE.scan | MODE.missing : MODE.scan;
    const special = categories > 0 ? MODE.special | MODE.category : MODE.special;
    shop.u8[plan.at.modes + f] = categories > 0 || constrained ? special : scanned;
  }
}

/** Writes a thread's rows of the row-wise table from the columns. */
export function binRows({ plan, memory }: Shop, thread: number): void {
  const { at, features, paddedRows, stride } = plan;
  const [first, last] = rowsOf(plan, thread);
  memory.kernels.rowsFromColumns(at.columns, paddedRows, features, first, last, at.rows, stride);
}

/** The cuts of each feature, once all are binned. */
export function cutsOf({ plan, i32, u32 }: Shop): readonly Cuts[] {
  return plan.categories.map((categories, f) => {
    const slot = (plan.at.cuts >> 2) + f * BINS;
    const count = categories > 0 ? 0 : (i32[(plan.at.binCounts >> 2) + f] as number) - 1;
    return Float32Array.from(u32.subarray(slot, slot + count), floatOf);
  });
}

interface Binned {
  readonly bins: number;
  readonly hasMissing: boolean;
}

function binCategory({ plan, values, u8 }: Shop, f: number): Binned {
  const column = plan.at.columns + f * plan.paddedRows;
  let hasMissing = false;
  for (let i = 0; i < plan.rows; i += 1) {
    const code = values[i * plan.features + f] as number;
    const bin = Number.isNaN(code) ? MISSING_BIN : code;
    hasMissing ||= bin === MISSING_BIN;
    u8[column + i] = bin;
  }
  return { bins: plan.categories[f] as number, hasMissing };
}

function binNumber(shop: Shop, f: number, thread: number): Binned {
  const { plan, memory, values, u32, f32 } = shop;
  const { at, rows, features, paddedRows } = plan;
  const { kernels } = memory;
  const counts = at.sorting + thread * sortingBytes(paddedRows);
  const keys = counts + SORT_COUNT_BYTES;
  const training = keys + 4 * paddedRows;
  const sorted = training + 4 * paddedRows;
  const from = keys >> 2;
  for (let i = 0, value = f; i < rows; i += 1, value += features) {
    // + 0 turns -0 into 0, which must not be another value.
    f32[from + i] = (values[value] as number) + 0;
  }
  kernels.sortKeys(keys, rows);
  const own = u32.subarray(from, from + rows);
  const trained = copyTraining(own, rowFloats(shop, 'weights'), u32.subarray(training >> 2));
  kernels.radixSort(training, sorted, trained, counts);
  const cuts = chooseCuts(u32.subarray(sorted >> 2, (sorted >> 2) + trained));
  const cutsAt = at.cuts + f * BINS * 4;
  u32.fill(MISSING_KEY, cutsAt >> 2, (cutsAt >> 2) + BINS);
  f32.set(cuts, cutsAt >> 2);
  kernels.sortKeys(cutsAt, cuts.length);
  kernels.assignBins(keys, rows, cutsAt, at.columns + f * paddedRows);
  return { bins: cuts.length + 1, hasMissing: own.includes(MISSING_KEY) };
}

/** Copies the keys of rows that train; returns how many. */
function copyTraining(keys: Uint32Array, weights: Float32Array, target: Uint32Array): number {
  let count = 0;
  for (let i = 0; i < keys.length; i += 1) {
    target[count] = keys[i] as number;
    if ((weights[i] as number) > 0) count += 1;
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
