import { z } from 'zod';
import { CHANNELS } from '../../../core/domain/records.ts';
import { operation } from '../operation.ts';
import { money, name, scores } from './schemas.ts';

/** Rows of one request; a larger set goes in several. */
const MOST_ROWS = 500;
/** Facts of one row: more than any customer does in years. */
const MOST_FACTS = 5_000;

const day = z.iso.date('a day such as 2026-03-31');
const orders = z
  .array(z.strictObject({ day, amount: money.describe('Decimal string of the reporting currency, e.g. "49.90".') }))
  .max(MOST_FACTS)
  .default([]);
const events = z
  .array(z.strictObject({ day, channel: z.enum(CHANNELS), name: z.string().optional() }))
  .max(MOST_FACTS)
  .default([]);
const asOf = day.optional().describe('The last day whose facts count; today when absent.');

const reasoned = z.object({ scores, reasons: z.array(z.string()), nextAction: z.string().nullable() });

export const whatIf = operation({
  id: 'whatIf',
  method: 'post',
  role: 'viewer',
  path: '/what-if',
  summary: 'What a customer’s scores would be had these things happened too, or on another day. Nothing is stored.',
  body: name(
    'WhatIf',
    z.strictObject({
      customer: z.string().min(1).describe('Customer id, e-mail address or external id.'),
      asOf,
      orders,
      events,
    }),
  ),
  answer: name(
    'WhatIfAnswer',
    z.object({
      customerId: z.uuid(),
      before: name('ReasonedScores', reasoned),
      after: reasoned,
      change: z.string().nullable().describe('Why it would move.'),
    }),
  ),
  refusals: [400, 404, 409],
});

export const scoreRows = operation({
  id: 'scoreRows',
  method: 'post',
  role: 'viewer',
  path: '/score',
  summary: `Scores up to ${MOST_ROWS} customers from the facts given, by the current model. Nothing is stored.`,
  body: name(
    'ScoreRequest',
    z.strictObject({
      asOf,
      rows: z
        .array(z.strictObject({ id: z.string().min(1), orders, events }))
        .min(1)
        .max(MOST_ROWS),
    }),
  ),
  answer: name('ScoreAnswer', z.object({ rows: z.array(reasoned.extend({ id: z.string() })) })),
  refusals: [400, 409],
});
