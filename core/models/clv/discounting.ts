import { DataError } from '../../domain/errors.ts';

/** 10 % a year, effective: the discount of every clv_* field, as the factor of one week. */
export const DISCOUNT_PER_WEEK = discountPerWeek(0.1);

/** 12 months = 365 days, a week = 7 days. */
export const YEAR_WEEKS = 365 / 7;

/** The factor of one week for an effective yearly rate, e.g. 0.1 for 10 %. */
export function discountPerWeek(yearlyRate: number): number {
  return (1 + yearlyRate) ** (-7 / 365);
}

/** Weeks after which nothing is left of a discounted sum; finite horizons stay as they are. Throws DataError for an endless sum. */
export function infiniteHorizonWeeks(weeks: number, factorPerWeek: number): number {
  if (Number.isFinite(weeks)) return weeks;
  if (!(factorPerWeek > 0 && factorPerWeek < 1)) {
    throw new DataError({
      field: 'discountPerWeek',
      expected: 'a factor between 0 and 1 for an endless horizon',
      found: String(factorPerWeek),
      remedy: 'discount, or choose a horizon',
    });
  }
  return Math.log(1e-15) / Math.log(factorPerWeek);
}
