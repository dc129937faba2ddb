import { z } from 'zod';
import { operation } from '../operation.ts';
import { money, name } from './schemas.ts';

const estimate = name(
  'Estimate',
  z.object({ value: z.number(), low: z.number(), high: z.number() }).describe('With its 95 % interval.'),
);

const policyValue = name(
  'PolicyValue',
  z.object({
    ips: estimate,
    snips: estimate,
    doublyRobust: estimate,
    effectiveDecisions: z
      .number()
      .describe('How many decisions speak for the policy; below some 30 do not believe it.'),
    decisions: z.number(),
  }),
);

const effect = name(
  'ActionEffect',
  z.object({
    action: z.string(),
    segment: z.string().nullable().describe('Null: over all segments.'),
    saveRate: z.number().describe('Share of those who would leave that stay because of the action.'),
    low: z.number(),
    high: z.number().describe('low and high: 80 % interval.'),
    customers: z.number().describe('Of both arms; 0 is the prior alone.'),
  }),
);

const row = name(
  'AdviceRow',
  z.object({
    customerId: z.uuid(),
    name: z.string().nullable(),
    segment: z.string().nullable(),
    churnProbability: z.number(),
    valueIfKept12m: money,
    marginShare: z.number().nullable().describe('What of it is earned.'),
    marginFrom: z
      .enum(['customer', 'book', 'planning'])
      .describe('Told by its own sales, by those of the book, or by planning.margin.'),
    action: z.string().nullable().describe('Null: leave this customer alone.'),
    on: z.iso.date().nullable(),
    savedValue: money,
    cost: money,
    net: money,
    chanceItPays: z.number().nullable(),
    explores: z.boolean().describe('Chosen in order to learn.'),
    why: z.string(),
  }),
);

export const listAdvice = operation({
  id: 'listAdvice',
  method: 'get',
  path: '/advice',
  summary: 'The next best action of every customer, highest net first, with what is known of the effects of actions.',
  query: z.strictObject({
    limit: z.coerce.number().int().min(1).max(500).default(100),
    asOf: z.iso.date().optional().describe('Today when left out.'),
    seed: z.coerce.number().int().min(0).default(1).describe('Of the draws by which a share of customers explores.'),
  }),
  answer: name(
    'Advice',
    z.object({
      asOf: z.iso.date(),
      currency: z.string(),
      customers: z.number(),
      advised: z.number(),
      margins: z
        .object({ customer: z.number(), book: z.number(), planning: z.number() })
        .describe('Customers by where their margin comes from.'),
      savedValue: money,
      cost: money,
      net: money,
      effects: z.array(effect),
      review: z.array(
        z.object({ playbook: z.string(), advice: policyValue, nobody: policyValue, everybody: policyValue }),
      ),
      decisions: z
        .array(z.object({ playbook: z.string(), asDecided: policyValue, nobody: policyValue, expected: policyValue }))
        .describe('Of playbooks that carry advice out: what their decisions earned, and what others would have.'),
      rows: z.array(row),
    }),
  ),
  refusals: [400, 409],
});

const outlook = name('Outlook', z.object({ expected: z.number(), low: z.number(), high: z.number() }));

export const getScenario = operation({
  id: 'getScenario',
  method: 'get',
  path: '/scenarios/:id',
  summary: 'A scenario that was kept, to be shared by its address.',
  params: z.strictObject({ id: z.string().min(1).max(64) }),
  answer: name(
    'Scenario',
    z.object({
      id: z.string(),
      name: z.string(),
      asOf: z.iso.date(),
      currency: z.string(),
      modelVersion: z.string(),
      seed: z.number(),
      changes: z.object({
        churn: z.number(),
        price: z.number(),
        lossPerPrice: z.number(),
        saveRate: z.number(),
        capacity: z.number(),
        budget: z.number().optional(),
      }),
      forecast: z.number(),
      withoutPlan: outlook,
      withPlan: outlook,
      planAdds: outlook,
      planCost: z.number(),
      contacts: z.number(),
    }),
  ),
  refusals: [404],
});
