import type { SurvivalRow } from '../../core/models/survival/survival-row.ts';

/** Remission of acute myelogenous leukaemia in weeks (Miller 1997; `aml` of R's survival): with maintained chemotherapy. */
export const AML_MAINTAINED = rowsOf([9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161], [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0]);

/** The same, not maintained. */
export const AML_NOT_MAINTAINED = rowsOf(
  [5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45],
  [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1],
);

/** Both, with the group as a category; "maintained" is the reference. */
export const AML: readonly SurvivalRow[] = [
  ...AML_MAINTAINED.map((row) => ({ ...row, values: ['maintained'] })),
  ...AML_NOT_MAINTAINED.map((row) => ({ ...row, values: ['not'] })),
];

/** Ovarian cancer in days (Edmunson et al. 1979; `ovarian` of R's survival): treatment rx and age. */
export const OVARIAN = rowsOf(
  [
    59, 115, 156, 421, 431, 448, 464, 475, 477, 563, 638, 744, 769, 770, 803, 855, 1040, 1106, 1129, 1206, 1227, 268,
    329, 353, 365, 377,
  ],
  [1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0],
  [1, 1, 1, 2, 1, 1, 2, 2, 1, 2, 1, 2, 2, 2, 1, 1, 1, 1, 2, 2, 2, 1, 1, 2, 2, 2],
  [
    72.3315, 74.4932, 66.4658, 53.3644, 50.3397, 56.4301, 56.937, 59.8548, 64.1753, 55.1781, 56.7562, 50.1096, 59.6301,
    57.0521, 39.2712, 43.1233, 38.8932, 44.6, 53.9068, 44.2055, 59.589, 74.5041, 43.137, 63.2192, 64.4247, 58.3096,
  ],
);

/** Data set 1 of Therneau & Grambsch 2000, appendix E: small enough to be worked out by hand. */
export const BY_HAND = rowsOf([9, 1, 1, 6, 6, 8], [1, 1, 0, 1, 1, 0], [0, 1, 1, 1, 0, 0]);

function rowsOf(
  durations: readonly number[],
  events: readonly number[],
  ...columns: readonly (readonly number[])[]
): readonly SurvivalRow[] {
  return durations.map((duration, i) => ({
    duration,
    event: events[i] === 1,
    values: columns.map((column) => column[i] ?? null),
  }));
}
