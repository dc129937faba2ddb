import type { Behaviour } from '../../segments/clusters.ts';
import type { Segment } from '../../segments/segment-names.ts';
import type { LoweredBy } from '../data-quality.ts';
import type { Question } from '../overview.ts';
import type { Criterion } from '../priority.ts';
import type { Factor } from '../train-drivers.ts';
import { englishNames } from './names-english.ts';
import type { Act, MovedPart, Sentences } from './words.ts';

const ACTS: Readonly<Record<Act, string>> = {
  order: 'an order',
  meeting: 'a meeting',
  reply: 'an answer to an e-mail',
  'support-settled': 'no support case',
};

const CRITERIA: Readonly<Record<Criterion, string>> = {
  valueAtRisk: 'value at risk',
  churn: 'churn',
  engagementDrop: 'loss of engagement',
};

const ADVICE: Readonly<Record<Segment, string>> = {
  champions: 'Thank them, ask them to refer others, show them what is new first.',
  loyal: 'Offer the next larger plan or a complement; ask what they would change.',
  'potential-loyalists': 'Give a reason for the next order soon: membership, a complement, advice.',
  new: 'Help them to a first success and a second order; check in within two weeks.',
  promising: 'Stay in mind: a useful mail, a small offer for a second order.',
  'needs-attention': 'Ask what is missing now, with an offer that ends soon.',
  'about-to-sleep': 'Remind them of what they bought and what goes with it.',
  'at-risk': 'Call in person; solve what went wrong before offering anything.',
  'cannot-lose': 'Call this week, by whoever knows them best; agree on a way back.',
  hibernating: 'A cheap reminder at the season they bought in; no call.',
  lost: 'One win-back mail; otherwise leave them in peace.',
};

const FACTORS: Readonly<Record<Factor, string>> = {
  'one-order': 'with one order so far',
  overdue: 'overdue by their own rhythm',
  'support-lately': 'with support cases lately',
  'no-visits': 'without visits, mails or product use lately',
  'no-meeting': 'without a meeting lately',
  'activity-drop': 'whose activity had dropped',
  'activity-rising': 'more active week by week',
};

const QUESTIONS: Readonly<Record<Question, (atLeast: number) => string>> = {
  silence: (days) => `No order for ${plural(Math.ceil(days), 'day')} or more?`,
  lateness: (times) => `Silent ${times.toFixed(1)} times as long as usual, or longer?`,
  orders: (count) => `Ordered on ${Math.ceil(count)} days or more?`,
  age: (days) => `Customer for ${age(days)} or more?`,
  visits: (count) => `More than ${count.toFixed(1)} visits, mails or uses lately?`,
  meetings: (count) => `More than ${count.toFixed(1)} meetings lately?`,
  support: (count) => `More than ${count.toFixed(1)} support cases lately?`,
};

const TRAITS: Readonly<Record<Behaviour, readonly [more: string, less: string]>> = {
  silence: ['bought long ago', 'bought lately'],
  purchases: ['buys often', 'has bought rarely'],
  spend: ['spends much an order', 'spends little an order'],
  visits: ['visits and reads a lot', 'hardly visits or reads'],
  meetings: ['meets us often', 'hardly meets us'],
  support: ['needs support often', 'hardly needs support'],
};

const CAUSES: Readonly<Record<MovedPart['why'], string>> = {
  time: 'time passing',
  inputs: 'new facts',
  model: 'an updated model',
};

