import { seededRandom } from '../../core/math/random.ts';
import type { TreeTraining } from '../../core/models/trees/boost.ts';
import type { Feature, ObjectiveName } from '../../core/models/trees/tree.ts';

export const booleans = [false, true] as const;

/**
 * A training on invented rows: six numbers (two with missing values, one with few distinct values, one constant), a category of 40
 * values with missing ones, uneven weights.
 */
export function syntheticTraining(request: {
  rows: number;
  objective: ObjectiveName;
  constrained?: boolean;
}): TreeTraining {
  const { rows, objective, constrained = false } = request;
  const random = seededRandom(rows);
  const features: Feature[] = [
    ...['a', 'b', 'c', 'd', 'e', 'f'].map((name): Feature => ({ name, kind: 'number' })),
    { name: 'g', kind: 'category', categories: Array.from({ length: 40 }, (_, code) => `category ${code}`) },
  ];
  const width = features.length;
  const values = new Float32Array(rows * width);
  const labels = new Float32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const at = row * width;
    for (let f = 0; f < 5; f += 1) values[at + f] = random.next() * 4 - 2;
    values[at + 4] = Math.floor(random.next() * 5);
    values[at + 5] = 7;
    values[at + 6] = Math.floor(random.next() * 40);
    const [a = 0, b = 0, c = 0] = values.subarray(at, at + 3);
    const signal = a * b + Math.abs(c) + Math.sin(7 * (values[at + 6] as number));
    labels[row] = outcome(objective, signal, random.next(), random.next());
    for (const f of [1, 3, 6]) if (random.next() < 0.1) values[at + f] = Number.NaN;
  }
  return {
    table: { features, rows, values },
    labels,
    weights: Float32Array.from({ length: rows }, (_, row) => 0.5 + (row % 3)),
    objective,
    tweediePower: 1.5,
    trees: 8,
    maxDepth: 5,
    learningRate: 0.3,
    lambda: 1,
    minHessian: 1,
    monotone: constrained ? [1, -1, 0, 0, 1, 0, 0] : [0, 0, 0, 0, 0, 0, 0],
    rowSampling: { kind: 'all' },
    featuresPerTree: 0,
    featuresPerNode: 0,
    seed: { a: 1, b: 2 },
    threads: 1,
    baseMargin: 0,
  };
}

function outcome(objective: ObjectiveName, signal: number, u: number, v: number): number {
  if (objective === 'logistic') return u < 1 / (1 + Math.exp(-signal)) ? 1 : 0;
  if (objective === 'squared') return signal + u;
  if (objective === 'cox') return (v < 0.3 ? -1 : 1) * (0.01 - Math.log(1 - u) * Math.exp(-signal / 2));
  const events = u < 0.4 ? 0 : Math.floor(Math.exp(signal / 2) * 2 * v) + 1;
  return objective === 'poisson' ? events : events * v;
}
