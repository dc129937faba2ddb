/**
 * A value as a cell of a CSV file (RFC 4180); null is an empty one. A spreadsheet runs what begins like a formula: a text that does gets a
 * mark before it (OWASP, CSV injection).
 */
export function csvCell(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = /^[=+@\t\r]|^-(?!\d)/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
