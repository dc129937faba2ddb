import { existsSync } from 'node:fs';
import { openWorkspace, storeFolder } from '../config/wiring.ts';
import type { CallUsage } from '../core/domain/call-usage.ts';
import { StoreError } from '../core/domain/errors.ts';
import { callUsages } from '../core/store/call-usage.ts';
import { type ErasureNotes, erasureNotes } from '../core/store/erasures.ts';
import { type Pause, readPause } from '../core/store/pause.ts';
import { type FollowedTopic, followedTopics } from '../core/store/subscriptions.ts';
import type { CommandContext } from './context.ts';

/** What `check` takes from the store beside what it asks the vendors. */
export interface StoreNotes {
  paused: Pause | null;
  erasures: ErasureNotes;
  /** What was seen of each connection's calls of the day, in the order of time. */
  usages: ReadonlyMap<string, readonly CallUsage[]>;
  followed: readonly FollowedTopic[];
}

const NOTHING: StoreNotes = {
  paused: null,
  erasures: { recordsWaiting: 0, erasedSinceTraining: 0 },
  usages: new Map(),
  followed: [],
};

/** Reads the notes; nothing where there is no store yet, or while another process holds it. */
export async function readStoreNotes(context: CommandContext): Promise<StoreNotes> {
  if (!context.env['DATABASE_URL'] && !existsSync(storeFolder(context.home))) return NOTHING;
  try {
    const { workspace, close } = await openWorkspace(context.config, context, { withConnectors: false });
    try {
      const usages = new Map<string, readonly CallUsage[]>();
      for (const { id } of context.config.connections) usages.set(id, await callUsages(workspace.database, id));
      const { database } = workspace;
      const followed = await followedTopics(database);
      return { paused: await readPause(database), erasures: await erasureNotes(database), usages, followed };
    } finally {
      await close();
    }
  } catch (error) {
    if (error instanceof StoreError && error.retry === 'later') return NOTHING;
    throw error;
  }
}
