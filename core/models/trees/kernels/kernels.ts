// AssemblyScript: compiled to kernels.wasm by `npm run build:kernels`. Every function has a twin of the same arithmetic in
// ../plain-kernels.ts; the two must give the same bits. Arguments are byte addresses in one shared memory (see ../memory.ts).
//
// A histogram holds, for each feature, 256 entries of 8 bytes: the sum of quantised hessians in the low 32 bits and of quantised
// gradients in the high 32 bits, so that one 64-bit addition adds both. Entry 255 is for missing values.

const BINS: usize = 256;
const HISTOGRAM_SHIFT: usize = 11;
const MISSING_OFFSET: usize = 255 << 3;

@inline
function addTo(histogram: usize, bin: usize, packed: i64): void {
  const at = histogram + (bin << 3);
  store<i64>(at, load<i64>(at) + packed);
}

@inline
function addPair(row: usize, histogram: usize, packed: i64): void {
  addTo(histogram, <usize>load<u8>(row), packed);
  addTo(histogram + (BINS << 3), <usize>load<u8>(row, 1), packed);
}

/** Empties the entries in use of `features` histograms. */
export function zero(histogram: usize, features: i32, bins: usize): void {
  for (let f: usize = 0; f < <usize>features; f++) {
    const at = histogram + (f << HISTOGRAM_SHIFT);
    memory.fill(at, 0, <usize>load<i32>(bins + (f << 2)) << 3);
    store<i64>(at, 0, MISSING_OFFSET);
  }
}

/**
 * Adds `count` rows to the histograms of all features (an even number; the last may be padding). Rows of a batch of 32 are touched
 * before they are added: without it every gathered row waits for memory (500,000 rows: more than twice the time).
 */
export function histogram(rows: usize, stride: usize, features: i32, index: usize, count: i32, gradients: usize, hist: usize): i32 {
  let seen: i32 = 0;
  const end = index + (<usize>count << 2);
  const eights = features >> 3;
  const pairs = (features & 7) >> 1;
  while (index < end) {
    const batchEnd = min(end, index + 128);
    for (let ahead = index; ahead < batchEnd; ahead += 4) {
      const i = <usize>load<u32>(ahead);
      seen |= <i32>load<u8>(rows + i * stride) | load<i32>(gradients + (i << 3));
    }
    for (; index < batchEnd; index += 4) {
      const i = <usize>load<u32>(index);
      const packed = load<i64>(gradients + (i << 3));
      let row = rows + i * stride;
      let at = hist;
      for (let k = 0; k < eights; k++) {
        addPair(row, at, packed);
        addPair(row + 2, at + 4096, packed);
        addPair(row + 4, at + 8192, packed);
        addPair(row + 6, at + 12288, packed);
        row += 8;
        at += 16384;
      }
      for (let k = 0; k < pairs; k++) {
        addPair(row, at, packed);
        row += 2;
        at += 4096;
      }
    }
  }
  return seen;
}

/** target += source, features first..last-1. */
export function add(target: usize, source: usize, first: i32, last: i32, bins: usize): void {
  for (let f = <usize>first; f < <usize>last; f++) {
    const t = target + (f << HISTOGRAM_SHIFT);
    const s = source + (f << HISTOGRAM_SHIFT);
    const bytes = <usize>load<i32>(bins + (f << 2)) << 3;
    for (let k: usize = 0; k < bytes; k += 8) store<i64>(t + k, load<i64>(t + k) + load<i64>(s + k));
    store<i64>(t, load<i64>(t, MISSING_OFFSET) + load<i64>(s, MISSING_OFFSET), MISSING_OFFSET);
  }
}

