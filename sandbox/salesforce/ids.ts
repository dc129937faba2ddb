/** Salesforce record ids: three characters of key prefix, two of instance, a zero, nine of a number; 18 with the checksum. */

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CHECKSUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const INSTANCE = 'SB';

/**
 * The 18-character, case-safe form of a 15-character id: each of the three last letters tells which of five characters are
 * upper case (https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm).
 */
export function withChecksum(id15: string): string {
  let suffix = '';
  for (let block = 0; block < 3; block++) {
    let bits = 0;
    for (let position = 0; position < 5; position++) {
      const letter = id15[block * 5 + position] ?? '';
      if (letter >= 'A' && letter <= 'Z') bits += 1 << position;
    }
    suffix += CHECKSUM[bits];
  }
  return id15 + suffix;
}

/** The 18-character id of the n-th (n >= 1) record under a key prefix, e.g. ("003", 1). */
export function makeId(keyPrefix: string, n: number): string {
  let rest = n;
  let digits = '';
  for (let i = 0; i < 9; i++) {
    digits = (DIGITS[rest % 62] ?? '0') + digits;
    rest = Math.floor(rest / 62);
  }
  return withChecksum(`${keyPrefix}${INSTANCE}0${digits}`);
}

/** The 18-character form of a 15- or 18-character id; null when the text is not an id (length, letters or checksum wrong). */
export function normaliseId(text: string): string | null {
  if (!/^(?:[0-9A-Za-z]{15}|[0-9A-Za-z]{18})$/.test(text)) return null;
  const full = withChecksum(text.slice(0, 15));
  if (text.length === 15 || full === text) return full;
  return restoreCase(text);
}

/** An 18-character id whose letters lost their case gets it back from the checksum. */
function restoreCase(text: string): string | null {
  const suffix = text.slice(15).toUpperCase();
  let body = '';
  for (let i = 0; i < 15; i++) {
    const bits = CHECKSUM.indexOf(suffix[Math.floor(i / 5)] ?? '');
    if (bits < 0) return null;
    const letter = text[i] ?? '';
    body += (bits >> (i % 5)) & 1 ? letter.toUpperCase() : letter.toLowerCase();
  }
  return withChecksum(body) === body + suffix ? body + suffix : null;
}
