import type { Finding } from './finding.ts';
import { deviation, ownSpread, type Spread } from './sketch.ts';

/** Amounts of a book from which on single ones are judged. */
export const LEAST_AMOUNTS = 100;
/** Logarithms of what a change of unit multiplies by: cents for euros, thousandths, and the other way. */
export const UNIT_STEPS: readonly { factor: number; log: number }[] = [100, 1_000, 0.01, 0.001].map((factor) => ({
  factor,
  log: Math.log(factor),
}));

/** Spreads from the book's median at which an amount is told, and at which it waits. Figures of both: docs/decisions/034. */
const TOLD_AT = 4.5;
const HELD_AT = 7;
/** Beyond this the book alone says enough, whatever the customer's own orders say: they may be as wrong. */
const BEYOND_DOUBT = 9;
/** The same from the customer's own median, where there is one; the book must find it odd as well. */
const OWN_TOLD_AT = 5.5;
const OWN_HELD_AT = 8;
const BOOK_AGREES_AT = 2;
const BOOK_AGREES_TO_HOLD = 6;
/** A few orders say little of how much a customer varies: as much as this part of the book, at the least. */
const OWN_SPREAD_OF_BOOK = 0.5;
/** A customer's first large order may be a hundred times the usual, and must move the scores: no amount nearer than this waits. */
const HELD_BEYOND_FACTOR = 1_000;
/** How near to a median an amount must come, once its unit is set right. */
const FITS_WITHIN = 2.5;

/**
 * Whether the amount of an order is far from all others, by the book and by the customer's own orders, and whether another unit would
 * explain it. Null below `LEAST_AMOUNTS`, and for what is usual.
 *
 * @param logAmount natural logarithm of the amount in the workspace's currency
 * @param own logarithms of the customer's other orders
 */
export function amountFinding(
  logAmount: number,
  { book, own, currency }: { book: Spread | null; own: readonly number[]; currency: string },
): Finding | null {
  if (book === null || book.n < LEAST_AMOUNTS) return null;
  const byBook = Math.abs(deviation(book, logAmount));
  const usual = ownSpread(own, OWN_SPREAD_OF_BOOK * Math.max(book.above, book.below));
  const byOwn = usual === null ? null : Math.abs(deviation(usual, logAmount));
  const told =
    byOwn === null ? byBook >= TOLD_AT : byBook >= HELD_AT || (byOwn >= OWN_TOLD_AT && byBook >= BOOK_AGREES_AT);
  if (!told) return null;
  const held =
    Math.abs(logAmount - book.median) >= Math.log(HELD_BEYOND_FACTOR) &&
    (byBook >= BEYOND_DOUBT ||
      (byOwn === null ? byBook >= HELD_AT : byOwn >= OWN_HELD_AT && byBook >= BOOK_AGREES_TO_HOLD));
  const near = usual ?? book;
  const step = UNIT_STEPS.map((each) => ({ ...each, off: Math.abs(deviation(near, logAmount - each.log)) }))
    .filter(({ off }) => off <= FITS_WITHIN)
    .sort((a, b) => a.off - b.off)[0];
  const money = (log: number) => `${Math.exp(log).toPrecision(3)} ${currency}`;
  const whose = usual === null ? 'orders of this book' : 'orders of this customer';
  return {
    rule: step === undefined ? 'amount-outlier' : 'amount-unit',
    severity: held ? 'hold' : 'warn',
    field: 'amount',
    expected: `about ${money(near.median)}, as ${whose}`,
    found: step === undefined ? money(logAmount) : `${money(logAmount)}, which is ${step.factor} times as much`,
    remedy:
      step === undefined
        ? 'Correct it at its source, or accept it as it is.'
        : 'Look whether it was entered in another unit (cents for euros) and correct it at its source, or accept it as it is.',
  };
}
