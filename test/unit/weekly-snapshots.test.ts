import { expect, it } from 'vitest';
import { addDays, type CalendarDay, dayNumber } from '../../core/domain/calendar-day.ts';
import { weeklySnapshots } from '../../core/learning/weekly-snapshots.ts';
import type { ShownScore } from '../../core/store/shown-scores.ts';

const AS_OF = '2026-06-01' as CalendarDay;
const rule = { definition: 'no_purchase_within', horizonDays: 56 } as const;

const shown = (asOf: CalendarDay, churnProbability: number | null, also: Partial<ShownScore> = {}): ShownScore => ({
  asOf,
  modelVersion: 'one',
  lifecycle: 'active',
  churnProbability,
  horizonDays: rule.horizonDays,
  low: null,
  high: null,
  ...also,
});

const snapshotsOf = (purchaseDays: readonly CalendarDay[], scores: readonly ShownScore[]) =>
  weeklySnapshots(
    'c1',
    {
      purchaseDays,
      terms: [],
      statsAt: () => expect.fail('statistics are not read'),
      purchasesAt: () => expect.fail('amounts are not read'),
    },
    scores,
    { rule, asOf: AS_OF },
  );

it('takes the score in force once a week, as long as its outcome is known and the silence is not over', () => {
  const lastPurchase = addDays(AS_OF, -150);
  const first = addDays(AS_OF, -200);
  const snapshots = snapshotsOf(
    [addDays(AS_OF, -190), lastPurchase],
    [shown(first, 0.2), shown(addDays(AS_OF, -189), 0.2), shown(lastPurchase, 0.2), shown(addDays(AS_OF, -130), 0.7)],
  );
  const leaves = dayNumber(addDays(lastPurchase, rule.horizonDays));
  expect(snapshots.length).toBeGreaterThan(10);
  for (const { day, probability, label, leftOn } of snapshots) {
    expect(day % 7).toBe(0);
    expect(day).toBeLessThan(leaves);
    expect(probability).toBe(day >= dayNumber(addDays(AS_OF, -130)) ? 0.7 : 0.2);
    // Before the last purchase it was still to come.
    const stays = day < dayNumber(lastPurchase);
    expect({ label, leftOn }).toEqual(stays ? { label: 0, leftOn: null } : { label: 1, leftOn: leaves });
  }
});

it('asks nothing of a score of another horizon, of somebody who had left, or where no risk was shown', () => {
  const bought = [addDays(AS_OF, -100)];
  const since = addDays(AS_OF, -100);
  expect(snapshotsOf(bought, [])).toEqual([]);
  expect(snapshotsOf(bought, [shown(since, 0.4, { horizonDays: 90 })])).toEqual([]);
  expect(snapshotsOf(bought, [shown(since, 0.4, { lifecycle: 'lapsed' })])).toEqual([]);
  expect(snapshotsOf(bought, [shown(since, null)])).toEqual([]);
  expect(snapshotsOf(bought, [shown(since, 0.4)]).length).toBeGreaterThan(3);
});

it('lets a score that does not know the last purchase warn of nobody', () => {
  const bought = addDays(AS_OF, -100);
  const days = snapshotsOf(
    [addDays(AS_OF, -160), bought],
    [shown(addDays(AS_OF, -150), 0.4), shown(addDays(AS_OF, -80), 0.3)],
  );
  expect(days.some(({ day }) => day < dayNumber(bought))).toBe(true);
  expect(days.filter(({ day }) => day >= dayNumber(bought) && day < dayNumber(addDays(AS_OF, -80)))).toEqual([]);
});

it('says nothing of the last horizon, whose outcome is open', () => {
  expect(snapshotsOf([addDays(AS_OF, -60)], [shown(addDays(AS_OF, -55), 0.4)])).toEqual([]);
});