const LOWERED: Readonly<Record<LoweredBy, (count: number) => string>> = {
  'no-order': () => 'No order yet to tell from.',
  'one-order': () => 'One order so far: value and risk are those of customers like this one.',
  'few-orders': () => 'Two orders so far: hardly a rhythm to tell from.',
  'no-amount': () => 'No order has an amount.',
  'kept-out': (count) =>
    `${plural(count, 'record')} kept out until somebody has looked at ${count === 1 ? 'it' : 'them'}.`,
  odd: (count) => `${plural(count, 'record')} counted though something is odd about ${count === 1 ? 'it' : 'them'}.`,
  'doubtful-identity': () => 'More records share an address or id than can be one person.',
  'test-account': () => 'Looks like an account made for a test.',
  'damaged-contact': () => 'An address or name is damaged.',
  'unmatched-refunds': (count) =>
    `${plural(count, 'refund')} without an order to take ${count === 1 ? 'it' : 'them'} from.`,
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
  'notice-given': () => 'Notice has been given.',
  'contract-ends': ({ days }) =>
    days >= 0
      ? `Contract ends in ${plural(days, 'day')}.`
      : `Contract ended ${plural(-days, 'day')} ago, not renewed yet.`,
  'under-contract': ({ days }) => `Under contract for ${age(days)}.`,
  streak: ({ weeks }) => `Active ${weeks} weeks in a row.`,
  'activity-drop': ({ days, usualDays }) =>
    `Active on ${plural(days, 'day')} in the last four weeks; usually on ${whole(usualDays)}.`,
  'activity-trend': ({ trend }) => (trend === 'rising' ? 'More active week by week.' : 'Less active week by week.'),
  clockwork: ({ everyDays }) => `Active like clockwork, every ${plural(everyDays, 'day')}.`,
  risk: ({ direction }) => (direction === 'raises' ? 'Raises the risk of leaving.' : 'Lowers the risk of leaving.'),
  'next-year': ({ expected, oneInTenAbove, likelyNothing, currency }) => {
    const mean = `${Math.round(expected)} ${currency}`;
    const above =
      oneInTenAbove === null
        ? 'fewer than one in ten bring more'
        : `one in ten above ${Math.round(oneInTenAbove)} ${currency}`;
    return likelyNothing
      ? `Next 12 months: most likely nothing; on average ${mean}, ${above}.`
      : `Next 12 months: ${mean} expected, ${above}.`;
  },
  moved: ({ what, by, currency, parts }) => {
    const unit = what === 'churn' ? 'points' : currency;
    const causes = parts.map((part) => `${part.by > 0 ? '+' : '-'}${Math.abs(part.by)} from ${CAUSES[part.why]}`);
    return `${what === 'churn' ? 'Churn risk' : 'Expected value'} ${by > 0 ? 'up' : 'down'} ${Math.abs(by)} ${unit}: ${causes.join(', ')}.`;
  },
  'would-change': ({ acts, from, to }) =>
    `Customers like this one but with ${list(acts.map((act) => ACTS[act]))} now: churn risk ${percent(to)} instead of ${percent(from)}.`,
  'would-rank': ({ rank, criterion }) => `Would be ${ordinal(rank)} if ${CRITERIA[criterion]} weighed twice.`,
  'segment-name': ({ segment }) => englishNames.segments[segment],
  'segment-advice': ({ segment }) => ADVICE[segment],
  cluster: ({ traits }) =>
    traits.length === 0
      ? 'Like the average customer.'
      : sentence(list(traits.map(({ behaviour, more }) => TRAITS[behaviour][more ? 0 : 1]))),
  driver: ({ factor, leftWith, leftWithout }) =>
    `Of customers ${typeof factor === 'string' ? FACTORS[factor] : `with "${factor.did}" lately`}, ${percent(leftWith)} left; of the others, ${percent(leftWithout)}.`,
  question: ({ about, atLeast }) => QUESTIONS[about](atLeast),
  'data-lowered': ({ by, count }) => LOWERED[by](count),
  call: () => 'Call: valuable and likely to leave',
  'win-back': () => 'Win back: was valuable, has gone silent',
};

function list(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

const ORDINALS = new Intl.PluralRules('en', { type: 'ordinal' });
const ENDINGS: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd' };

function ordinal(rank: number): string {
  return `${rank}${ENDINGS[ORDINALS.select(rank)] ?? 'th'}`;
}

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
