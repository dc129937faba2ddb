import { InboxFullError } from '../domain/errors.ts';

/** How long a count of what waits is good for. */
const COUNT_EVERY_MS = 1_000;

/**
 * Room for what waits: counted now and then, with what was taken in since, so that a flood is noticed without asking for each of it.
 *
 * @param most how much may wait
 * @param count how much does
 * @param nameOf an amount in words, for who is refused
 * @returns takes an amount in; throws InboxFullError while no less than `most` waits
 */
export function createRoom(given: {
  most: number;
  count: () => Promise<number>;
  nameOf: (amount: number) => string;
  now: () => Date;
}): (amount: number) => Promise<void> {
  const { most, count, nameOf, now } = given;
  let counted = { at: Number.NEGATIVE_INFINITY, amount: 0 };
  return async (amount) => {
    const at = now().getTime();
    if (Math.abs(at - counted.at) >= COUNT_EVERY_MS) counted = { at, amount: await count() };
    if (counted.amount >= most) throw new InboxFullError(nameOf(counted.amount), nameOf(most));
    counted.amount += amount;
  };
}