/** target -= source, features first..last-1: the larger child from its parent and its sibling. */
export function subtract(target: usize, source: usize, first: i32, last: i32, bins: usize): void {
  for (let f = <usize>first; f < <usize>last; f++) {
    const t = target + (f << HISTOGRAM_SHIFT);
    const s = source + (f << HISTOGRAM_SHIFT);
    const bytes = <usize>load<i32>(bins + (f << 2)) << 3;
    for (let k: usize = 0; k < bytes; k += 8) store<i64>(t + k, load<i64>(t + k) - load<i64>(s + k));
    store<i64>(t, load<i64>(t, MISSING_OFFSET) - load<i64>(s, MISSING_OFFSET), MISSING_OFFSET);
  }
}

let bestGain: f32 = 0;
let bestFeature: i32 = -1;
let bestBin: i32 = 0;
let bestMissingLeft: i32 = 0;
let bestLeft: i64 = 0;

/** Looks for a better cut in the running sums of one feature; `extra` (the missing rows) is added to every left side. */
@inline
function scanSums(scratch: usize, cuts: i32, extra: i64, total: i64, lambda: f32, minHessian: i32, feature: i32, missingLeft: i32): void {
  const G = i32x4.splat(<i32>(total >> 32));
  const H = i32x4.splat(<i32>total);
  const L = f32x4.splat(lambda);
  const M = i32x4.splat(minHessian);
  const extraG = i32x4.splat(<i32>(extra >> 32));
  const extraH = i32x4.splat(<i32>extra);
  let best = f32x4.splat(bestGain);
  for (let b = 0; b < cuts; b += 4) {
    const low = v128.load(scratch + (<usize>b << 3));
    const high = v128.load(scratch + (<usize>b << 3), 16);
    const hl = i32x4.add(v128.shuffle<i32>(low, high, 0, 2, 4, 6), extraH);
    const gl = i32x4.add(v128.shuffle<i32>(low, high, 1, 3, 5, 7), extraG);
    const hr = i32x4.sub(H, hl);
    const gr = i32x4.sub(G, gl);
    const fl = f32x4.convert_i32x4_s(gl);
    const fr = f32x4.convert_i32x4_s(gr);
    const gain = f32x4.add(
      f32x4.div(f32x4.mul(fl, fl), f32x4.add(f32x4.convert_i32x4_s(hl), L)),
      f32x4.div(f32x4.mul(fr, fr), f32x4.add(f32x4.convert_i32x4_s(hr), L)),
    );
    const better = v128.and(v128.and(i32x4.ge_s(hl, M), i32x4.ge_s(hr, M)), f32x4.gt(gain, best));
    if (v128.any_true(better)) {
      const bits = i32x4.bitmask(better);
      if (bits & 1 && b < cuts) keep(f32x4.extract_lane(gain, 0), feature, b, missingLeft);
      if (bits & 2 && b + 1 < cuts) keep(f32x4.extract_lane(gain, 1), feature, b + 1, missingLeft);
      if (bits & 4 && b + 2 < cuts) keep(f32x4.extract_lane(gain, 2), feature, b + 2, missingLeft);
      if (bits & 8 && b + 3 < cuts) keep(f32x4.extract_lane(gain, 3), feature, b + 3, missingLeft);
      if (bestFeature == feature && bestMissingLeft == missingLeft) {
        bestLeft = load<i64>(scratch + (<usize>bestBin << 3)) + extra;
      }
      best = f32x4.splat(bestGain);
    }
  }
}

@inline
function keep(gain: f32, feature: i32, bin: i32, missingLeft: i32): void {
  if (gain <= bestGain) return;
  bestGain = gain;
  bestFeature = feature;
  bestBin = bin;
  bestMissingLeft = missingLeft;
}

/**
 * The best cut among features first..last-1 whose mode has bit 0 set; bit 1 says that the feature has missing values, which are then
 * tried on both sides. `out` holds gain f32, feature, bin, missingLeft, left hessian, left gradient, and is read first: a cut must
 * beat its gain.
 */
