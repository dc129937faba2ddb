import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FileLine, readSegmentFile } from '../../connectors/segment/index.ts';
import { DataError } from '../../core/domain/errors.ts';
import { readSegmentMessages } from '../../webhooks/inbound/segment.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'staypower-segment-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function linesOf(name: string, content: string | Buffer): Promise<readonly FileLine[]> {
  const path = join(folder, name);
  await writeFile(path, content);
  return collect(readSegmentFile(path));
}

async function collect(lines: AsyncIterable<FileLine>): Promise<readonly FileLine[]> {
  const all: FileLine[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

const message = (messageId: string) => ({ type: 'track', messageId, userId: 'u', event: 'Zoë 🎈' });
const text = (...ids: string[]) => ids.map((id) => JSON.stringify(message(id))).join('\n');
const keys = (lines: readonly FileLine[]) =>
  lines.map((line) => ('message' in line ? line.message.deliveryKey : `refused ${line.line}`));

describe('replay of a Segment file', () => {
  it('refuses a file that is not there, is a folder, or whose gzip is cut off', async () => {
    const whole = gzipSync(text(...Array.from({ length: 500 }, (_, index) => `m-${index}-${Math.sin(index)}`)));
    await expect(collect(readSegmentFile(join(folder, 'absent')))).rejects.toThrow(DataError);
    await expect(collect(readSegmentFile(folder))).rejects.toThrow(DataError);
    await expect(linesOf('cut.gz', whole.subarray(0, whole.length >> 1))).rejects.toThrow(DataError);
  });

  it('refuses one large document instead of lines', async () => {
    await expect(linesOf('array.json', `[${'{"type":"track"},'.repeat(100_000)}{}]`)).rejects.toThrow(DataError);
  });

  it('sets aside lines that are no message, with their number, and reads the rest', async () => {
    const lines = await linesOf('faults.json', `${text('m-1')}\nnot json\n\n[1]\n"text"\n${text('m-2')}`);
    expect(keys(lines)).toEqual(['m-1', 'refused 2', 'refused 4', 'refused 5', 'm-2']);
    for (const line of lines) {
      if (!('rejected' in line)) continue;
      expect(line.rejected.remedy).toContain(`line ${line.line}`);
      expect(line.rejected.payload).not.toBe('');
    }
  });

  it('reads lines with either ending, a byte order mark, blanks, and no end to the last', async () => {
    expect(keys(await linesOf('plain.json', `\uFEFF${text('m-1')}\r\n ${text('m-2')} \n\r\n${text('m-3')}`))).toEqual([
      'm-1',
      'm-2',
      'm-3',
    ]);
    expect(await linesOf('empty.json', '')).toEqual([]);
  });

  it('reads gzip whatever the name of the file, and several gzips in one', async () => {
    expect(keys(await linesOf('named.json', gzipSync(text('m-1', 'm-2'))))).toEqual(['m-1', 'm-2']);
    expect(keys(await linesOf('named.gz', text('m-1')))).toEqual(['m-1']);
    const two = Buffer.concat([gzipSync(`${text('m-1')}\n`), gzipSync(text('m-2'))]);
    expect(keys(await linesOf('two.gz', two))).toEqual(['m-1', 'm-2']);
  });

  it('reads a file of many pieces without losing a character at their seams', async () => {
    const ids = Array.from({ length: 5_000 }, (_, index) => `m-${index}`);
    const lines = await linesOf('long.json', text(...ids));
    expect(keys(lines)).toEqual(ids);
    const events = lines.map((line) => 'message' in line && JSON.stringify(line.message.payload).includes('Zoë 🎈'));
    expect(new Set(events)).toEqual(new Set([true]));
  });

  it('gives each message the key that a webhook gives it, so that what came both ways counts once', async () => {
    const samples = [
      message('m-1'),
      { type: 'delete', userId: 'u', timestamp: '2026-06-01T00:00:00Z' },
      { ...message(''), a: 1 },
      { ...message('m-\0'), traits: { name: '\ud83d' } },
      { ...message('m-2'), messageId: 5 },
    ];
    for (const sample of samples) {
      const body = JSON.stringify(sample);
      const [line] = await linesOf('one.json', body);
      const [{ deliveryKey, payload } = {}] = readSegmentMessages(Buffer.from(body));
      expect(line && 'message' in line && line.message).toEqual({ deliveryKey, payload });
    }
  });
});
