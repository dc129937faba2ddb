import type { Random } from '../../ports/clock.ts';
import type { TreeRow } from './table.ts';

/** How much worse a model does when one feature is shuffled among the rows. */
export interface Importance {
  readonly feature: string;
  /** Mean loss of the score over the shuffles; 0 or less: the feature adds nothing. */
  readonly mean: number;
  /** 90 % interval of that mean over the shuffles (normal, by their standard error). */
  readonly low: number;
  readonly high: number;
}

/** What to shuffle and how to judge. */
export interface ImportanceRequest {
  /** Rows that the model did not train on; labels are needed. */
  readonly rows: readonly TreeRow[];
  /** Names in the order of the rows' values. */
  readonly features: readonly string[];
  /** Shuffles for each feature, 2 or more. */
  readonly repeats: number;
  readonly random: Random;
  predict(rows: readonly TreeRow[]): readonly number[];
  /** Greater is better, such as AUC. */
  score(predictions: readonly number[], labels: readonly number[]): number;
}

/** Normal quantile of .95. */
const Z95 = 1.6448536269514722;

/** Permutation importance (Breiman 2001; Fisher, Rudin & Dominici 2019), the most important feature first. */
export function permutationImportance(request: ImportanceRequest): readonly Importance[] {
  const { rows, features, repeats, random } = request;
  if (repeats < 2) throw new RangeError(`An interval needs 2 shuffles or more, got ${repeats}.`);
  const labels = rows.map(({ label = Number.NaN }) => label);
  const whole = request.score(request.predict(rows), labels);
  const importances = features.map((feature, f): Importance => {
    const losses = Array.from({ length: repeats }, () => {
      const order = shuffled(rows.length, random);
      const mixed = rows.map((row, i) => ({ ...row, values: row.values.with(f, rows[order[i] as number]?.values[f]) }));
      return whole - request.score(request.predict(mixed), labels);
    });
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / repeats;
    const variance = losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / (repeats - 1);
    const margin = Z95 * Math.sqrt(variance / repeats);
    return { feature, mean, low: mean - margin, high: mean + margin };
  });
  return importances.sort((a, b) => b.mean - a.mean);
}

function shuffled(count: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = Math.floor(random.next() * (i + 1));
    const held = order[i] as number;
    order[i] = order[j] as number;
    order[j] = held;
  }
  return order;
}
