/** A logistic regression that learns from each outcome as it becomes known. */
export interface OnlineLogistic {
  /** Log-odds of the event. */
  logOdds(values: readonly number[], offset: number): number;
  learn(values: readonly number[], offset: number, label: 0 | 1): void;
  readonly weights: readonly number[];
}

/**
 * Logistic regression by recursive Newton steps: each outcome moves the weights by the covariance of what is known so far, which it narrows;
 * forgetting widens it again, so that an outcome of n outcomes ago counts forgetting^n (recursive least squares with a forgetting factor,
 * Haykin 2014, Adaptive Filter Theory, chapter 10, with the weights of iteratively reweighted least squares; for a filter of the logistic
 * likelihood: McCormick et al. 2012, Biometrics 68:23).
 *
 * @param size values of a case, a constant 1 among them where an intercept is wanted
 * @param forgetting 0..1; 1 forgets nothing
 * @param priorVariance of each weight around 0, which is where they start
 */
export function onlineLogistic({
  size,
  forgetting,
  priorVariance,
}: {
  size: number;
  forgetting: number;
  priorVariance: number;
}): OnlineLogistic {
  const weights = new Array<number>(size).fill(0);
  const covariance = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_unused, j) => (i === j ? priorVariance : 0)),
  );
  const logOdds = (values: readonly number[], offset: number) =>
    values.reduce((sum, value, i) => sum + value * (weights[i] as number), offset);
  return {
    logOdds,
    weights,
    learn: (values, offset, label) => {
      const probability = 1 / (1 + Math.exp(-logOdds(values, offset)));
      const variance = Math.max(probability * (1 - probability), 1e-6);
      for (const [i, row] of covariance.entries()) {
        for (let j = 0; j < size; j += 1) {
          // What is forgotten never makes less known than before anything was.
          const bound = i === j ? priorVariance : Number.POSITIVE_INFINITY;
          row[j] = Math.min((row[j] as number) / forgetting, bound);
        }
      }
      const direction = covariance.map((row) => row.reduce((sum, each, j) => sum + each * (values[j] as number), 0));
      const spread = direction.reduce((sum, each, i) => sum + each * (values[i] as number), 0);
      const narrowing = variance / (1 + variance * spread);
      for (const [i, row] of covariance.entries()) {
        for (let j = 0; j < size; j += 1) {
          row[j] = (row[j] as number) - narrowing * (direction[i] as number) * (direction[j] as number);
        }
      }
      const step = (label - probability) / (1 + variance * spread);
      for (let i = 0; i < size; i += 1) weights[i] = (weights[i] as number) + (direction[i] as number) * step;
    },
  };
}
