import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { table } from '../cli/output.ts';
import { auc } from '../core/evaluation/classification.ts';
import { normal, seededRandom } from '../core/math/random.ts';

const FEATURES = 30;
const HOLDOUT_ROWS = 50_000;

interface Run {
  cpuSeconds: number;
  wallSeconds?: number;
  /** Of the same training again in the same process. */
  againWallSeconds?: number;
  peakMegabytes: number;
  margins?: readonly number[];
  microsecondsPerRow?: number;
}

/**
 * Gradient boosting beside XGBoost's hist on one thread (Debian's python3-xgboost), each task in a process of its own, our run right
 * after its run: the ratio of the two CPU times is what other people's load leaves alone. --full adds 500,000 rows and explains
 * 100,000.
 */
export async function benchTrees(args: readonly string[]): Promise<void> {
  const full = args.includes('--full');
  const python = pythonWithXgboost();
  if (python === undefined) console.log('XGBoost skipped: apt-get install python3-xgboost (Debian).');
  const peer = (...task: readonly string[]): Run | undefined =>
    python === undefined ? undefined : run(python, [join(import.meta.dirname, 'trees-peer.py'), ...task]);
  const ours = (...task: readonly string[]): Run =>
    run(process.execPath, [join(import.meta.dirname, 'trees-child.ts'), ...task]);
  const folder = mkdtempSync(join(tmpdir(), 'bench-trees-'));
  try {
    for (const [rows, seeds] of [[100_000, 5], ...(full ? [[500_000, 1] as const] : [])] as const) {
      const variants = [
        ['wasm', '1'],
        ['wasm', '2'],
        ...(rows === 100_000 ? ([['plain', '1']] as const) : []),
      ] as const;
      const figures = new Map<
        string,
        {
          cpu: number[];
          ratio: number[];
          wall: number[];
          again: number[];
          auc: number[];
          off: number[];
          peak: number[];
        }
      >();
      const note = (name: string, result: Run, area: number, xgboost: Run | undefined, xgboostArea: number) => {
        const figure = figures.get(name) ?? { cpu: [], ratio: [], wall: [], again: [], auc: [], off: [], peak: [] };
        figures.set(name, figure);
        figure.cpu.push(result.cpuSeconds);
        figure.auc.push(area);
        figure.peak.push(result.peakMegabytes);
        if (result.wallSeconds !== undefined) figure.wall.push(result.wallSeconds);
        if (result.againWallSeconds !== undefined) figure.again.push(result.againWallSeconds);
        if (!xgboost) return;
        figure.ratio.push(result.cpuSeconds / xgboost.cpuSeconds);
        figure.off.push(area - xgboostArea);
      };
      for (let seed = 1; seed <= seeds; seed += 1) {
        const labels = writeRows(folder, rows, seed);
        const area = (result: Run) => auc(result.margins ?? [], labels);
        for (const [kind, threads] of variants) {
          const xgboost = peer('train', folder, String(rows));
          const xgboostArea = xgboost ? area(xgboost) : Number.NaN;
          if (xgboost) note('XGBoost hist, 1 thread', xgboost, xgboostArea, xgboost, xgboostArea);
          const result = ours('train', folder, String(rows), kind, threads);
          note(`${kind}, ${threads} thread${threads === '1' ? '' : 's'}`, result, area(result), xgboost, xgboostArea);
        }
      }
      console.log(
        `\nTraining ${rows.toLocaleString('en')} x ${FEATURES}, 200 trees, depth 6; medians over ${seeds} seeds`,
      );
      console.log(
        table(
          ['', 'CPU s', 'paired ratio', 'wall s', 'again', 'AUC', 'AUC - XGBoost, mean (range)', 'peak MB'],
          [...figures].map(([name, { cpu, ratio, wall, again, auc: areas, off, peak }]) => [
            name,
            ...[cpu, ratio, wall, again].map((values) => rounded(median(values), 2)),
            rounded(median(areas), 5),
            off.length === 0
              ? ''
              : `${rounded(mean(off), 5)} (${rounded(Math.min(...off), 5)} .. ${rounded(Math.max(...off), 5)})`,
            rounded(median(peak), 0),
          ]),
        ),
      );
    }
    writeRows(folder, 100_000, 1);
    ours('train', folder, '100000');
    const explained = full ? '100000' : '10000';
    const tasks = [
      ['score 1,000,000 rows x 200 trees', ['score', folder, '10']],
      [`TreeSHAP ${Number(explained).toLocaleString('en')} rows x 200 trees`, ['explain', folder, explained]],
    ] as const;
    const lines = tasks.map(([name, task]) => {
      const pairs = Array.from(
        { length: full ? 1 : 3 },
        () => [peer(...task)?.cpuSeconds ?? Number.NaN, ours(...task).cpuSeconds] as const,
      );
      return [
        name,
        rounded(median(pairs.map(([theirs]) => theirs)), 2),
        rounded(median(pairs.map(([, own]) => own)), 2),
        rounded(median(pairs.map(([theirs, own]) => own / theirs)), 2),
      ];
    });
    console.log('\nUse of a model; CPU seconds, one thread');
    console.log(table(['', 'XGBoost', 'ours', 'paired ratio'], lines));
    console.log(
      `One row alone: ${rounded(ours('single', folder, '20000').microsecondsPerRow ?? Number.NaN, 1)} microseconds`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function pythonWithXgboost(): string | undefined {
  for (const python of ['/usr/bin/python3', 'python3']) {
    try {
      execFileSync(python, ['-c', 'import xgboost'], { stdio: 'ignore' });
      return python;
    } catch {
      // Try the next one.
    }
  }
  return undefined;
}

function run(command: string, args: readonly string[]): Run {
  return JSON.parse(
    execFileSync(command, args, { encoding: 'utf8', maxBuffer: 64 * 2 ** 20, stdio: ['ignore', 'pipe', 'ignore'] }),
  );
}

/** Invented rows, nonlinear, some 15 % positive: `rows` to train and the holdout after them. Returns the holdout's labels. */
function writeRows(folder: string, rows: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  const all = rows + HOLDOUT_ROWS;
  const x = new Float32Array(all * FEATURES);
  const signal = new Float64Array(all);
  for (let row = 0; row < all; row += 1) {
    const v = x.subarray(row * FEATURES, (row + 1) * FEATURES);
    for (let f = 0; f < FEATURES; f += 1) {
      v[f] = f < 20 ? normal(random) : f < 25 ? Math.exp(0.8 * normal(random)) : Math.floor(random.next() * 8);
    }
    const at = (f: number) => v[f] as number;
    signal[row] =
      1.1 * at(0) * at(1) +
      1.3 * Math.sin(2 * at(2)) +
      (at(3) > 0.5 ? 0.9 * at(4) : 0) +
      0.6 * at(5) ** 2 -
      0.8 * Math.log(at(20)) * at(6) +
      0.7 * (at(25) % 2 ? at(7) : -at(8)) +
      0.5 * Math.abs(at(9)) -
      0.4 * at(10) +
      0.3 * at(11) * at(12) * (at(26) > 4 ? 1 : -1);
  }
  const threshold = signal.toSorted()[Math.floor(0.885 * all)] as number;
  const y = Float32Array.from(signal, (value) =>
    random.next() < 1 / (1 + Math.exp(-1.6 * (value - threshold))) ? 1 : 0,
  );
  writeFileSync(join(folder, 'x.f32'), new Uint8Array(x.buffer));
  writeFileSync(join(folder, 'y.f32'), new Uint8Array(y.buffer));
  return y.subarray(rows);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function rounded(value: number, digits: number): string {
  return Number.isNaN(value) ? '' : value.toFixed(digits);
}
