import { z } from 'zod';
import { operation } from '../operation.ts';
import { money, name } from './schemas.ts';

const params = z.object({ id: z.uuid().describe('Customer id.') });

export const getTimeline = operation({
  id: 'getTimeline',
  method: 'get',
  path: '/customers/:id/timeline',
  summary: 'What happened with a customer, how it was scored meanwhile, and what playbooks did. The oldest first.',
  params,
  answer: name(
    'Timeline',
    z.object({
      currency: z.string(),
      facts: z.array(
        z.object({
          day: z.iso.date(),
          kind: z.string().describe('order, refund and the like; or event.'),
          channel: z.string().nullable(),
          name: z.string().nullable(),
          amount: money.nullable(),
        }),
      ),
      isCut: z.boolean().describe('Older facts were left out.'),
      scores: z.array(
        z.object({
          asOf: z.iso.date(),
          churnProbability: z.number().nullable(),
          engagement: z.number(),
          clv12m: money.nullable(),
        }),
      ),
      playbooks: z.array(
        z.object({
          playbook: z.string(),
          crossedOn: z.iso.date(),
          firedOn: z.iso.date().nullable(),
          state: z.string(),
          arm: z.string(),
        }),
      ),
    }),
  ),
  refusals: [400, 404],
});

export const getInsight = operation({
  id: 'getInsight',
  method: 'get',
  path: '/customers/:id/insight',
  summary: 'What is behind a customer’s scores: what would help, what else it may do, and who behaves alike.',
  params,
  answer: name(
    'CustomerInsight',
    z.object({
      whatWouldHelp: z.array(z.string()).describe('What goes with a lower churn risk, most first.'),
      staying: z
        .array(
          z.object({
            days: z.number().int().describe('From the day of the scores on: 0 to 365, by months.'),
            probability: z.number().describe('0..1; at the horizon what the churn risk leaves.'),
            median: z.number().describe('The same of the book’s median active customer.'),
          }),
        )
        .nullable()
        .describe(
          'Probability that the customer has not left, as the book defines leaving; null without a churn risk.',
        ),
      propensities: z.record(z.string(), z.number()).describe('Probability, 0..1, within the horizon, by target.'),
      cluster: z.object({ id: z.string(), description: z.string() }).nullable(),
      value: z
        .object({ chosen: z.string(), score: z.number().nullable() })
        .nullable()
        .describe('The model that tells the value, and its mean R2 on windows inside the book.'),
      horizons: z
        .array(
          z.object({
            months: z.number().int().describe('3, 12 and 36; 12 is clv12m.'),
            revenue: money.describe('Expected, discounted.'),
            low: money,
            high: money.describe('low and high: 80 % interval of the revenue.'),
            margin: money.describe('Expected contribution margin, at the share that `margin` tells.'),
          }),
        )
        .describe('The value over a time to come; empty where it cannot be said.'),
      margin: z
        .object({
          share: z.number().describe('Of revenue; below zero for who is served at a loss.'),
          from: z
            .enum(['customer', 'book', 'planning'])
            .describe(
              'customer: its own orders and the book’s; planning: as configured, since too few orders tell it.',
            ),
          known: z.number().int().describe('Orders of the book that tell their margin, at training.'),
          sales: z.number().int().describe('All orders of the book; 0 beside planning.'),
        })
        .describe('The contribution margin that values are counted at.'),
    }),
  ),
  refusals: [400, 404],
});
