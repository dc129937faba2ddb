import type { Json } from './json.ts';

/**
 * Text as PostgreSQL can keep it: no NUL, and no half of a surrogate pair, neither of which text or jsonb columns accept. Both are
 * replaced by U+FFFD, so that one odd character from outside never makes a commit fail that other messages share.
 */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** JSON from outside as the store can keep it: every text and every key passed through `storableText`. */
export function storableJson(value: Json): Json {
  if (typeof value === 'string') return storableText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((inner: Json) => storableJson(inner));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storableText(key), storableJson(inner)]));
}
