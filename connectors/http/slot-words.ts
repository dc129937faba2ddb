import type { MappingSlot } from '../../core/ports/survey.ts';

/** A slot as a connector states it: where in the settings, and what they choose now. */
export type StatedSlot = Omit<MappingSlot, 'chosen' | 'several' | 'unlike' | 'standard'> & {
  chosen: string | null | readonly string[];
  unlike?: RegExp;
  standard?: string;
};

/** What a slot means and how fields that could fill it are called, whoever the vendor: the rest of a slot is the vendor's. */
type SlotWords = Pick<StatedSlot, 'meaning' | 'hints' | 'unlike'>;

/** Names of what a sale leaves after its own costs. */
const MARGIN = [/^(gross|net|contribution)?_?(margin|profit)(_?amount)?(__c)?$/i, /margin|gross.?profit|contribution/i];
const REFUND = [/refund/i, /paid.?back|credited|returned/i];

/** Money of a sale that is not what it was worth. */
export const NOT_ITS_WORTH =
  /refund|tax|discount|shipping|cost|margin|home_currency|expected|forecast|projected|weighted/i;

/** Of both CRMs. */
export const SLOT_WORDS = {
  amount: {
    meaning: 'what the sale was worth',
    unlike: NOT_ITS_WORTH,
    hints: [/^amount$/i, /^(net|total|final).*(amount|revenue|value|price)/i, /amount|revenue|price/i],
  },
  currency: {
    meaning: 'the currency of the sale',
    hints: [/^(deal|order|sale|invoice|contract)?_?currency(_?(iso)?_?code)?(__c)?$/i, /currency/i],
  },
  margin: {
    meaning: 'what the sale leaves after its costs',
    // A share of the amount is no money.
    unlike: /percent|pct|share|rate|ratio|%/i,
    hints: MARGIN,
  },
  marginShare: { meaning: 'what the sale leaves, as a share of its amount', hints: MARGIN },
  orderReference: {
    meaning: 'the shop’s order number',
    hints: [/order.?(ref|no|num|id)/i, /(invoice|purchase|external).?(ref|no|num|id)/i],
  },
  refundAmount: { meaning: 'what was paid back of the sale', hints: REFUND },
  refundDate: { meaning: 'when it was paid back', hints: REFUND },
  owner: {
    meaning: 'who looks after the person',
    hints: [
      /(account|success|customer|relationship).?(manager|owner|rep)/i,
      /csm|caretaker|(sales|contact).?(owner|rep)/i,
    ],
  },
  doNotContact: {
    meaning: 'who must not be contacted',
    hints: [/opt.?(ed.?)?out|unsubscrib/i, /do.?not.?(contact|e?.?mail|call)/i],
  },
  contractStart: {
    meaning: 'since when there is a contract',
    hints: [
      /contract.?(start|begin)|subscri.*(start|since)|(start|begin).?of.?contract/i,
      /customer.?since|member.?since/i,
    ],
  },
  contractEnd: {
    meaning: 'the last day of the contract',
    hints: [/contract.?(end|expir|until)|renewal.?date|subscri.*(end|expir)/i, /expir|valid.?until/i],
  },
  contractCancelled: { meaning: 'when notice was given', hints: [/cancel|notice|terminat/i] },
  contractValue: {
    meaning: 'what a year of the contract is worth',
    hints: [/annual.?(contract.?)?value|\b(arr|acv)\b|(contract|subscription).?(value|amount)/i],
  },
} as const satisfies Record<string, SlotWords>;

/** Slots as the mapping looks at them. */
export function mappingSlotsOf(slots: readonly StatedSlot[]): readonly MappingSlot[] {
  return slots.map((slot) => ({
    ...slot,
    unlike: slot.unlike ?? null,
    standard: slot.standard ?? null,
    chosen: slot.chosen === null ? [] : typeof slot.chosen === 'string' ? [slot.chosen] : slot.chosen,
    several: Array.isArray(slot.chosen),
  }));
}
