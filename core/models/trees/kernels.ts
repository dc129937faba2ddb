import { existsSync, readFileSync } from 'node:fs';
import { plainKernels } from './plain-kernels.ts';

/**
 * The inner loops of training and scoring. All arguments are byte addresses into one memory, counts and plain numbers. Two
 * implementations give the same bits: WebAssembly with SIMD (kernels/kernels.ts) and plain JavaScript (plain-kernels.ts).
 */
export interface Kernels {
  zero(histogram: number, features: number, bins: number): void;
  histogram(
    rows: number,
    stride: number,
    features: number,
    index: number,
    count: number,
    gradients: number,
    histogram: number,
  ): number;
  add(target: number, source: number, first: number, last: number, bins: number): void;
  subtract(target: number, source: number, first: number, last: number, bins: number): void;
  scan(
    histogram: number,
    first: number,
    last: number,
    bins: number,
    modes: number,
    totalG: number,
    totalH: number,
    lambda: number,
    minHessian: number,
    scratch: number,
    out: number,
  ): void;
  partition(column: number, index: number, count: number, side: number, spare: number): number;
  addLeaves(
    column: number,
    index: number,
    count: number,
    side: number,
    margins: number,
    left: number,
    right: number,
  ): void;
  logisticGradients(
    margins: number,
    labels: number,
    weights: number,
    count: number,
    gradients: number,
    sums: number,
  ): void;
  quantise(
    gradients: number,
    count: number,
    scaleG: number,
    scaleH: number,
    index: number,
    firstRow: number,
    total: number,
  ): void;
  sortKeys(values: number, count: number): void;
  radixSort(keys: number, sorted: number, count: number, counts: number): void;
  assignBins(keys: number, count: number, cuts: number, column: number): void;
  rowsFromColumns(
    columns: number,
    columnBytes: number,
    features: number,
    first: number,
    last: number,
    rows: number,
    stride: number,
  ): void;
  score(
    values: number,
    rows: number,
    rowBytes: number,
    nodes: number,
    leaves: number,
    trees: number,
    depth: number,
    margins: number,
  ): void;
}

/** Which implementation runs. */
export type KernelKind = 'wasm' | 'plain';

/** One memory with the kernels that work on it; `source` goes to another thread, which opens the same memory. */
export interface KernelMemory {
  readonly kind: KernelKind;
  readonly buffer: ArrayBufferLike;
  readonly kernels: Kernels;
  readonly source: WebAssembly.Memory | SharedArrayBuffer;
}

const PAGE_BYTES = 65_536;
const WASM_FILE = new URL('./kernels/kernels.wasm', import.meta.url);
let compiled: WebAssembly.Module | null | undefined;

/** The compiled module, or null where this machine has no WebAssembly with SIMD and threads, or the file is not there. */
function wasmModule(): WebAssembly.Module | null {
  if (compiled !== undefined) return compiled;
  compiled = null;
  if (typeof WebAssembly !== 'undefined' && existsSync(WASM_FILE)) {
    const bytes = readFileSync(WASM_FILE);
    // validate() is false, without throwing, for an engine that lacks an instruction set the module uses.
    if (WebAssembly.validate(bytes)) compiled = new WebAssembly.Module(bytes);
  }
  return compiled;
}

/** The fastest kind that this machine can run. */
export function bestKernelKind(): KernelKind {
  return wasmModule() ? 'wasm' : 'plain';
}

/** A zeroed shared memory of at least `bytes` with its kernels. */
export function kernelMemory(bytes: number, kind: KernelKind): KernelMemory {
  if (kind === 'plain') return openKernelMemory(new SharedArrayBuffer(bytes));
  const pages = Math.ceil(bytes / PAGE_BYTES);
  return openKernelMemory(new WebAssembly.Memory({ initial: pages, maximum: PAGE_BYTES, shared: true }));
}

/** Opens a memory made by another thread. */
export function openKernelMemory(source: WebAssembly.Memory | SharedArrayBuffer): KernelMemory {
  if (source instanceof SharedArrayBuffer) {
    return { kind: 'plain', buffer: source, kernels: plainKernels(source), source };
  }
  const module = wasmModule();
  if (!module) throw new Error('This thread cannot run the WebAssembly module that its caller runs.');
  const instance = new WebAssembly.Instance(module, { env: { memory: source } });
  return { kind: 'wasm', buffer: source.buffer, kernels: instance.exports as unknown as Kernels, source };
}
