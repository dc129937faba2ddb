import { setTimeout as wait } from 'node:timers/promises';

/** In a flood one commit waits so long for others to share it: a fraction of what a disk takes. */
const GATHER_MS = 1;

/**
 * Shares commits: what comes while as many are under way as may be goes into the next together, so that a flood costs few. What a commit
 * throws is thrown to everybody who shares it.
 *
 * @param commit gives one result per item, in order
 * @param atATime how many commits may be under way: with two, one is gathered while the disk has the other
 */
export function groupCommit<Item, Result>(
  commit: (items: readonly Item[]) => Promise<readonly Result[]>,
  { atATime }: { atATime: number },
): (item: Item) => Promise<Result> {
  interface Waiting {
    item: Item;
    done: (result: Result) => void;
    failed: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];
  let underWay = 0;
  let isGathering = false;
  let shared = 0;
  const next = async () => {
    // Who was answered by the last commit is about to send again: else commits of one and of all others take turns.
    if (shared + waiting.length > 2) {
      isGathering = true;
      await wait(GATHER_MS);
      isGathering = false;
    }
    const batch = waiting;
    waiting = [];
    shared = batch.length;
    underWay += 1;
    try {
      const results = await commit(batch.map(({ item }) => item));
      batch.forEach(({ done }, index) => {
        done(results[index] as Result);
      });
    } catch (error) {
      for (const { failed } of batch) failed(error);
    }
    underWay -= 1;
    begin();
  };
  const begin = () => {
    if (waiting.length > 0 && !isGathering && underWay < atATime) void next();
  };
  return (item) =>
    new Promise((done, failed) => {
      waiting.push({ item, done, failed });
      begin();
    });
}
