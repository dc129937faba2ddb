import { averageRanks, pearson } from '../math/ranks.ts';
import type { Covariate } from '../models/survival/covariates.ts';
import type { SurvivalRow } from '../models/survival/survival-row.ts';

/** Beyond this rank correlation a column says how long a customer has been here, which is what is to be foretold. */
const LEAKING = 0.8;

/** A sentence for each numeric column that goes with the duration itself, such as a total of payments: it is not known at the start. */
export function durationLeaks(rows: readonly SurvivalRow[], covariates: readonly Covariate[]): string[] {
  const durations = averageRanks(rows.map(({ duration }) => duration));
  const leaking = covariates.filter(({ kind }, index) => {
    if (kind !== 'number') return false;
    const values = averageRanks(rows.map((row) => row.values[index] as number));
    return Math.abs(pearson(durations, values)) > LEAKING;
  });
  return leaking.map(
    ({ name }) =>
      `Column "${name}" goes with the duration itself (rank correlation above ${LEAKING}), as a total over time does: it is not known at the start, and figures with it are too good. Leave it out, or take its value at the start.`,
  );
}
