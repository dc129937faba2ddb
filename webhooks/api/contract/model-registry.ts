import { z } from 'zod';
import { operation } from '../operation.ts';
import { models } from './insights.ts';
import { name } from './schemas.ts';

const comparison = z.object({
  of: z.enum(['churn', 'value']),
  loss: z.string(),
  cases: z.number(),
  champion: z.number().nullable().describe('Mean loss; null where only the difference was kept.'),
  challenger: z.number().nullable(),
  mean: z.number().describe('Of the losses, challenger less champion: below 0 the challenger is better.'),
  standardError: z.number(),
  verdict: z.enum(['better', 'alike', 'worse']),
});

const verdict = name(
  'Verdict',
  z.object({
    promote: z.boolean(),
    because: z.enum(['better', 'outdated-champion', 'worse', 'alike', 'too-few-outcomes']),
    champion: z.string(),
    window: z.object({ from: z.iso.date(), to: z.iso.date() }),
    comparisons: z.array(comparison),
    shadow: z
      .object({
        customers: z.number(),
        churnBandsMoved: z.number(),
        valueBandsMoved: z.number(),
        churnMoved: z.number().nullable(),
        expectedValue: z.object({ champion: z.number(), challenger: z.number() }),
      })
      .nullable()
      .describe('What promotion would change on records.'),
    judgedAt: z.string(),
  }),
);

const promotion = name(
  'Promotion',
  z.object({
    at: z.string(),
    version: z.string(),
    previous: z.string().nullable(),
    by: z.enum(['trained', 'challenge', 'promote', 'rollback']),
  }),
);

export const getRegistry = operation({
  id: 'getRegistry',
  method: 'get',
  path: '/models/registry',
  summary: 'All models on record, which one makes the scores, and every change of champion, the newest first.',
  answer: name(
    'ModelRegistry',
    z.object({
      models: z.array(
        z.object({
          version: z.string(),
          role: z.enum(['champion', 'former', 'challenger', 'withdrawn']),
          asOf: z.iso.date(),
          trainedAt: z.string(),
          dataHash: z.string().describe('Equal for equal facts.'),
          usable: z.boolean().describe('False for a model of an earlier format, which cannot score any more.'),
          verdict: verdict.nullable().describe('How it did beside the champion of its day.'),
        }),
      ),
      promotions: z.array(promotion),
    }),
  ),
});

const params = z.object({ version: z.string() });

export const getModel = operation({
  id: 'getModel',
  method: 'get',
  path: '/models/:version',
  summary: 'One model of the registry: what it was chosen among, on which windows, and how well it did there.',
  params,
  answer: models,
  refusals: [404],
});

export const promoteModel = operation({
  id: 'promoteModel',
  method: 'post',
  path: '/models/:version/promote',
  summary: 'Makes a model the champion, whatever its verdict; the next run scores everybody with it.',
  params,
  answer: promotion,
  refusals: [400],
});

export const rollBackModel = operation({
  id: 'rollBackModel',
  method: 'post',
  path: '/models/rollback',
  summary: 'Takes the champion back: the one before it scores again, and it is not promoted by itself any more.',
  answer: promotion,
  refusals: [400],
});

export const getMonitoring = operation({
  id: 'getMonitoring',
  method: 'get',
  path: '/monitoring',
  summary: 'The last weekly look at how past scores fared by what came since, and which inputs are not as they were.',
  answer: name(
    'Monitoring',
    z.object({
      report: z
        .object({
          asOf: z.iso.date(),
          modelVersion: z.string(),
          horizonDays: z.number(),
          months: z.array(
            z.object({
              month: z.string().describe('"2026-03": of the day on which the score was in force.'),
              customers: z.number(),
              left: z.number(),
              meanProbability: z.number(),
              bias: z.number(),
              brier: z.number(),
              calibrationError: z.number(),
              auc: z.number().nullable(),
              intervalCoverage: z.number().nullable().describe('Null until a year has passed.'),
            }),
          ),
          inputs: z.array(
            z.object({
              name: z.string(),
              psi: z.number().describe('Population stability index: above .25 is an alarm.'),
              ks: z.number(),
              ksPValue: z.number(),
              missingBefore: z.number(),
              missingNow: z.number(),
            }),
          ),
          alarms: z.array(
            z.object({
              kind: z.enum(['concept', 'input', 'calibration', 'coverage']),
              what: z.string(),
              on: z.iso.date(),
              message: z.string(),
            }),
          ),
          earlyWarning: z
            .object({
              alertsPerWeek: z.number(),
              weeks: z.number(),
              alerts: z.number(),
              precision: z.number().nullable().describe('Share of those alerted who left within the horizon.'),
              baseRate: z.number().describe('What precision alerts by chance would have.'),
              recall: z.number().describe('Share of those who left who had been alerted in time.'),
              leadDays: z.object({ low: z.number(), median: z.number(), high: z.number() }).nullable(),
            })
            .nullable()
            .describe('What alerts to the highest risks would have come to; null until a horizon has passed.'),
        })
        .nullable()
        .describe('Null while the champion is too young to be told anything about.'),
    }),
  ),
});
