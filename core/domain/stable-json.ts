import { createHash } from 'node:crypto';
import type { Json } from './json.ts';

/** JSON with the keys of every object in order, so that equal values give equal text. Keys that are undefined are left out. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** A short hash of a value's stable JSON: equal values, equal hash. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(stableJson(value)).digest('base64url').slice(0, 22);
}

/** A short hash of many values in their order, taken in one by one: there may be millions. */
export function hashOfAll(values: Iterable<unknown>): string {
  const hash = createHash('sha256');
  for (const value of values) hash.update(stableJson(value));
  return hash.digest('base64url').slice(0, 22);
}

/** A value as plain JSON: what the store gives back after it was kept. */
export function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
