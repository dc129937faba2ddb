import type { AdviceAnswer, AdviceRow, EffectRow } from '../ports/planning.ts';
import type { UsedMargin } from '../scores/margin.ts';
import { roundedMoney } from './money.ts';
import type { Advice, AdviceCustomer } from './next-best-action.ts';
import type { ActionEffect, SaveRate } from './save-rates.ts';

const Z90 = 1.2815515655446004;

/** Advice and who it is about, in the words of an answer. `on` is filled in where a day is asked for. */
export function rowOf(advice: Advice, name: string | null, currency: string): AdviceRow {
  const { customer, choice, explores } = advice;
  const money = (value: number) => roundedMoney(value, currency);
  return {
    customerId: customer.customerId,
    name,
    segment: customer.segment,
    churnProbability: customer.churnProbability,
    valueIfKept12m: money(customer.valueIfKept12m),
    marginShare: customer.margin?.share ?? null,
    marginFrom: customer.margin?.from ?? 'planning',
    action: choice?.action.name ?? null,
    on: null,
    savedValue: money(choice?.savedValue ?? 0),
    cost: money(choice?.cost ?? 0),
    net: money(choice?.net ?? 0),
    chanceItPays: choice?.chanceItPays ?? null,
    explores,
    why: whyOf(advice, money, currency),
  };
}

/** How many customers are counted at a margin of their own, at the book's, and at the configured one. */
export function marginsOf(book: readonly AdviceCustomer[]): AdviceAnswer['margins'] {
  const from = (which: UsedMargin['from']) =>
    book.filter(({ margin }) => (margin?.from ?? 'planning') === which).length;
  return { customer: from('customer'), book: from('book'), planning: from('planning') };
}

/** Sums of what is expected of the advised. */
export function totalsOf(
  advised: readonly Advice[],
  currency: string,
): Pick<AdviceAnswer, 'savedValue' | 'cost' | 'net' | 'advised'> {
  const sum = (of: (choice: NonNullable<Advice['choice']>) => number) =>
    roundedMoney(
      advised.reduce((total, { choice }) => total + (choice ? of(choice) : 0), 0),
      currency,
    );
  return {
    advised: advised.filter(({ choice }) => choice !== null).length,
    savedValue: sum(({ savedValue }) => savedValue),
    cost: sum(({ cost }) => cost),
    net: sum(({ net }) => net),
  };
}

/** What is believed of every action, over all and by segment, with 80 % intervals. */
export function effectRows(effects: ReadonlyMap<string, ActionEffect>): readonly EffectRow[] {
  const row = (action: string, segment: string | null, { mean, standardDeviation, customers }: SaveRate) => ({
    action,
    segment,
    saveRate: mean,
    low: mean - Z90 * standardDeviation,
    high: mean + Z90 * standardDeviation,
    customers,
  });
  return [...effects].flatMap(([action, { overall, bySegment }]) => [
    row(action, null, overall),
    ...[...bySegment].map(([segment, rate]) => row(action, segment === '' ? null : segment, rate)),
  ]);
}

function whyOf({ choice, options, explores }: Advice, money: (value: number) => string, currency: string): string {
  if (choice === null) {
    const best = options[0];
    if (!best) return 'No action leaves the least margin.';
    return best.net <= 0
      ? `Nothing pays: the best, ${best.action.name}, would keep ${money(best.savedValue)} ${currency} and cost ${money(best.cost)}.`
      : `Too uncertain: ${best.action.name} pays with a chance of ${percent(best.chanceItPays)}.`;
  }
  const measured =
    choice.saveRate.customers > 0 ? `measured on ${choice.saveRate.customers} customers` : 'not measured yet';
  return explores
    ? `Tried in order to learn what it does; it pays with a chance of ${percent(choice.chanceItPays)}, ${measured}.`
    : `Expected to keep ${money(choice.savedValue)} ${currency} for ${money(choice.cost)}; pays with a chance of ${percent(choice.chanceItPays)}, ${measured}.`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
