import type { EngagementEvaluation, EngagementMetrics } from '../../../core/evaluation/engagement.ts';
import { cell } from '../format.ts';
import { section } from '../section.ts';

/** The figures of the section. */
export interface EngagementFigures {
  scoreAt: string;
  outcomeEnd: string;
  outcomeDays: number;
  customers: number;
  buyers: number;
  rows: readonly { name: string; naive: boolean; metrics: EngagementMetrics }[];
  control: EngagementEvaluation['shuffledControl'];
  forecast: EngagementEvaluation['forecast'];
  score: EngagementMetrics;
}

/** Engagement: the score of a day against the period after it. */
export const engagementSection = section<EngagementFigures>({
  id: 'engagement',
  title: 'Engagement',
  files: ['completejourney_household_day.csv.gz'],
  commands: {
    completeJourney: [
      ...['evaluate', 'engagement', '--events', 'completejourney_household_day.csv.gz'],
      ...['--score-at', '2017-07-06', '--outcome-end', '2017-08-31'],
    ],
  },
  measure: async ({ command }) => {
    const found = (await command('completeJourney')) as EngagementEvaluation;
    const { scoreAt, outcomeEnd, outcomeDays, customers, buyers, models, naive, shuffledControl, forecast } = found;
    const score = models.find(({ name }) => name === 'engagement')?.metrics;
    if (!score) throw new Error('The evaluation has no engagement score.');
    return {
      scoreAt,
      outcomeEnd,
      outcomeDays,
      customers,
      buyers,
      rows: [
        ...models.map(({ name, metrics }) => ({ name, naive: false, metrics })),
        ...naive.map(({ name, metrics }) => ({ name, naive: true, metrics })),
      ],
      control: shuffledControl,
      forecast,
      score,
    };
  },
  tables: ({ rows }) => ({
    scores: {
      header: [
        'score',
        'activity: Spearman',
        'Pearson',
        'given past activity',
        'purchases: Spearman',
        'Pearson',
        'AUC',
      ],
      rows: rows.map(({ name, naive, metrics }) => [
        naive ? `${name} (naive)` : name,
        ...[
          metrics.activitySpearman,
          metrics.activityPearson,
          metrics.activityPartialSpearman,
          metrics.purchasesSpearman,
          metrics.purchasesPearson,
          metrics.purchaseAuc,
        ].map((each) => cell(each, 'three')),
      ]),
    },
  }),
});
