import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../domain/errors.ts';

interface Holder {
  pid: number;
  /** Start of the process in clock ticks since boot, where the system tells: tells a reused pid from the holder. */
  startTicks: string | null;
}

/** A lock on a folder, held by this process until released. */
export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Locks a folder for this process. PGlite has no lock of its own: two processes on one folder lose rows silently. A lock whose
 * holder is dead is taken over; one whose holder lives never is.
 *
 * @throws StoreError naming the holder and what to do
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, 'lock.json');
  const mine: Holder = { pid: process.pid, startTicks: startTicks(process.pid) };
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (await appears(path, JSON.stringify(mine))) return { release: () => rm(path, { force: true }) };
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text === null) continue;
    const holder = parse(text);
    if (holder && isAlive(holder)) {
      throw new StoreError(
        `The store in ${folder} is in use by process ${holder.pid}. Stop that process (a running "staypower serve" or "demo"), or set DATABASE_URL to a PostgreSQL server, which many processes can share.`,
        { retry: 'later' },
      );
    }
    // The holder died. Moving its file aside is atomic: of two processes that try, one succeeds and both start over.
    const aside = `${path}.${process.pid}.dead`;
    await rename(path, aside).catch(() => undefined);
    // Another process may have taken the lock over between the look and the move: what is live goes back.
    const moved = await readFile(aside, 'utf8').catch(() => null);
    if (moved !== null && moved !== text) await link(aside, path).catch(() => undefined);
    await rm(aside, { force: true });
  }
  throw new StoreError(`The lock of the store in ${folder} could not be taken. Try again.`, { retry: 'later' });
}

/** Makes a file appear with its content at once, never empty; false when there is one already. */
async function appears(path: string, content: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, content);
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Writes a lock as another process would have; for tests of the take-over. */
export async function writeForeignLock(
  folder: string,
  holder: { pid: number; startTicks: string | null },
): Promise<void> {
  await writeFile(join(folder, 'lock.json'), JSON.stringify(holder));
}

function parse(text: string): Holder | null {
  try {
    const value = JSON.parse(text) as Holder;
    return typeof value.pid === 'number' ? value : null;
  } catch {
    // Not one of ours, or spoiled by a full disk.
    return null;
  }
}

function isAlive(holder: Holder): boolean {
  if (holder.pid === process.pid && holder.startTicks === startTicks(process.pid)) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const now = startTicks(holder.pid);
  return holder.startTicks === null || now === null || now === holder.startTicks;
}

function startTicks(pid: number): string | null {
  try {
    // Field 22 of /proc/PID/stat; the second field may hold spaces and is closed by the last parenthesis.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
