/** Dates and times as Salesforce writes and reads them. Inside the sandbox a time is kept in the written form, always UTC. */

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATETIME = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/;
const SOQL_DATETIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:\d{2})$/;

/** `2026-05-01T07:25:37.000+0000`, the form of every datetime in a reply. Sorts as text, since it is always UTC. */
export function salesforceTime(at: Date): string {
  return at.toISOString().replace('Z', '+0000');
}

/** True for a day that exists, written YYYY-MM-DD. */
export function isDate(text: string): boolean {
  const parts = DATE.exec(text);
  if (parts === null) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** A datetime that a record is written with (JSON or CSV; ISO 8601, offset with or without colon) in the kept form; null if it is none. */
export function readDatetime(text: string): string | null {
  const parts = DATETIME.exec(text);
  if (parts === null || !isDate(parts[1] ?? '')) return null;
  const zone = parts[2];
  const colon = zone === undefined ? 'Z' : zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const at = new Date(zone === undefined ? `${text}${colon}` : text.slice(0, text.length - zone.length) + colon);
  return Number.isNaN(at.getTime()) ? null : salesforceTime(at);
}

/**
 * A datetime in a SOQL condition, in the kept form; null when it is not one of the legal forms (`…Z`, `…+hh:mm`, `…-hh:mm`).
 * The form that replies use, `…+0000`, is not legal:
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm
 */
export function readSoqlDatetime(text: string): string | null {
  return SOQL_DATETIME.test(text) ? readDatetime(text) : null;
}
