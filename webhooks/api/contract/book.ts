import { z } from 'zod';
import { CUSTOMER_ORDERS } from '../../../core/domain/customer-order.ts';
import { operation } from '../operation.ts';
import { customerSummary } from './customers.ts';
import { churnBand, money, name, valueBand } from './schemas.ts';

const arm = z.object({ customers: z.number(), left: z.number() });

export const getOverview = operation({
  id: 'getOverview',
  method: 'get',
  path: '/overview',
  summary: 'The book at a glance: value at risk, the grid of value and risk, who moved in the last seven days and why.',
  answer: name(
    'Overview',
    z.object({
      currency: z.string().nullable(),
      asOf: z.iso.date().nullable(),
      scoredAt: z.string().nullable(),
      horizonDays: z.number().nullable(),
      customers: z.number(),
      scored: z.number().describe('Customers with a value today.'),
      expectedValue: money.describe('Of the next 12 months.'),
      valueAtRisk: money.describe('Churn probability x value if kept, of the active.'),
      grid: z.array(
        z.object({
          valueBand: z.string().nullable(),
          churnBand: z.string().nullable(),
          customers: z.number(),
          valueAtRisk: money,
        }),
      ),
      moved: z.number(),
      movements: z.array(
        z.object({
          customerId: z.uuid(),
          name: z.string().nullable(),
          valueAtRiskBefore: money,
          valueAtRiskNow: money,
          churnProbabilityBefore: z.number().nullable(),
          churnProbabilityNow: z.number().nullable(),
          turn: z
            .enum(['lapsed', 'returned'])
            .nullable()
            .describe('Who lapsed has no value at risk any more: it is lost.'),
          change: z.string().nullable(),
          at: z.string(),
        }),
      ),
      tasks: z.object({ openedLastWeek: z.number(), waiting: z.number(), queued: z.number() }),
      effects: z.array(
        z.object({
          playbook: z.string(),
          treated: arm,
          heldOut: arm,
          saved: z
            .object({ value: money, low: money, high: money })
            .nullable()
            .describe(
              '12 months’ value that would have left, with its 95 % interval; null while an arm has fewer than 20 customers.',
            ),
        }),
      ),
      missing: z.array(z.string()),
    }),
  ),
});

const filters = {
  text: z.string().max(200).optional().describe('Part of the name; or a whole e-mail address or id.'),
  churnBand: churnBand.optional(),
  valueBand: valueBand.optional(),
  lifecycle: z.enum(['prospect', 'active', 'lapsed']).optional(),
  segment: z.string().max(60).optional(),
};

const inOrder = {
  order: z.enum(CUSTOMER_ORDERS).default('priority'),
  direction: z.enum(['ascending', 'descending']).default('descending'),
};

const listed = name(
  'ListedCustomer',
  customerSummary.extend({ segment: z.string().nullable(), valueAtRisk: money.nullable() }),
);

export const searchCustomers = operation({
  id: 'searchCustomers',
  method: 'get',
  path: '/customer-list',
  summary: 'Customers searched, filtered and in any order, by place: for lists that people scroll.',
  query: z.strictObject({
    ...filters,
    ...inOrder,
    offset: z.coerce.number().int().min(0).max(100_000_000).default(0),
    limit: z.coerce.number().int().min(1).max(500).default(100),
  }),
  answer: name('CustomerList', z.object({ customers: z.array(listed) })),
  refusals: [400],
});

export const countCustomers = operation({
  id: 'countCustomers',
  method: 'get',
  path: '/customer-count',
  summary: 'How many customers a search and its filters let through.',
  query: z.strictObject(filters),
  answer: name('CustomerCount', z.object({ customers: z.number() })),
  refusals: [400],
});

export const downloadCustomers = operation({
  id: 'downloadCustomers',
  method: 'get',
  path: '/customers.csv',
  summary: 'The list of /customer-list, all of it, as a CSV file.',
  query: z.strictObject({ ...filters, ...inOrder }),
  answer: name('CustomersCsv', z.string()),
  media: 'text/csv',
  refusals: [400],
});
