import { describe, expect, it } from 'vitest';
import { groupCommit } from '../../core/store/group-commit.ts';

/** A store whose commits end when the test says so. */
function heldCommits(atATime: number) {
  const begun: { items: readonly number[]; end: (error?: Error) => void }[] = [];
  const keep = groupCommit<number, string>(
    (items) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => (error ? reject(error) : resolve(items.map((item) => `kept ${item}`)));
        begun.push({ items, end });
      }),
    { atATime },
  );
  return { begun, keep };
}

/** Longer than a commit gathers. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('commits that are shared', () => {
  it('begins another while one is under way, and no more than may be', async () => {
    const { begun, keep } = heldCommits(2);
    const [first, second] = [keep(1), keep(2)];
    const others = [keep(3), keep(4), keep(5)];
    await aWhile();
    expect(begun.map(({ items }) => items)).toEqual([[1], [2]]);
    begun[1]?.end();
    expect(await second).toBe('kept 2');
    await aWhile();
    expect(begun.map(({ items }) => items)).toEqual([[1], [2], [3, 4, 5]]);
    begun[2]?.end();
    begun[0]?.end();
    expect(await Promise.all([first, ...others])).toEqual(['kept 1', 'kept 3', 'kept 4', 'kept 5']);
  });

  it('one at a time, where they would wait for each other', async () => {
    const { begun, keep } = heldCommits(1);
    const kept = [keep(1), keep(2), keep(3)];
    await aWhile();
    expect(begun.map(({ items }) => items)).toEqual([[1]]);
    begun[0]?.end();
    await aWhile();
    expect(begun.map(({ items }) => items)).toEqual([[1], [2, 3]]);
    begun[1]?.end();
    expect(await Promise.all(kept)).toEqual(['kept 1', 'kept 2', 'kept 3']);
  });

  it('fails those alone who shared it', async () => {
    const { begun, keep } = heldCommits(1);
    const first = keep(1);
    const others = [keep(2), keep(3)];
    await aWhile();
    begun[0]?.end(new Error('the disk is full'));
    await expect(first).rejects.toThrow('the disk is full');
    await aWhile();
    begun[1]?.end();
    expect(await Promise.all(others)).toEqual(['kept 2', 'kept 3']);
  });
});
