import { setTimeout as wait } from 'node:timers/promises';

/** In a flood one commit waits so long for others to share it: a fraction of what a disk takes. */
const GATHER_MS = 1;

/**
 * Shares commits: what comes while one is under way goes into the next together, so that a flood costs few. What a commit throws is
 * thrown to everybody who shares it.
 *
 * @param commit gives one result per item, in order
 */
export function groupCommit<Item, Result>(
  commit: (items: readonly Item[]) => Promise<readonly Result[]>,
): (item: Item) => Promise<Result> {
  interface Waiting {
    item: Item;
    done: (result: Result) => void;
    failed: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];
  let isUnderWay = false;
  const run = async () => {
    isUnderWay = true;
    for (let shared = 0; waiting.length > 0; ) {
      // Who was answered by the last commit is about to send again: else commits of one and of all others take turns.
      if (shared + waiting.length > 2) await wait(GATHER_MS);
      const batch = waiting;
      waiting = [];
      shared = batch.length;
      try {
        const results = await commit(batch.map(({ item }) => item));
        batch.forEach(({ done }, index) => {
          done(results[index] as Result);
        });
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    isUnderWay = false;
  };
  return (item) =>
    new Promise((done, failed) => {
      waiting.push({ item, done, failed });
      if (!isUnderWay) void run();
    });
}
