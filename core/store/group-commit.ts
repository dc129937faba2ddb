/**
 * Shares commits: what comes while they are under way goes into the next one together, so that a flood costs few. What a commit throws
 * is thrown to everybody who shares it.
 *
 * @param commit gives one result per item, in order
 * @param most commits under way at a time, 1 or more
 */
export function groupCommit<Item, Result>(
  commit: (items: readonly Item[]) => Promise<readonly Result[]>,
  most = 1,
): (item: Item) => Promise<Result> {
  interface Waiting {
    item: Item;
    done: (result: Result) => void;
    failed: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];
  let underWay = 0;
  const run = async () => {
    underWay += 1;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        const results = await commit(batch.map(({ item }) => item));
        batch.forEach(({ done }, index) => {
          done(results[index] as Result);
        });
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    underWay -= 1;
  };
  return (item) =>
    new Promise((done, failed) => {
      waiting.push({ item, done, failed });
      if (underWay < most) void run();
    });
}
