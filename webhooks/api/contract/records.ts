import { z } from 'zod';
import { LONGEST_NOTE, VERDICTS } from '../../../core/ports/record-cards.ts';
import { operation } from '../operation.ts';
import { name } from './schemas.ts';

const tone = z.enum(['good', 'warning', 'bad', 'neutral']);
const labelled = z.object({ label: z.string(), text: z.string() });

const recordView = name(
  'RecordView',
  z.object({
    state: z.enum(['scored', 'prospect', 'missing', 'erased', 'hidden']),
    title: z.string(),
    notice: z.object({ text: z.string(), tone }).nullable(),
    band: z.object({ text: z.string(), detail: z.string().nullable(), tone }).nullable(),
    lines: z.array(
      z.object({
        id: z.enum(['value', 'risk', 'engagement', 'quality']),
        label: z.string().describe('With the direction of the number.'),
        text: z.string(),
        detail: z.string().nullable().describe('Interval, horizon or trend.'),
        tone,
      }),
    ),
    reasons: z.object({ label: z.string(), sentences: z.array(z.string()) }).nullable(),
    change: labelled.nullable(),
    nextAction: labelled.extend({ due: z.string().nullable() }).nullable(),
    asOf: labelled.nullable(),
    feedback: z
      .object({
        question: z.string(),
        useful: z.string(),
        wrong: z.string(),
        note: z.string(),
        send: z.string(),
        thanks: z.string(),
      })
      .nullable()
      .describe('Words for the question; null where there is no score to have an opinion on.'),
  }),
);

export const getRecordView = operation({
  id: 'getRecordView',
  method: 'get',
  path: '/customers/:id/view',
  summary:
    'What the CRM’s record shows of one customer, in the workspace’s language: every text said, every tone decided.',
  params: z.object({ id: z.string().describe('Customer id, e-mail address or external id.') }),
  answer: recordView,
  refusals: [404],
});

const verdict = z.enum(VERDICTS);
const rated = {
  customerId: z.uuid(),
  asOf: z.iso.date().describe('The day of the score that the verdict is about.'),
  modelVersion: z.string(),
};

export const giveFeedback = operation({
  id: 'giveFeedback',
  method: 'post',
  path: '/feedback',
  summary:
    'Keeps whether a customer’s score is useful or wrong, and why, as a label of that score. A caller’s second verdict replaces the first.',
  role: 'rep',
  body: name(
    'NewFeedback',
    z.strictObject({
      customer: z.string().min(1).describe('Customer id, e-mail address or external id.'),
      verdict,
      note: z.string().max(LONGEST_NOTE).default(''),
    }),
  ),
  status: 201,
  answer: name('RatedScore', z.object(rated)),
  refusals: [400, 404],
});

export const listFeedback = operation({
  id: 'listFeedback',
  method: 'get',
  path: '/feedback',
  summary: 'Verdicts on scores, newest first, each with what the score had said.',
  role: 'rep',
  query: z.strictObject({ verdict: verdict.optional(), limit: z.coerce.number().int().min(1).max(1000).default(100) }),
  answer: name(
    'FeedbackList',
    z.object({
      feedback: z.array(
        z.object({
          ...rated,
          verdict,
          note: z.string(),
          actor: z.string().describe('Whose word it is.'),
          givenAt: z.string(),
          churnProbability: z.number().nullable(),
          churnBand: z.string().nullable(),
          valueBand: z.string().nullable(),
        }),
      ),
    }),
  ),
  refusals: [400],
});
