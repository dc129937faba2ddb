import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { engagementEvents } from '../../cli/engagement-events.ts';
import { readTable } from '../../cli/read-table.ts';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { evaluateEngagement } from '../../core/evaluation/engagement.ts';

const folder = process.env['STAYPOWER_DATA_DIR'] ?? join(import.meta.dirname, '../../../shared/data');
const file = join(folder, 'completejourney_household_day.csv.gz');

/** Baskets of a grocer's households (completejourney, CC0): the score of a day beside the 56 days after it. */
describe('engagement on Complete Journey', () => {
  beforeEach(({ skip }) => skip(!existsSync(file), `no ${file}; set STAYPOWER_DATA_DIR`));

  it('goes with the next 56 days at .69 and tells who buys at .80, above recency and persistence', async () => {
    const evaluation = evaluateEngagement(engagementEvents(await readTable(file)), {
      scoreAt: calendarDay('2017-07-06'),
      outcomeEnd: calendarDay('2017-08-31'),
      seed: 1,
      clock: () => 0,
    });
    const metrics = new Map([...evaluation.models, ...evaluation.naive].map((row) => [row.name, row.metrics]));
    const own = metrics.get('engagement');
    expect(evaluation.customers).toBe(2_225);
    expect(own?.activitySpearman).toBeGreaterThan(0.7);
    expect(own?.purchaseAuc).toBeGreaterThan(0.83);
    expect(own?.activityPartialSpearman).toBeGreaterThan(0.3);
    for (const naive of ['recency', 'persistence']) {
      expect(own?.activitySpearman).toBeGreaterThan((metrics.get(naive)?.activitySpearman ?? 1) + 0.03);
      expect(own?.purchaseAuc).toBeGreaterThan((metrics.get(naive)?.purchaseAuc ?? 1) + 0.02);
    }
    expect(metrics.get('engagement-learned')?.activitySpearman).toBeGreaterThan(0.7);
    expect(metrics.get('engagement-points')?.activityPearson).toBeGreaterThan(0.74);
    expect(Math.abs(evaluation.shuffledControl.meanSpearman)).toBeLessThan(0.01);
    expect(evaluation.forecast?.beatsPersistence).toBe(true);
  });
});
