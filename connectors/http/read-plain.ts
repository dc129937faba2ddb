import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DataError } from '../../core/domain/errors.ts';

/**
 * The bytes of a file, unpacked when it is gzip. What it is shows in its first two bytes, not in its name: files are renamed, and
 * unpacked on their way. Read as they are asked for.
 *
 * @throws DataError when there is no such file, it cannot be read, or the gzip in it is broken
 */
export async function* readPlain(path: string): AsyncGenerator<Buffer> {
  try {
    const packed = await isGzip(path);
    const file = createReadStream(path);
    // `pipeline` and not `pipe`: an error of the file reaches whoever reads, and whoever stops reading closes the file.
    const bytes: AsyncIterable<Buffer> = packed ? pipeline(file, createGunzip(), () => {}) : file;
    yield* bytes;
  } catch (cause) {
    throw new DataError({
      file: path,
      field: 'file',
      expected: 'a file that can be read, plain or gzip',
      found: cause instanceof Error && 'code' in cause ? String(cause.code) : 'something else',
      remedy: 'check its path and permissions, and that it was copied whole',
    });
  }
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}
