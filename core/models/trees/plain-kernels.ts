import { BINS, HISTOGRAM_BYTES, MISSING_BIN } from './bins.ts';
import type { Kernels } from './kernels.ts';

const f32 = Math.fround;

/** Adding and taking away 1.5 * 2^52 rounds a double to the nearest integer, ties to even, as f32x4.nearest does. */
const ROUNDER = 6_755_399_441_055_744;

/** Int32 slots of one feature's histogram. */
const WIDTH = HISTOGRAM_BYTES / 4;

/** 2^n for n = -127..128 at n + 127, as the exponent's bits give it. */
const POWERS = new Float32Array(Uint32Array.from({ length: 256 }, (_, n) => n << 23).buffer);

/**
 * The kernels in plain JavaScript, for machines without WebAssembly SIMD. They repeat the f32 arithmetic of kernels/kernels.ts
 * operation by operation, so that trees are the same to the last bit; see there for what each one does.
 */
export function plainKernels(buffer: ArrayBufferLike): Kernels {
  const u8 = new Uint8Array(buffer);
  const i32 = new Int32Array(buffer);
  const u32 = new Uint32Array(buffer);
  const floats = new Float32Array(buffer);
  const doubles = new Float64Array(buffer);

  /** Calls once for each feature with the slot of its histogram in both and its used slots. */
  const combine = (sign: 1 | -1, target: number, source: number, first: number, last: number, bins: number) => {
    for (let f = first; f < last; f += 1) {
      const t = (target >> 2) + f * WIDTH;
      const s = (source >> 2) + f * WIDTH;
      const used = 2 * (i32[(bins >> 2) + f] as number);
      for (let k = 0; k < used; k += 1) i32[t + k] = (i32[t + k] as number) + sign * (i32[s + k] as number);
      for (let k = 2 * MISSING_BIN; k < WIDTH; k += 1)
        i32[t + k] = (i32[t + k] as number) + sign * (i32[s + k] as number);
    }
  };

  return {
    zero(histogram, features, bins) {
      for (let f = 0; f < features; f += 1) {
        const at = (histogram >> 2) + f * WIDTH;
        i32.fill(0, at, at + 2 * (i32[(bins >> 2) + f] as number));
        i32.fill(0, at + 2 * MISSING_BIN, at + WIDTH);
      }
    },
    histogram(rows, stride, features, index, count, gradients, histogram) {
      const base = histogram >> 2;
      for (let k = index >> 2, end = k + count; k < end; k += 1) {
        const i = i32[k] as number;
        const pair = (gradients >> 2) + 2 * i;
        const h = i32[pair] as number;
        const g = i32[pair + 1] as number;
        const row = rows + i * stride;
        for (let f = 0, at = base; f < features; f += 1, at += WIDTH) {
          const slot = at + ((u8[row + f] as number) << 1);
          i32[slot] = (i32[slot] as number) + h;
          i32[slot + 1] = (i32[slot + 1] as number) + g;
        }
      }
      return 0;
    },
    add: (target, source, first, last, bins) => combine(1, target, source, first, last, bins),
    subtract: (target, source, first, last, bins) => combine(-1, target, source, first, last, bins),
    scan(histogram, first, last, bins, modes, totalG, totalH, lambda, minHessian, _scratch, out) {
      const o = out >> 2;
      let best = floats[o] as number;
      let bestFeature = i32[o + 1] as number;
      let bestBin = i32[o + 2] as number;
      let bestMissingLeft = i32[o + 3] as number;
      let bestH = i32[o + 4] as number;
      let bestG = i32[o + 5] as number;
      const L = f32(lambda);
      for (let f = first; f < last; f += 1) {
        const mode = u8[modes + f] as number;
        if (!(mode & 1)) continue;
        const n = i32[(bins >> 2) + f] as number;
        const at = (histogram >> 2) + f * WIDTH;
        const missingH = mode & 2 ? (i32[at + 2 * MISSING_BIN] as number) : 0;
        const missingG = mode & 2 ? (i32[at + 2 * MISSING_BIN + 1] as number) : 0;
        const missing = missingH !== 0 || missingG !== 0;
        for (let missingLeft = 0; missingLeft <= (missing ? 1 : 0); missingLeft += 1) {
          let hl = missingLeft ? missingH : 0;
          let gl = missingLeft ? missingG : 0;
          const cuts = missing && !missingLeft ? n : n - 1;
          for (let b = 0; b < cuts; b += 1) {
            hl += i32[at + 2 * b] as number;
            gl += i32[at + 2 * b + 1] as number;
            const hr = totalH - hl;
            if (hl < minHessian || hr < minHessian) continue;
            const fl = f32(gl);
            const fr = f32(totalG - gl);
            const left = f32(f32(fl * fl) / f32(f32(hl) + L));
            const gain = f32(left + f32(f32(fr * fr) / f32(f32(hr) + L)));
            if (gain > best) {
              best = gain;
              bestFeature = f;
              bestBin = b;
              bestMissingLeft = missingLeft;
              bestH = hl;
              bestG = gl;
            }
          }
        }
      }
      floats[o] = best;
      i32[o + 1] = bestFeature;
      i32[o + 2] = bestBin;
      i32[o + 3] = bestMissingLeft;
      i32[o + 4] = bestH;
      i32[o + 5] = bestG;
    },
    partition(column, index, count, side, spare) {
      const start = index >> 2;
      const other = spare >> 2;
      let left = start;
      let right = other;
      for (let k = start; k < start + count; k += 1) {
        const i = u32[k] as number;
        const step = u8[side + (u8[column + i] as number)] as number;
        u32[left] = i;
        u32[right] = i;
        left += step;
        right += 1 - step;
      }
      u32.copyWithin(left, other, right);
      return left - start;
    },
    addLeaves(column, index, count, side, margins, left, right) {
      const l = f32(left);
      const r = f32(right);
      for (let k = index >> 2, end = k + count; k < end; k += 1) {
        const i = u32[k] as number;
        const at = (margins >> 2) + i;
        floats[at] = (floats[at] as number) + (u8[side + (u8[column + i] as number)] ? l : r);
      }
    },
    logisticGradients(margins, labels, weights, count, gradients, sums) {
      const m = margins >> 2;
      const y = labels >> 2;
      const w = weights >> 2;
      const out = gradients >> 2;
      // Even and odd rows apart: the two lanes of the f64 sums.
      const sumG = [0, 0];
      const sumH = [0, 0];
      for (let i = 0; i < count; i += 1) {
        const p = f32(1 / f32(1 + exp32(f32(-(floats[m + i] as number)))));
        const weight = floats[w + i] as number;
        const g = f32(f32(p - (floats[y + i] as number)) * weight);
        const h = f32(Math.max(f32(p * f32(1 - p)), f32(1e-16)) * weight);
        floats[out + 2 * i] = h;
        floats[out + 2 * i + 1] = g;
        sumG[i & 1] = (sumG[i & 1] as number) + Math.abs(g);
        sumH[i & 1] = (sumH[i & 1] as number) + h;
      }
      doubles[sums >> 3] = (sumG[0] as number) + (sumG[1] as number);
      doubles[(sums >> 3) + 1] = (sumH[0] as number) + (sumH[1] as number);
    },
    quantise(gradients, count, scaleG, scaleH, index, firstRow, total) {
      const at = gradients >> 2;
      let sumG = 0;
      let sumH = 0;
      for (let k = 0; k < count; k += 1) {
        const h = f32((floats[at + 2 * k] as number) * scaleH) + ROUNDER - ROUNDER;
        const g = f32((floats[at + 2 * k + 1] as number) * scaleG) + ROUNDER - ROUNDER;
        i32[at + 2 * k] = h;
        i32[at + 2 * k + 1] = g;
        sumH += h;
        sumG += g;
        u32[(index >> 2) + k] = firstRow + k;
      }
      i32[total >> 2] = (i32[total >> 2] as number) + sumH;
      i32[(total >> 2) + 1] = (i32[(total >> 2) + 1] as number) + sumG;
    },
    sortKeys(values, count) {
      for (let k = values >> 2, end = k + count; k < end; k += 1) {
        const v = i32[k] as number;
        u32[k] = (v & 0x7fffffff) > 0x7f800000 ? 0xffffffff : v ^ ((v >> 31) | 0x80000000);
      }
    },
    radixSort(keys, sorted, count) {
      u32.copyWithin(sorted >> 2, keys >> 2, (keys >> 2) + count);
      u32.subarray(sorted >> 2, (sorted >> 2) + count).sort();
    },
    assignBins(keys, count, cuts, column) {
      const c = (cuts >> 2) - 1;
      for (let i = 0; i < count; i += 1) {
        const v = u32[(keys >> 2) + i] as number;
        let bin = MISSING_BIN;
        if (v !== 0xffffffff) {
          bin = 0;
          for (let step = BINS / 2; step; step >>= 1) bin += (u32[c + bin + step] as number) <= v ? step : 0;
        }
        u8[column + i] = bin;
      }
    },
    rowsFromColumns(columns, columnBytes, features, first, last, rows, stride) {
      for (let f = 0; f < features; f += 1) {
        const column = columns + f * columnBytes;
        for (let i = first; i < last; i += 1) u8[rows + i * stride + f] = u8[column + i] as number;
      }
    },
    score(values, rows, rowBytes, nodes, leaves, trees, depth, margins) {
      const inner = (1 << depth) - 1;
      for (let r = 0; r < rows; r += 1) {
        const x = values + r * rowBytes;
        let margin = doubles[(margins >> 3) + r] as number;
        for (let t = 0; t < trees; t += 1) {
          const node = (nodes >> 2) + 2 * t * inner;
          let k = 0;
          for (let d = 0; d < depth; d += 1) {
            const at = node + 2 * k;
            const value = floats[(x + (u32[at] as number)) >> 2] as number;
            k = 2 * k + 1 + (value >= (floats[at + 1] as number) ? 1 : 0);
          }
          margin += floats[(leaves >> 2) + (t << depth) + k - inner] as number;
        }
        doubles[(margins >> 3) + r] = margin;
      }
    },
  };
}

/** Cephes' expf in f32 steps, as exp4 of the WebAssembly kernels. */
function exp32(value: number): number {
  let x = Math.max(Math.min(value, 87), -87);
  const n = f32(x * f32(Math.LOG2E)) + ROUNDER - ROUNDER;
  x = f32(f32(x - f32(n * 0.693359375)) - f32(n * f32(-2.1219444e-4)));
  let y = f32(f32(1.98756915e-4) * x);
  y = f32(f32(y + f32(1.3981999507e-3)) * x);
  y = f32(f32(y + f32(8.3334519073e-3)) * x);
  y = f32(f32(y + f32(4.1665795894e-2)) * x);
  y = f32(f32(y + f32(1.6666665459e-1)) * x);
  y = f32(y + f32(5.0000001201e-1));
  y = f32(f32(f32(y * f32(x * x)) + x) + 1);
  return f32(y * (POWERS[n + 127] as number));
}
