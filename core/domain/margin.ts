import { DataError } from './errors.ts';
import { divideRounding } from './exchange-rates.ts';
import { formatMoney, type Money, parseMoney } from './money.ts';

/** What a sale leaves after its own costs: money in the sale's currency, or a share of its amount; decimal strings ("-3.10", "0.35"). */
export type StatedMargin = { amount: string } | { share: string };

const SHARE = /^(-?)(\d+)(?:\.(\d+))?$/;

/**
 * The margin of a sale, in the currency of its amount. Below zero for a sale at a loss.
 *
 * @throws DataError for what is no decimal number, and for a margin above the amount: more often than not that is a percentage where a
 *   share is expected, and it would pass for a fortune
 */
export function marginOf(sold: Money, stated: StatedMargin): Money {
  const margin = 'amount' in stated ? parseMoney(stated.amount, sold.currency) : shareOf(sold, stated.share);
  if (margin.amountMinor <= sold.amountMinor) return margin;
  throw new DataError({
    field: 'margin',
    expected: `no more than the amount of the sale, ${formatMoney(sold)}`,
    found: formatMoney(margin),
    remedy: 'correct it at the source, or choose another field for the margin: a share is 0.35 for 35 %',
  });
}

function shareOf({ amountMinor, currency }: Money, share: string): Money {
  const [, sign, whole, fraction = ''] = SHARE.exec(share.trim()) ?? [];
  if (whole === undefined) {
    throw new DataError({
      field: 'margin',
      expected: 'a share of the amount as a decimal number, such as 0.35',
      found: share,
      remedy: 'correct it at the source',
    });
  }
  const digits = BigInt(`${sign}${whole}${fraction}`);
  return { amountMinor: divideRounding(amountMinor * digits, 10n ** BigInt(fraction.length)), currency };
}
