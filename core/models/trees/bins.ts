/** Entries of one feature's histogram; the last is for missing values, so values have at most 255 bins. */
export const BINS = 256;

/** The bin of a missing value. */
export const MISSING_BIN = BINS - 1;

/** Bytes of one feature's histogram: 256 pairs of i32 (sum of hessians, sum of gradients). */
export const HISTOGRAM_BYTES = BINS * 8;
