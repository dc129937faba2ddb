/**
 * The two messages of PostgreSQL's protocol that every query of the embedded store is made of, written and read without an object for
 * each part of them: PGlite's own writer and parser, made for a server far away, took a quarter of the time of an event. All others are
 * left to PGlite. https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

const FIRST_BYTES = 64 * 1_024;
/** UTF-8 of a JavaScript string takes no more bytes than this for each of its units. */
const BYTES_PER_UNIT = 3;

const BIND = 0x42;
const EXECUTE = 0x45;
const SYNC = 0x53;
const DATA_ROW = 0x44;
/** Bind complete, command complete, ready for query, no data, portal suspended: what says nothing to whoever asked. */
const SAYS_NOTHING: ReadonlySet<number> = new Set([0x32, 0x43, 0x5a, 0x6e, 0x73]);

/** A parameter as it is sent: text, or bytes as they are. */
export type WireValue = string | Uint8Array | null;

/** A prepared statement and its values. */
export interface WireQuery {
  statement: string;
  values: readonly WireValue[];
}

/** Writes queries, to be sent together, always in the same place: valid until the next are written. */
export function messageWriter(): (queries: readonly WireQuery[]) => Uint8Array {
  let bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let end = 0;
  const reserve = (more: number) => {
    if (end + more <= bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (end + more));
    bytes.copy(larger, 0, 0, end);
    bytes = larger;
  };
  const int16 = (value: number) => {
    end = bytes.writeUInt16BE(value, end);
  };
  const int32 = (value: number) => {
    end = bytes.writeInt32BE(value, end);
  };
  const value = (each: WireValue) => {
    if (each === null) {
      reserve(4);
      int32(-1);
      return;
    }
    const lengthAt = end;
    if (typeof each === 'string') {
      reserve(4 + BYTES_PER_UNIT * each.length);
      end += 4;
      end += bytes.write(each, end);
    } else {
      reserve(4 + each.length);
      end += 4;
      bytes.set(each, end);
      end += each.length;
    }
    bytes.writeInt32BE(end - lengthAt - 4, lengthAt);
  };
  const begin = (type: number, atMost: number) => {
    reserve(atMost);
    end = bytes.writeUInt8(type, end) + 4;
    return end - 4;
  };
  const finish = (lengthAt: number) => bytes.writeInt32BE(end - lengthAt, lengthAt);

  /** Binds a statement to its values, and executes it. */
  const query = ({ statement, values }: WireQuery) => {
    const bind = begin(BIND, 16 + BYTES_PER_UNIT * statement.length + 2 * values.length);
    // The portal without a name.
    end = bytes.writeUInt8(0, end);
    end += bytes.write(statement, end);
    end = bytes.writeUInt8(0, end);
    int16(values.length);
    for (const each of values) int16(each === null || typeof each === 'string' ? 0 : 1);
    int16(values.length);
    for (const each of values) value(each);
    reserve(2);
    // All columns come back as text.
    int16(0);
    finish(bind);
    const execute = begin(EXECUTE, 10);
    end = bytes.writeUInt8(0, end);
    // All rows.
    int32(0);
    finish(execute);
  };

  return (queries) => {
    end = 0;
    for (const each of queries) query(each);
    finish(begin(SYNC, 5));
    return bytes.subarray(0, end);
  };
}

/** A column that comes back, and how its text is read. */
export interface WireColumn {
  name: string;
  read: (text: string) => unknown;
}

/**
 * The rows of an answer.
 *
 * @param onOther told of each message that is neither a row nor silent: errors and notices
 */
export function readRows(
  answer: Buffer,
  columns: readonly WireColumn[],
  onOther: (message: Uint8Array) => void,
): Record<string, unknown>[] {
  const rows: Record<string, unknown>[] = [];
  for (let at = 0; at < answer.length; ) {
    const type = answer[at] as number;
    const end = at + 1 + answer.readInt32BE(at + 1);
    if (type === DATA_ROW) rows.push(readRow(answer, at + 7, columns));
    else if (!SAYS_NOTHING.has(type)) onOther(answer.subarray(at, end));
    at = end;
  }
  return rows;
}

function readRow(answer: Buffer, from: number, columns: readonly WireColumn[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  let at = from;
  for (const { name, read } of columns) {
    const length = answer.readInt32BE(at);
    at += 4;
    if (length < 0) row[name] = null;
    else {
      row[name] = read(answer.toString('utf8', at, at + length));
      at += length;
    }
  }
  return row;
}

/**
 * An array as PostgreSQL reads it; nested ones are not sent by anything here. PGlite's own way, two replacements for each element, takes
 * half a millisecond of the 13 of an event.
 */
export function arrayText(values: readonly unknown[]): string {
  let text = '{';
  for (const [index, value] of values.entries()) {
    if (index > 0) text += ',';
    if (value === null || value === undefined) text += 'NULL';
    else if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
      text += String(value);
    else text += `"${escaped(value instanceof Date ? value.toISOString() : String(value))}"`;
  }
  return `${text}}`;
}

const escaped = (text: string) => (/["\\]/.test(text) ? text.replaceAll(/["\\]/g, '\\$&') : text);
