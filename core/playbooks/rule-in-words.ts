import type { Conditions, Range } from './conditions.ts';
import type { Playbook, PlaybookStep } from './schema.ts';

/** Who a playbook is for, what counts as entering, and what keeps a customer from it: sentences for who has to agree to it. */
export function ruleInWords(playbook: Playbook): readonly string[] {
  const { when, coolDownDays, holdoutShare, tasksPerOwnerPerDay, hysteresisPoints, hours, steps } = playbook;
  const waits = steps.some((step) => step.do === 'wait');
  return [
    `A customer enters when all of this holds: ${conditionsInWords(when)}. Entering counts, being there does not.`,
    `Who is in stays in until a number has moved ${hysteresisPoints} points out of it (money: per cent). Only who has been out can enter again, and each entry counts once.`,
    `For ${days(coolDownDays)} after a task of any playbook the customer is left alone: who enters then is let go, and enters again only by leaving first. While something is open for a customer, nothing else is opened.`,
    `${percent(holdoutShare)} of those who enter are held out at random, for good; who was treated once stays treated. Who must not be contacted is let go.`,
    `An owner gets ${tasksPerOwnerPerDay} a day at most; the others wait in order of priority, and are let go if they leave the state meanwhile.`,
    ...(hours === null
      ? []
      : [
          `It acts from ${hours.from}:00 to ${hours.to}:00 on ${hours.weekdays.map((day) => WEEKDAYS[day - 1]).join(', ')} (${hours.timeZone ?? 'the workspace’s time zone'}).`,
        ]),
    ...(playbook.advised === null
      ? []
      : [
          `What is done is advised for each customer among ${playbook.advised.map(({ action }) => action).join(', ')}, within the limits of planning, and at random now and then, in order to learn; where nothing earns more than it costs, the customer is left alone.`,
        ]),
    ...(steps.length === 0 ? [] : [`Then: ${steps.map(stepInWords).join('; ')}.`]),
    ...(waits && playbook.stopWhenSaved ? ['Who bought since gets no further step.'] : []),
  ];
}

/** A step as part of a sentence. */
function stepInWords(step: PlaybookStep): string {
  switch (step.do) {
    case 'wait':
      return `wait ${days(step.days)}`;
    case 'check':
      return 'go on only with who is still in the state';
    case 'task':
      return `open the task “${step.subject}”`;
    case 'ticket':
      return `open the ticket “${step.subject}” at ${step.connection}`;
    case 'list':
      return `put the customer into list ${step.listId} at ${step.connection}`;
    case 'flag':
      return `note “${step.note}” on open cases or tickets at ${step.connection}`;
    case 'track':
      return `tell ${step.connection} the event “${step.event}”`;
    case 'group':
      return `tell ${step.connection} the company`;
    case 'audience':
      return `put the customer into the audience ${step.name} at ${step.connection}`;
    case 'webhook':
      return `send a message to the endpoint ${step.endpoint}`;
  }
}

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** The conditions, joined by semicolons. */
function conditionsInWords(when: Conditions): string {
  const list = (name: string, values: readonly string[] | undefined) =>
    values === undefined ? [] : [`${name} ${values.join(' or ')}`];
  const range = (name: string, given: Range | undefined, unit = '') =>
    given === undefined ? [] : [`${name} ${rangeInWords(given)}${unit}`];
  return [
    ...list('lifecycle', when.lifecycle),
    ...list('churn band', when.churnBand),
    ...list('value band', when.valueBand),
    ...list('segment', when.segment),
    ...list('engagement trend', when.engagementTrend),
    ...range('churn risk', when.churn, ' points'),
    ...range('engagement', when.engagement, ' points'),
    ...range('priority', when.priority, ' points'),
    ...range('value of 12 months', when.clv12m),
    ...range('value of 12 months if kept', when.valueIfKept12m),
    ...range('purchases', when.purchases),
    ...range('days since the last purchase', when.silentDays),
    ...range('days since the first purchase', when.customerDays),
  ].join('; ');
}

function rangeInWords({ atLeast, atMost }: Range): string {
  if (atLeast === undefined) return `at most ${atMost}`;
  if (atMost === undefined) return `at least ${atLeast}`;
  return atLeast === atMost ? `${atLeast}` : `from ${atLeast} to ${atMost}`;
}

function days(count: number): string {
  return count === 1 ? 'a day' : `${count} days`;
}

function percent(share: number): string {
  return `${Math.round(1000 * share) / 10} %`;
}
