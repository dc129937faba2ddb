import type { Json } from '../domain/json.ts';
import type { Stream } from '../domain/records.ts';
import { hashOf } from '../domain/stable-json.ts';
import type { Database, Sql } from '../ports/database.ts';
import { keepSetting, readSetting } from './settings.ts';
import { inTurn } from './turn.ts';

/** The mapping that a connection's records were read by. */
export type MappingVersion = {
  /** Counts from 1; each change of the mapping is the next. */
  version: number;
  /** A hash of what decides a stream's records, by stream. */
  hashes: { [stream: string]: string };
  /** Streams whose records are still those of an earlier version. */
  again: Stream[];
};

const settingOf = (connectionId: string) => `mapping ${connectionId}`;

/** The mapping that the records of a connection were last read by; null before the first pull. */
export async function mappingVersion(sql: Sql, connectionId: string): Promise<MappingVersion | null> {
  return readSetting<MappingVersion>(sql, settingOf(connectionId));
}

/** The mapping as it would be with these settings: streams that differ from what is on record are to be read again. */
export function nextMapping(
  known: MappingVersion | null,
  mapping: Readonly<Partial<Record<Stream, Json>>>,
): MappingVersion {
  const hashes = Object.fromEntries(Object.entries(mapping).map(([stream, settings]) => [stream, hashOf(settings)]));
  if (known === null) return { version: 1, hashes, again: [] };
  // A stream that was not read by anything yet has nothing to be read again.
  const changed = Object.keys(hashes).filter(
    (stream) => known.hashes[stream] !== undefined && known.hashes[stream] !== hashes[stream],
  ) as Stream[];
  if (changed.length === 0 && Object.keys(hashes).every((stream) => stream in known.hashes)) return known;
  return {
    version: known.version + (changed.length > 0 ? 1 : 0),
    hashes: { ...known.hashes, ...hashes },
    again: [...new Set([...known.again, ...changed])],
  };
}

/** Keeps the mapping that is used from now on, and tells which streams are to be read again because of it. */
export async function noteMapping(
  database: Database,
  connectionId: string,
  mapping: Readonly<Partial<Record<Stream, Json>>>,
): Promise<readonly Stream[]> {
  const known = await mappingVersion(database, connectionId);
  const next = nextMapping(known, mapping);
  if (next !== known) await inTurn(database, (sql) => keepSetting(sql, settingOf(connectionId), next));
  return next.again;
}

/** Notes within a commit that a stream's records are those of the present mapping. */
export async function noteReadAgain(sql: Sql, connectionId: string, stream: Stream): Promise<void> {
  const known = await mappingVersion(sql, connectionId);
  if (!known?.again.includes(stream)) return;
  await keepSetting(sql, settingOf(connectionId), { ...known, again: known.again.filter((each) => each !== stream) });
}