export function scan(hist: usize, first: i32, last: i32, bins: usize, modes: usize, totalG: i32, totalH: i32, lambda: f32, minHessian: i32, scratch: usize, out: usize): void {
  const total = ((<i64>totalG) << 32) + <i64>(<u32>totalH);
  bestGain = load<f32>(out);
  bestFeature = load<i32>(out, 4);
  bestBin = load<i32>(out, 8);
  bestMissingLeft = load<i32>(out, 12);
  bestLeft = load<i64>(out, 16);
  for (let f = first; f < last; f++) {
    const mode = load<u8>(modes + <usize>f);
    if (!(mode & 1)) continue;
    const n = load<i32>(bins + (<usize>f << 2));
    const at = hist + (<usize>f << HISTOGRAM_SHIFT);
    let sum: i64 = 0;
    for (let b: usize = 0; b < <usize>n; b++) {
      sum += load<i64>(at + (b << 3));
      store<i64>(scratch + (b << 3), sum);
    }
    const missing = mode & 2 ? load<i64>(at, MISSING_OFFSET) : 0;
    // A cut after the last bin tells only missing from present.
    scanSums(scratch, missing ? n : n - 1, 0, total, lambda, minHessian, f, 0);
    if (missing) scanSums(scratch, n - 1, missing, total, lambda, minHessian, f, 1);
  }
  store<f32>(out, bestGain);
  store<i32>(out, bestFeature, 4);
  store<i32>(out, bestBin, 8);
  store<i32>(out, bestMissingLeft, 12);
  store<i64>(out, bestLeft, 16);
}

/** Stable partition of `count` row numbers by side[bin] (1 = left); returns how many went left. */
export function partition(column: usize, index: usize, count: i32, side: usize, spare: usize): i32 {
  let left = index;
  let right = spare;
  const end = index + (<usize>count << 2);
  for (let k = index; k < end; k += 4) {
    const i = load<u32>(k);
    const step = <usize>load<u8>(side + <usize>load<u8>(column + <usize>i)) << 2;
    store<u32>(left, i);
    store<u32>(right, i);
    left += step;
    right += 4 - step;
  }
  memory.copy(left, spare, right - spare);
  return <i32>((left - index) >> 2);
}

/** margin += the value of the side that each row falls on. */
export function addLeaves(column: usize, index: usize, count: i32, side: usize, margins: usize, left: f32, right: f32): void {
  const end = index + (<usize>count << 2);
  for (let k = index; k < end; k += 4) {
    const i = <usize>load<u32>(k);
    const at = margins + (i << 2);
    store<f32>(at, load<f32>(at) + select<f32>(left, right, load<u8>(side + <usize>load<u8>(column + i))));
  }
}

// Cephes' expf: 2^n by the exponent's bits, the rest by a polynomial; relative error 2e-7 on -87..87.
@inline
function exp4(x0: v128): v128 {
  let x = f32x4.max(f32x4.min(x0, f32x4.splat(87.0)), f32x4.splat(-87.0));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504)));
  x = f32x4.sub(f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375))), f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let y = f32x4.splat(1.9875691500e-4);
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(1.3981999507e-3));
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(8.3334519073e-3));
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(4.1665795894e-2));
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(1.6666665459e-1));
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(5.0000001201e-1));
  y = f32x4.add(f32x4.add(f32x4.mul(y, f32x4.mul(x, x)), x), f32x4.splat(1.0));
  return f32x4.mul(y, i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23));
}

/**
 * Gradient and hessian of the logistic loss for `count` rows (a multiple of 4; padding has weight 0), as pairs of f32 (hessian,
 * gradient); `sums` receives the sums of |gradient| and of hessian.
 */
