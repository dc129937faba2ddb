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
