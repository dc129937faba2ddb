import { twoSidedPValue } from '../../math/normal-distribution.ts';
import type { Coefficient } from './survival-model.ts';

const Z_95 = 1.959963984540054;

/** A coefficient with its Wald interval and p-value; without a standard error (null) it has neither. */
export function coefficient(name: string, estimate: number, standardError: number | null): Coefficient {
  if (standardError === null) return { name, estimate, standardError, pValue: null, low: null, high: null };
  return {
    name,
    estimate,
    standardError,
    pValue: twoSidedPValue(estimate / standardError),
    low: estimate - Z_95 * standardError,
    high: estimate + Z_95 * standardError,
  };
}