export function logisticGradients(margins: usize, labels: usize, weights: usize, count: i32, gradients: usize, sums: usize): void {
  const one = f32x4.splat(1.0);
  const tiny = f32x4.splat(1e-16);
  let sumG = f64x2.splat(0);
  let sumH = f64x2.splat(0);
  for (let at: usize = 0; at < <usize>count << 2; at += 16) {
    const p = f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(v128.load(margins + at)))));
    const w = v128.load(weights + at);
    const g = f32x4.mul(f32x4.sub(p, v128.load(labels + at)), w);
    const h = f32x4.mul(f32x4.max(f32x4.mul(p, f32x4.sub(one, p)), tiny), w);
    v128.store(gradients + (at << 1), v128.shuffle<i32>(h, g, 0, 4, 1, 5));
    v128.store(gradients + (at << 1), v128.shuffle<i32>(h, g, 2, 6, 3, 7), 16);
    const a = f32x4.abs(g);
    sumG = f64x2.add(f64x2.add(sumG, f64x2.promote_low_f32x4(a)), f64x2.promote_low_f32x4(v128.shuffle<i32>(a, a, 2, 3, 2, 3)));
    sumH = f64x2.add(f64x2.add(sumH, f64x2.promote_low_f32x4(h)), f64x2.promote_low_f32x4(v128.shuffle<i32>(h, h, 2, 3, 2, 3)));
  }
  store<f64>(sums, f64x2.extract_lane(sumG, 0) + f64x2.extract_lane(sumG, 1));
  store<f64>(sums, f64x2.extract_lane(sumH, 0) + f64x2.extract_lane(sumH, 1), 8);
}

/**
 * Turns (hessian, gradient) pairs of f32 into pairs of i32 in place, by scales that are powers of two; adds them to the packed total
 * at `total`; and numbers the rows from `firstRow` into `index`. `count` is a multiple of 4.
 */
export function quantise(gradients: usize, count: i32, scaleG: f32, scaleH: f32, index: usize, firstRow: i32, total: usize): void {
  let scale = f32x4.splat(scaleH);
  scale = f32x4.replace_lane(scale, 1, scaleG);
  scale = f32x4.replace_lane(scale, 3, scaleG);
  let sum = i64x2.splat(0);
  const end = gradients + (<usize>count << 3);
  for (let at = gradients; at < end; at += 16) {
    const q = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(at), scale)));
    v128.store(at, q);
    sum = i64x2.add(sum, q);
  }
  for (let k: usize = 0; k < <usize>count; k++) store<u32>(index + (k << 2), <u32>firstRow + <u32>k);
  store<i64>(total, load<i64>(total) + i64x2.extract_lane(sum, 0) + i64x2.extract_lane(sum, 1));
}

/** f32 values to unsigned keys of the same order; NaN becomes the greatest. */
export function sortKeys(values: usize, count: i32): void {
  const end = values + (<usize>count << 2);
  for (let at = values; at < end; at += 4) {
    const v = load<i32>(at);
    const nan = (v & 0x7fffffff) > 0x7f800000;
    store<u32>(at, nan ? 0xffffffff : <u32>(v ^ ((v >> 31) | <i32>0x80000000)));
  }
}

/** Sorts `count` keys by three passes (11, 11, 10 bits); the result is in `b`, `a` is overwritten. `counts`: 24,576 bytes. */
export function radixSort(a: usize, b: usize, count: i32, counts: usize): void {
  memory.fill(counts, 0, 24576);
  const bytes = <usize>count << 2;
  for (let at: usize = 0; at < bytes; at += 4) {
    const k = load<u32>(a + at);
    let c = counts + (<usize>(k & 2047) << 2);
    store<u32>(c, load<u32>(c) + 1);
    c = counts + 8192 + (<usize>((k >> 11) & 2047) << 2);
    store<u32>(c, load<u32>(c) + 1);
    c = counts + 16384 + (<usize>(k >> 22) << 2);
    store<u32>(c, load<u32>(c) + 1);
  }
  for (let pass = 0; pass < 3; pass++) {
    const table = counts + (<usize>pass << 13);
    let start: u32 = 0;
    for (let j: usize = 0; j < 8192; j += 4) {
      const t = load<u32>(table + j);
      store<u32>(table + j, start);
      start += t;
    }
    const shift = pass * 11;
    for (let at: usize = 0; at < bytes; at += 4) {
      const k = load<u32>(a + at);
      const c = table + (<usize>((k >> shift) & 2047) << 2);
      const d = load<u32>(c);
      store<u32>(c, d + 1);
      store<u32>(b + (<usize>d << 2), k);
    }
    const t = a;
    a = b;
    b = t;
  }
}

