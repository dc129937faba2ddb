import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../core/domain/errors.ts';

const BY_NUMBERS = new Intl.Collator('en', { numeric: true });

/**
 * The files of an archive: those named, and all in the folders named, in the order of their paths with numbers as numbers. Segment lays
 * them down as segment-logs/SOURCE/DAY/NAME.gz with the day in milliseconds since 1970, so that this is the order of days.
 * https://segment.com/docs/connections/storage/catalog/amazon-s3/
 *
 * @throws DataError for a path that is not there, and for a folder without a file
 */
export async function archiveFiles(paths: readonly string[]): Promise<readonly string[]> {
  const files = await Promise.all(paths.map(filesOf));
  return files.flat();
}

async function filesOf(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new DataError({
      row: path,
      field: 'file',
      expected: 'a file or folder that can be read',
      found: error.code ?? 'something else',
      remedy: 'check its path and permissions',
    });
  });
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort(BY_NUMBERS.compare);
  if (files.length > 0) return files;
  throw new DataError({
    row: path,
    field: 'folder',
    expected: 'files of a Segment archive in it',
    remedy: 'name the folder that segment-logs was copied to, or files of it',
  });
}

/** Names a file by what is in it: a copy under another name is the same, one that Segment has rewritten after a deletion is another. */
export async function contentHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
