import { z } from 'zod';
import { operation } from '../operation.ts';
import { churnBand, money, name, valueBand } from './schemas.ts';

/** A customer in a list. */
export const customerSummary = z.object({
  customerId: z.uuid(),
  name: z.string().nullable(),
  currency: z.string(),
  clv12m: money.nullable(),
  valueIfKept12m: money.nullable(),
  churnProbability: z.number().nullable(),
  churnBand: z.string().nullable(),
  valueBand: z.string().nullable(),
  engagement: z.number(),
  priority: z.number(),
  lifecycle: z.string(),
  asOf: z.iso.date(),
  scoredAt: z.string(),
});

name('CustomerSummary', customerSummary);
const page = name(
  'CustomerPage',
  z.object({
    customers: z.array(customerSummary),
    next: z.uuid().nullable().describe('Where the next page begins (`after`); null at the end.'),
  }),
);

const detailed = customerSummary.extend({
  clv12mLow: money.nullable(),
  clv12mHigh: money.nullable(),
  churnHorizonDays: z.number(),
  nextAction: z.string().nullable(),
  dataQuality: z
    .object({ score: z.number(), lowered: z.array(z.string()) })
    .nullable()
    .describe(
      'How far the scores can be believed, 0 to 100, and what lowers it; null for scores of an earlier version.',
    ),
  modelVersion: z.string(),
  engagementTrend: z.string(),
});
const customer = name(
  'Customer',
  detailed.extend({
    reasons: z.array(z.string()),
    change: z.string().nullable(),
    records: z.array(z.object({ connectionId: z.string(), kind: z.string(), externalId: z.string() })),
  }),
);
const history = name(
  'CustomerScores',
  detailed.extend({
    history: z.array(
      z.object({
        asOf: z.iso.date(),
        clv12m: money.nullable(),
        churnProbability: z.number().nullable(),
        engagement: z.number(),
      }),
    ),
  }),
);
const explanation = name(
  'Explanation',
  z.object({
    customerId: z.uuid(),
    reasons: z.array(z.string()),
    change: z.string().nullable(),
    contributions: z
      .record(z.string(), z.array(z.object({ group: z.string(), contribution: z.number() })))
      .describe('By score: contributions and baseline add up to it.'),
    baselines: z.record(z.string(), z.number()),
    merges: z.array(z.object({ record: z.string(), joinedTo: z.string(), reason: z.string(), at: z.string() })),
  }),
);

const params = z.object({ id: z.string().describe('Customer id, e-mail address or external id.') });

export const listCustomers = operation({
  id: 'listCustomers',
  method: 'get',
  path: '/customers',
  summary: 'Customers by priority, highest first.',
  query: z.strictObject({
    limit: z.coerce.number().int().min(1).max(500).default(100),
    after: z.uuid().optional(),
    churnBand: churnBand.optional(),
    valueBand: valueBand.optional(),
  }),
  answer: page,
  refusals: [400],
});

export const getCustomer = operation({
  id: 'getCustomer',
  method: 'get',
  path: '/customers/:id',
  summary: 'One customer: scores, reasons, and the records it is made of.',
  params,
  answer: customer,
  refusals: [404],
});

export const getScores = operation({
  id: 'getScores',
  method: 'get',
  path: '/customers/:id/scores',
  summary: 'One customer’s scores and how they moved.',
  params,
  answer: history,
  refusals: [404],
});

export const getExplanation = operation({
  id: 'getExplanation',
  method: 'get',
  path: '/customers/:id/explanation',
  summary: 'Why one customer is scored so, and why its records were joined.',
  params,
  answer: explanation,
  refusals: [404],
});
