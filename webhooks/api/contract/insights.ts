import { z } from 'zod';
import { operation } from '../operation.ts';
import { money, name } from './schemas.ts';

const figures = z.record(z.string(), z.number().nullable());

const member = z.object({
  name: z.string(),
  kind: z.enum(['model', 'learned', 'naive', 'ensemble']).describe('naive: what anybody could say without a model.'),
  chosen: z.boolean(),
  weights: z
    .object({ counts: z.number(), money: z.number() })
    .nullable()
    .describe('Shares, 0..1, of the purchases and the money that scores are made of.'),
  parameters: z.record(z.string(), z.number()).nullable(),
  metrics: figures.describe('Figures on the windows that it was judged by.'),
});

const card = name(
  'ModelCard',
  z.object({
    name: z.string().describe('value, churn, engagement, or what customers may do.'),
    chosen: z.string(),
    chosenBy: z.enum(['backtest', 'newest-window', 'likelihood', 'only-one']),
    windows: z.array(z.object({ from: z.iso.date(), to: z.iso.date() })),
    examples: z.number(),
    members: z.array(member),
    metrics: figures,
    seed: z.number().nullable(),
  }),
);

/** A version's models with what is to be known of each. */
export const models = name(
  'Models',
  z.object({
    modelVersion: z.string(),
    asOf: z.iso.date(),
    trainedAt: z.string(),
    currency: z.string(),
    churnDefinition: z.string(),
    churnHorizonDays: z.number(),
    customers: z.number(),
    buyers: z.number(),
    repeatBuyers: z.number(),
    dataHash: z.string().describe('Equal for equal facts.'),
    warnings: z.array(z.string()),
    models: z.array(card),
    churnJudged: z
      .object({
        customers: z.number(),
        left: z.number().describe('Share who left, 0..1.'),
        calibration: z
          .array(z.object({ rows: z.number(), predicted: z.number(), actual: z.number() }))
          .describe('Tenths by risk, the lowest first.'),
        lift: z
          .array(z.object({ share: z.number(), captured: z.number(), lift: z.number() }))
          .describe('Of the customers with the highest risks, the share of all leavers among them.'),
      })
      .nullable()
      .describe('Churn risks on customers that they were neither fitted to nor calibrated on.'),
    importance: z
      .array(z.object({ score: z.enum(['clv', 'churn', 'engagement']), group: z.string(), share: z.number() }))
      .describe('What scores rest on: the share of each group of inputs, by size, of all that moves a score.'),
  }),
);

export const listModels = operation({
  id: 'listModels',
  method: 'get',
  path: '/models',
  summary: 'The models that score today: what each was chosen among, on which windows, and how well it did there.',
  answer: models,
  refusals: [409],
});

const group = name(
  'Group',
  z.object({
    id: z.string(),
    name: z.string(),
    whatToDo: z.string().nullable(),
    customers: z.number(),
    shareOfCustomers: z.number(),
    expectedValue: money.describe('Of the next 12 months.'),
    shareOfValue: z.number(),
    meanChurnProbability: z.number().nullable(),
    valueAtRisk: money,
    gainIfOneInTenStays: money,
  }),
);

export const listSegments = operation({
  id: 'listSegments',
  method: 'get',
  path: '/segments',
  summary: 'The book by segment and by cluster: how many, their share of the value, their mean risk.',
  answer: name(
    'Segments',
    z.object({
      asOf: z.iso.date(),
      currency: z.string(),
      modelVersion: z.string(),
      segments: z.array(group),
      clusters: z.array(group),
      concentration: z.array(
        z.object({
          part: z.number().describe('Part of the customers, 0..1: the most valuable.'),
          customers: z.number(),
          shareOfValue: z.number().describe('Of the expected value of 12 months, 0..1.'),
        }),
      ),
    }),
  ),
  refusals: [409],
});

export const getSegmentMoves = operation({
  id: 'getSegmentMoves',
  method: 'get',
  path: '/segments/moves',
  summary: 'The RFM grid of today, and from which segment to which customers have moved.',
  query: z.strictObject({ days: z.coerce.number().int().min(1).max(730).default(90) }),
  answer: name(
    'SegmentMoves',
    z.object({
      asOf: z.iso.date(),
      since: z.iso.date(),
      historyFrom: z.iso.date().describe('Scores are kept from this day on: before it nobody has a segment.'),
      names: z.record(z.string(), z.string()).describe('Segments in words, by their id, from the best to the lost.'),
      grid: z.array(
        z.object({
          recency: z.number().describe('1 (longest silent) to 5.'),
          worth: z.number().describe('Mean of frequency and money, 1 (least) to 5.'),
          segment: z.string(),
          customers: z.number(),
        }),
      ),
      moves: z.array(
        z.object({
          from: z.string().nullable().describe('Null for who was in no segment yet.'),
          to: z.string(),
          customers: z.number(),
        }),
      ),
    }),
  ),
  refusals: [400, 409],
});

const foretold = { customers: z.number(), expected: money, low: money, high: money, actual: money };

export const getCohorts = operation({
  id: 'getCohorts',
  method: 'get',
  path: '/segments/cohorts',
  summary:
    'Customers by when they came: who stayed and what they brought, period by period, and forecast against actual.',
  answer: name(
    'Cohorts',
    z.object({
      modelVersion: z.string(),
      currency: z.string(),
      triangle: z
        .object({
          until: z.iso.date(),
          period: z.enum(['month', 'quarter']),
          staying: z.enum(['ordered', 'under-contract']),
          customers: z.number().describe('Looked at, 20,000 at most.'),
          older: z.number().describe('Of them, who came before the first row.'),
          cohorts: z.array(
            z.object({
              name: z.string(),
              customers: z.number(),
              stayed: z.array(z.number()).describe('Shares, 0..1; the first of the period in which they came.'),
              revenue: z.array(money).describe('For each customer, in each period.'),
              revenueSoFar: z.array(money),
            }),
          ),
        })
        .nullable()
        .describe('Counted at the training of the champion; null for a model of an earlier version.'),
      forecast: z
        .object({
          from: z.iso.date(),
          to: z.iso.date(),
          model: z.string(),
          cohorts: z.array(z.object({ name: z.string(), ...foretold })),
          total: z.object(foretold),
          inside: z.number().describe('Of the cohorts, how many came inside their 80 % interval.'),
          totalError: z.number().nullable().describe('Share of what came; above 0 too much was foretold.'),
          weightedError: z.number().nullable(),
        })
        .nullable()
        .describe('Foretold from what was known on `from`, beside what came up to `to`.'),
    }),
  ),
  refusals: [409],
});
