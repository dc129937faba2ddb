import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** One change: a row set (or deleted when `row` is absent) in a table. */
interface Entry {
  table: string;
  id: string;
  row?: unknown;
}

/** Keeps every change on disk, in order, before a reply leaves. */
export interface Journal {
  /** Entries of an earlier run, in order; read once at the start. */
  replay(apply: (entry: Entry) => void): void;
  /** Buffers an entry until `flush`. */
  add(entry: Entry): void;
  /** Appends what is buffered in one write. */
  flush(): void;
  /** Rewrites the journal to the present state; called at the start, when little else is going on. */
  compact(entries: Iterable<Entry>): void;
  close(): void;
}

const LINES_TO_COMPACT = 200_000;

/** A journal in a folder, or none at all (null keeps the state in memory only). */
export function openJournal(
  stateDir: string | null,
): Journal & { readonly replayed: number; readonly wantsCompacting: boolean } {
  if (stateDir === null) {
    const none = () => undefined;
    return { replayed: 0, wantsCompacting: false, replay: none, add: none, flush: none, compact: none, close: none };
  }
  mkdirSync(stateDir, { recursive: true });
  const path = join(stateDir, 'journal.jsonl');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  // After kill -9 the last line may be torn: it was never acknowledged.
  const torn = lines.pop() ?? '';
  if (torn !== '') writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  let file = openSync(path, 'a');
  let buffered: string[] = [];
  return {
    replayed: lines.length,
    wantsCompacting: lines.length > LINES_TO_COMPACT,
    replay: (apply) => {
      for (const line of lines) if (line !== '') apply(JSON.parse(line) as Entry);
      lines.length = 0;
    },
    add: (entry) => {
      buffered.push(JSON.stringify(entry));
    },
    flush: () => {
      if (buffered.length === 0) return;
      const text = `${buffered.join('\n')}\n`;
      buffered = [];
      writeSync(file, text);
    },
    compact: (entries) => {
      const next = `${path}.new`;
      const out = openSync(next, 'w');
      for (const entry of entries) writeSync(out, `${JSON.stringify(entry)}\n`);
      fsyncSync(out);
      closeSync(out);
      closeSync(file);
      renameSync(next, path);
      file = openSync(path, 'a');
    },
    close: () => closeSync(file),
  };
}
