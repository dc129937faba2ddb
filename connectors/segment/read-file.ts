import { DataError } from '../../core/domain/errors.ts';
import type { Json } from '../../core/domain/json.ts';
import type { RejectedRecord } from '../../core/domain/records.ts';
import { storableJson } from '../../core/domain/storable.ts';
import type { InboxMessage } from '../../core/ports/inbox.ts';
import { readPlain } from '../http/read-plain.ts';
import { messageIdOf } from './mapping.ts';

/** A line of a file of messages: a message for the inbox, as a webhook would have brought it, or why the line is none. */
export type FileLine = { line: number; message: InboxMessage } | { line: number; rejected: RejectedRecord };

/** Segment's messages have at most 32 KB; a longer line is another kind of file. */
const LONGEST_LINE_BYTES = 1_000_000;
const NEWLINE = 10;

/**
 * Replays history from a file of Segment messages, one JSON object a line, gzip or not, as Segment's storage destinations log them.
 * Lines are read as they are asked for; a line that is no message is reported and the rest goes on. The delivery key is the same that
 * a webhook gives the message, so that what came both ways counts once.
 * https://segment.com/docs/connections/storage/catalog/amazon-s3/
 *
 * @param afterLine lines up to this one are passed over
 * @throws DataError when the file cannot be read or is not of lines
 */
export async function* readSegmentFile(path: string, afterLine = 0): AsyncGenerator<FileLine> {
  let line = 0;
  for await (const bytes of linesOf(path)) {
    line += 1;
    if (line <= afterLine) continue;
    const text = bytes
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .trim();
    if (text !== '') yield { line, ...readLine(text, path, line) };
  }
}

function readLine(text: string, path: string, line: number): { message: InboxMessage } | { rejected: RejectedRecord } {
  try {
    const payload = storableJson(JSON.parse(text) as Json);
    if (typeof payload === 'object' && payload !== null && !Array.isArray(payload)) {
      return { message: { deliveryKey: messageIdOf(payload), payload } };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return {
    rejected: {
      of: 'event',
      externalId: `line ${line} of ${path}`,
      field: `line ${line}`,
      expected: 'one Segment message as a JSON object',
      found: text.slice(0, 40),
      remedy: `Correct or delete line ${line} of ${path}, then import the file again: what was imported before counts once.`,
      payload: text,
    },
  };
}

/** Lines as bytes, without their ends. */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let length = 0;
  for await (const chunk of readPlain(path)) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      yield Buffer.concat([...rest, chunk.subarray(from, end)]);
      rest = [];
      length = 0;
      from = end + 1;
    }
    rest.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > LONGEST_LINE_BYTES) {
      throw new DataError({
        file: path,
        field: 'file',
        expected: 'one JSON message a line, not one large document',
        remedy: 'export it as newline-delimited JSON',
      });
    }
  }
  if (length > 0) yield Buffer.concat(rest);
}