/** The bin of each key: how many cuts are not above it (256 keys, padded with the greatest); 255 for NaN. */
export function assignBins(keys: usize, count: i32, cuts: usize, column: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const v = load<u32>(keys + (i << 2));
    let bin: usize = 255;
    if (v != 0xffffffff) {
      bin = 0;
      for (let step: usize = 128; step; step >>= 1) bin += load<u32>(cuts + ((bin + step - 1) << 2)) <= v ? step : 0;
    }
    store<u8>(column + i, <u8>bin);
  }
}

/**
 * Rows first..last-1 of the row-wise table from `features` columns that lie `columnBytes` apart, in blocks of 512 rows so that the rows
 * written stay in the cache while column after column is read.
 */
export function rowsFromColumns(columns: usize, columnBytes: usize, features: i32, first: i32, last: i32, rows: usize, stride: usize): void {
  for (let from = first; from < last; from += 512) {
    const until = min(last, from + 512);
    for (let f = 0; f < features; f++) {
      const column = columns + <usize>f * columnBytes;
      let at = rows + <usize>from * stride + <usize>f;
      for (let i = from; i < until; i++) {
        store<u8>(at, load<u8>(column + <usize>i));
        at += stride;
      }
    }
  }
}

/**
 * Adds the leaves of complete trees of this depth to f64 margins, 4 rows at a time. nodes: pairs (feature byte offset u32, threshold
 * f32), 2^depth - 1 for each tree; leaves: f32, 2^depth for each tree. No value may be NaN.
 */
export function score(values: usize, rows: i32, rowBytes: usize, nodes: usize, leaves: usize, trees: i32, depth: i32, margins: usize): void {
  const inner: usize = (1 << depth) - 1;
  for (let r: i32 = 0; r < rows; r += 4) {
    const last = <usize>(rows - 1 - r);
    const x0 = values + <usize>r * rowBytes;
    const x1 = x0 + min<usize>(1, last) * rowBytes;
    const x2 = x0 + min<usize>(2, last) * rowBytes;
    const x3 = x0 + min<usize>(3, last) * rowBytes;
    const out = margins + (<usize>r << 3);
    let m0 = load<f64>(out);
    let m1 = load<f64>(out, 8);
    let m2 = load<f64>(out, 16);
    let m3 = load<f64>(out, 24);
    let node = nodes;
    let leaf = leaves;
    for (let t = 0; t < trees; t++) {
      let k0: usize = 0;
      let k1: usize = 0;
      let k2: usize = 0;
      let k3: usize = 0;
      for (let d = 0; d < depth; d++) {
        const n0 = node + (k0 << 3);
        const n1 = node + (k1 << 3);
        const n2 = node + (k2 << 3);
        const n3 = node + (k3 << 3);
        k0 = 2 * k0 + 1 + <usize>i32(load<f32>(x0 + load<u32>(n0)) >= load<f32>(n0, 4));
        k1 = 2 * k1 + 1 + <usize>i32(load<f32>(x1 + load<u32>(n1)) >= load<f32>(n1, 4));
        k2 = 2 * k2 + 1 + <usize>i32(load<f32>(x2 + load<u32>(n2)) >= load<f32>(n2, 4));
        k3 = 2 * k3 + 1 + <usize>i32(load<f32>(x3 + load<u32>(n3)) >= load<f32>(n3, 4));
      }
      m0 += <f64>load<f32>(leaf + ((k0 - inner) << 2));
      m1 += <f64>load<f32>(leaf + ((k1 - inner) << 2));
      m2 += <f64>load<f32>(leaf + ((k2 - inner) << 2));
      m3 += <f64>load<f32>(leaf + ((k3 - inner) << 2));
      node += inner << 3;
      leaf += (<usize>1 << depth) << 2;
    }
    store<f64>(out, m0);
    store<f64>(out, m1, 8);
    store<f64>(out, m2, 16);
    store<f64>(out, m3, 24);
  }
}
