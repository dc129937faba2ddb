/** Cut points of a distribution, frozen at training: 101 quantiles from the minimum to the maximum. */
export type PercentileTable = readonly number[];

/** Builds the table from a sample; an empty sample gives a table in which every value is in the middle. */
export function percentileTable(values: readonly number[]): PercentileTable {
  if (values.length === 0) return [];
  const sorted = Float64Array.from(values).sort();
  return Array.from({ length: 101 }, (_, percent) => {
    const position = (percent / 100) * (sorted.length - 1);
    const low = Math.floor(position);
    const a = sorted[low] ?? 0;
    const b = sorted[Math.min(low + 1, sorted.length - 1)] ?? 0;
    return a + (b - a) * (position - low);
  });
}

/** Share of the training sample below a value, 0..1; ties count half, between cut points linear. */
export function percentileOf(table: PercentileTable, value: number): number {
  if (table.length === 0) return 0.5;
  const below = lowerBound(table, value);
  const above = upperBound(table, value);
  if (above > below) return (below + above - 1) / 2 / 100;
  const left = table[below - 1];
  const right = table[below];
  if (left === undefined) return 0;
  if (right === undefined) return 1;
  return (below - 1 + (value - left) / (right - left)) / 100;
}

/** The value that a share of the sample lies below; NaN for an empty table. */
export function valueAt(table: PercentileTable, share: number): number {
  const position = Math.min(Math.max(share, 0), 1) * 100;
  const low = Math.floor(position);
  const a = table[low];
  const b = table[Math.min(low + 1, 100)];
  return a === undefined || b === undefined ? Number.NaN : a + (b - a) * (position - low);
}

function lowerBound(table: PercentileTable, value: number): number {
  let low = 0;
  let high = table.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((table[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function upperBound(table: PercentileTable, value: number): number {
  let low = 0;
  let high = table.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((table[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
