import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from '../ports/database.ts';

/** A live pass may wait for its vendor: a batch stands aside no longer than this. */
const GIVE_WAY_MS = 250;

/** By store, the live pass that is under way in this process. */
const passing = new WeakMap<Database, Promise<unknown>>();

/** Runs a live pass; until it ends, batches of this process begin no other commit. One at a time for a store. */
export async function withRightOfWay<T>(database: Database, pass: () => Promise<T>): Promise<T> {
  const under = pass();
  passing.set(database, under);
  try {
    return await under;
  } finally {
    passing.delete(database);
  }
}

/**
 * Lets the live pass that is under way go first. Between two passes a batch has its commit, so that it comes on under any load.
 */
export async function giveWay(database: Database): Promise<void> {
  const under = passing.get(database);
  if (under === undefined) return;
  const ended = new AbortController();
  const done = under.catch(() => undefined);
  await Promise.race([done, wait(GIVE_WAY_MS, undefined, { signal: ended.signal }).catch(() => undefined)]);
  ended.abort();
}
