import type { Action, TaskAction } from '../domain/actions.ts';
import { addDays, type CalendarDay } from '../domain/calendar-day.ts';
import { hashOf } from '../domain/stable-json.ts';
import type { CustomerStats } from '../features/stats.ts';
import type { Score } from '../scores/score.ts';
import { factsOn } from './facts.ts';
import type { Playbook } from './schema.ts';
import { fillTemplate, type TemplateField } from './template.ts';

/** The customer of a run, as known when something is done. */
export interface RunCustomer {
  name: string | null;
  crossedOn: CalendarDay;
  score: Score;
  stats: Pick<CustomerStats, 'firstPurchase' | 'lastPurchase' | 'purchaseDays'>;
}

/** The record that a task is about. */
export interface TaskRecord {
  connectionId: string;
  externalId: string;
  ownerId: string | null;
}

/** The same for the same crossing of the same record, however often it is planned. At most 64 characters of [a-z0-9-]. */
export function keyOf(playbook: Playbook, parts: readonly (string | number)[]): string {
  const hash = hashOf([playbook.name, ...parts]);
  return `${playbook.name.slice(0, 30)}-${hash.toLowerCase().replace(/[^a-z0-9]/g, '0')}`;
}

/** The playbook's sequence where the record is at its vendor, else its task. */
export function firstAction(playbook: Playbook, customer: RunCustomer, record: TaskRecord, asOf: CalendarDay): Action {
  const key = keyOf(playbook, [record.connectionId, record.externalId, customer.crossedOn]);
  const task = taskOf(playbook.task, key, customer, record, asOf);
  const { sequence } = playbook;
  if (sequence === null || sequence.connection !== record.connectionId) return task;
  const { sequenceId, userId, senderEmail } = sequence;
  const { contactExternalId } = task;
  return { kind: 'sequence', key, contactExternalId, sequenceId, userId, senderEmail, fallback: task };
}

/** The words of the action that advice chose, as the playbook's own task. Throws for an action that the playbook does not name. */
export function withAdvised(playbook: Playbook, action: string): Playbook {
  const words = playbook.advised?.find((each) => each.action === action);
  if (words === undefined) throw new Error(`${playbook.name} does not name the action ${action}`);
  const { subject, body, dueInDays, priority } = words;
  return { ...playbook, task: { subject, body, dueInDays, priority } };
}

/** A task of the playbook, with its templates filled from the scores, their reasons and the customer's history. */
export function taskOf(
  { subject, body, dueInDays, priority }: Playbook['task'],
  key: string,
  customer: RunCustomer,
  record: TaskRecord,
  asOf: CalendarDay,
): TaskAction & { contactExternalId: string } {
  const values = templateValues(customer, asOf);
  return {
    kind: 'task',
    key,
    contactExternalId: record.externalId,
    ownerId: record.ownerId,
    subject: fillTemplate(subject, values),
    body: fillTemplate(body, values),
    dueOn: addDays(asOf, dueInDays),
    priority,
  };
}

function templateValues(
  { name, score, stats }: RunCustomer,
  asOf: CalendarDay,
): Readonly<Record<TemplateField, string>> {
  const { silentDays, purchases } = factsOn(stats, asOf);
  return {
    name: name ?? 'this customer',
    valueIfKept: String(Math.round(score.valueIfKept12m ?? 0)),
    currency: score.currency,
    churn: String(Math.round((score.churnProbability ?? 0) * 100)),
    horizonDays: String(score.churnHorizonDays),
    reasons: score.reasons.join('\n'),
    change: score.change ?? '',
    segment: score.segment ?? '',
    engagement: String(Math.round(score.engagement)),
    engagementTrend: score.engagementTrend,
    purchases: String(purchases),
    lastPurchaseOn: stats.lastPurchase ?? '',
    silentDays: silentDays === null ? '' : String(silentDays),
  };
}
