/**
 * One mapping of values for both drivers (see core/ports/database.ts). PostgreSQL sends text; these parse it by type.
 * The numbers are PostgreSQL's type OIDs, stable since ever.
 */
export const TYPE = {
  int8: 20,
  int4: 23,
  float8: 701,
  numeric: 1700,
  date: 1082,
  timestamptz: 1184,
  jsonb: 3802,
} as const;

/** Parsers by type OID for what the drivers' defaults do differently. */
export const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  [TYPE.int8]: (text) => BigInt(text),
  [TYPE.numeric]: (text) => text,
  [TYPE.date]: (text) => text,
  [TYPE.timestamptz]: (text) => new Date(text).toISOString(),
  [TYPE.jsonb]: (text) => JSON.parse(text) as unknown,
};
