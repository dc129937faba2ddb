/** What orders with a known margin sold for and left, in minor units of the workspace's currency. */
export interface MarginSums {
  /** Orders whose margin is known and whose amount is above zero. */
  known: number;
  amountMinor: number;
  marginMinor: number;
}

/** The same over a book, with what tells how much customers differ in it. */
export interface BookMarginSums extends MarginSums {
  /** All orders, known or not. */
  sales: number;
  /** Customers with a known margin. */
  customers: number;
  /** Sum over the customers of the square of what they bought for. */
  squaredAmountMinor: number;
  /** Sum over the customers of margin^2 / amount, each over all of its orders. */
  betweenMinor: number;
  /** Sum over the orders of margin^2 / amount. */
  withinMinor: number;
}

/** The contribution margin of a book as a share of its revenue, measured from its own sales. */
export interface BookMargin {
  /** At most 1; below zero for a book that sells at a loss. */
  share: number;
  /** Orders that it comes from, of how many. */
  known: number;
  sales: number;
  /**
   * What a customer must have bought for, in minor units, before its own share counts as much as the book's; null where customers differ
   * no more than their sales do by chance: then the book's share is everybody's.
   */
  credibilityMinor: number | null;
}

/** The share that values are counted at, and where it comes from. */
export interface UsedMargin {
  share: number;
  /** `customer`: its own sales and the book's, by how much it bought. `planning`: as configured. */
  from: 'customer' | 'book' | 'planning';
  /** Orders with a known margin, of how many in the book, at training. */
  known: number;
  sales: number;
}

/** Fewer orders than this measure nothing. */
const LEAST_KNOWN = 30;

/**
 * Measures the margin of a book: its sum over the sum of the amounts, and how far a customer's own is to be believed, by the
 * credibility of Buehlmann and Straub (1970, ASTIN Bulletin 5): k = variance within customers / variance between them, each order
 * weighted by its amount. Null where too few orders know theirs.
 */
export function measureMargin(sums: BookMarginSums): BookMargin | null {
  const { known, sales, amountMinor, marginMinor } = sums;
  if (known < LEAST_KNOWN) return null;
  return { share: marginMinor / amountMinor, known, sales, credibilityMinor: credibilityOf(sums) };
}

function credibilityOf(sums: BookMarginSums): number | null {
  const { known, customers, amountMinor, marginMinor, squaredAmountMinor, betweenMinor, withinMinor } = sums;
  const weight = amountMinor - squaredAmountMinor / amountMinor;
  if (known <= customers || weight <= 0) return null;
  const within = Math.max(withinMinor - betweenMinor, 0) / (known - customers);
  const between = (betweenMinor - marginMinor ** 2 / amountMinor - (customers - 1) * within) / weight;
  return between > 0 ? within / between : null;
}

/**
 * The margin to count a customer's value at: its own as far as it bought enough, the rest of the way to the book's; the configured one
 * where the book's was not measured.
 *
 * @param own of the customer's orders
 * @param planned the configured share, 0..1
 */
export function marginFor(book: BookMargin | null, own: MarginSums, planned: number): UsedMargin {
  if (book === null) return { share: planned, from: 'planning', known: 0, sales: 0 };
  const { share, known, sales, credibilityMinor } = book;
  if (credibilityMinor === null || own.known === 0) return { share, from: 'book', known, sales };
  const trust = own.amountMinor / (own.amountMinor + credibilityMinor);
  return { share: share + trust * (own.marginMinor / own.amountMinor - share), from: 'customer', known, sales };
}
