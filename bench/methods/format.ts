/** How numbers are written: the name of a format says how many decimals, never a digit in a text. */
export const FORMATS = {
  whole: (value: number) => Math.round(value).toLocaleString('en'),
  one: (value: number) => value.toFixed(1),
  two: (value: number) => value.toFixed(2),
  three: (value: number) => value.toFixed(3),
  four: (value: number) => value.toFixed(4),
  percent: (value: number) => `${(value * 100).toFixed(1)} %`,
  points: (value: number) => `${(value * 100).toFixed(0)} %`,
} as const;

/** A number in a cell; empty where there is none. */
export function cell(value: number | null | undefined, format: keyof typeof FORMATS): string {
  return value === null || value === undefined || Number.isNaN(value) ? '' : FORMATS[format](value);
}
