import type { Act, MovedPart, Sentences } from './words.ts';

const ACTS: Readonly<Record<Act, string>> = {
  order: 'An order now',
  meeting: 'A meeting now',
  reply: 'An answer to an e-mail now',
  'support-settled': 'No open support cases',
};

const CAUSES: Readonly<Record<MovedPart['why'], string>> = {
  time: 'time passing',
  inputs: 'new facts',
  model: 'an updated model',
};

/** What scores say, in English. */
export const english: Sentences = {
  'no-second-order': ({ days }) => `No second order in ${plural(days, 'day')}.`,
  overdue: ({ days, usualDays }) => `No order for ${plural(days, 'day')}; usually every ${whole(usualDays)}.`,
  'last-order': ({ days, usualDays }) => `Last order ${plural(days, 'day')} ago; usually every ${whole(usualDays)}.`,
  'order-days': ({ count }) => (count === 1 ? 'One order so far.' : `Ordered on ${count} days so far.`),
  'customer-for': ({ days }) => `Customer for ${age(days)}.`,
  'usual-spend': ({ amount, currency }) => `Spends about ${Math.round(amount)} ${currency} an order.`,
  'no-usual-spend': () => 'No repeat order to tell the usual spend from.',
  'no-order-yet': () => 'No order yet.',
  quiet: () => 'Hardly any visits, mails or meetings lately.',
  active: () => 'Visits, mails or meetings going on.',
  support: ({ lately }) => (lately ? 'Support cases lately.' : 'No support case lately.'),
  streak: ({ weeks }) => `Active ${weeks} weeks in a row.`,
  'activity-drop': ({ days, usualDays }) =>
    `Active on ${plural(days, 'day')} in the last four weeks; usually on ${whole(usualDays)}.`,
  'activity-trend': ({ trend }) => (trend === 'rising' ? 'More active week by week.' : 'Less active week by week.'),
  clockwork: ({ everyDays }) => `Active like clockwork, every ${plural(everyDays, 'day')}.`,
  risk: ({ direction }) => (direction === 'raises' ? 'Raises the risk of leaving.' : 'Lowers the risk of leaving.'),
  'next-year': ({ expected, oneInTenAbove, likelyNothing, currency }) =>
    likelyNothing
      ? `Next 12 months: most likely nothing; on average ${Math.round(expected)} ${currency}, one in ten above ${Math.round(oneInTenAbove)} ${currency}.`
      : `Next 12 months: ${Math.round(expected)} ${currency} expected, one in ten above ${Math.round(oneInTenAbove)} ${currency}.`,
  moved: ({ what, by, currency, parts }) => {
    const unit = what === 'churn' ? 'points' : currency;
    const causes = parts.map((part) => `${part.by > 0 ? '+' : '-'}${Math.abs(part.by)} from ${CAUSES[part.why]}`);
    return `${what === 'churn' ? 'Churn risk' : 'Expected value'} ${by > 0 ? 'up' : 'down'} ${Math.abs(by)} ${unit}: ${causes.join(', ')}.`;
  },
  'would-change': ({ act, from, to }) =>
    `${ACTS[act]} would go with a churn risk of ${percent(to)} instead of ${percent(from)}.`,
  call: () => 'Call: valuable and likely to leave',
  'win-back': () => 'Win back: was valuable, has gone silent',
};

function plural(count: number, unit: string): string {
  const rounded = Math.max(Math.round(count), 0);
  return `${rounded} ${unit}${rounded === 1 ? '' : 's'}`;
}

/** A usual number: never "every 0 days". */
function whole(count: number): number {
  return Math.max(Math.round(count), 1);
}

function age(days: number): string {
  if (days < 60) return plural(days, 'day');
  return days < 730 ? plural(days / 30.4, 'month') : plural(days / 365, 'year');
}

function percent(probability: number): string {
  return `${Math.round(probability * 100)} %`;
}
