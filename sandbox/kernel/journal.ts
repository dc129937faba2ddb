import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  truncateSync,
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
const LINES_PER_WRITE = 20_000;
const BYTES_PER_READ = 1 << 24;
const NEWLINE = 10;

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
  const earlier = existsSync(path) ? survey(path) : { lines: 0, bytes: 0 };
  // After kill -9 the last line may be torn: it was never acknowledged.
  if (existsSync(path) && statSync(path).size > earlier.bytes) truncateSync(path, earlier.bytes);
  let file = openSync(path, 'a');
  let buffered: string[] = [];
  return {
    replayed: earlier.lines,
    wantsCompacting: earlier.lines > LINES_TO_COMPACT,
    replay: (apply) => {
      for (const line of linesOf(path)) apply(JSON.parse(line) as Entry);
    },
    add: (entry) => {
      buffered.push(JSON.stringify(entry));
    },
    flush: () => {
      if (buffered.length === 0) return;
      const lines = buffered;
      buffered = [];
      // In pieces: a large world in one string would be longer than a string can be.
      for (let start = 0; start < lines.length; start += LINES_PER_WRITE) {
        writeSync(file, `${lines.slice(start, start + LINES_PER_WRITE).join('\n')}\n`);
      }
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

/** How many complete lines a journal has, and how many bytes they take. */
function survey(path: string): { lines: number; bytes: number } {
  let lines = 0;
  let bytes = 0;
  for (const line of rawLinesOf(path)) {
    lines += 1;
    bytes += line.length + 1;
  }
  return { lines, bytes };
}

function* linesOf(path: string): Generator<string> {
  for (const line of rawLinesOf(path)) if (line.length > 0) yield line.toString('utf8');
}

/** Complete lines without their ends, read in pieces. */
function* rawLinesOf(path: string): Generator<Buffer> {
  const file = openSync(path, 'r');
  try {
    let rest = Buffer.alloc(0);
    const piece = Buffer.alloc(BYTES_PER_READ);
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
      const text = Buffer.concat([rest, piece.subarray(0, read)]);
      let from = 0;
      for (let end = text.indexOf(NEWLINE); end !== -1; end = text.indexOf(NEWLINE, from)) {
        yield text.subarray(from, end);
        from = end + 1;
      }
      rest = text.subarray(from);
    }
  } finally {
    closeSync(file);
  }
}
