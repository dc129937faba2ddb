import { describe, expect, it } from 'vitest';
import { earlyWarning, type Snapshot } from '../../core/evaluation/early-warning.ts';

/** Customers seen weekly, who leave on a day or never; `rank` orders their probabilities. */
function book(
  customers: readonly { customer: string; leftOn: number | null; rank: number }[],
  weeks: number,
): Snapshot[] {
  const horizonDays = 28;
  return customers.flatMap(({ customer, leftOn, rank }) =>
    Array.from({ length: weeks }, (_, week) => week * 7)
      .filter((day) => leftOn === null || day < leftOn)
      .map((day): Snapshot => {
        const label = leftOn !== null && leftOn <= day + horizonDays ? 1 : 0;
        return { customer, day, probability: rank / 10 + label / 2, label, leftOn };
      }),
  );
}

describe('early warning', () => {
  const customers = [
    { customer: 'a', leftOn: 60, rank: 1 },
    { customer: 'b', leftOn: null, rank: 2 },
    { customer: 'c', leftOn: null, rank: 0 },
  ];

  it('alerts the likeliest each week, once within the cool-down, and counts lead from the first right alert', () => {
    const found = earlyWarning(book(customers, 10), 1);
    // Days 0, 7, 14: b, a, c. Then nobody for the cool-down; days 35, 42, 49: b, a, 18 days before leaving, c.
    expect(found).toMatchObject({
      alertsPerWeek: 1,
      weeks: 10,
      leadDays: { low: 18, median: 18, high: 18 },
      recall: 1,
    });
    expect(found.alerts).toBe(6);
    expect(found.precision).toBeCloseTo(1 / 6, 12);
    expect(found.baseRate).toBeCloseTo(4 / 29, 12);
  });

  it('with no alerts there is no precision and no lead', () => {
    expect(earlyWarning(book(customers, 10), 0)).toMatchObject({
      alerts: 0,
      precision: null,
      recall: 0,
      leadDays: null,
    });
  });

  it('a leaver whom the alerts did not reach lowers recall', () => {
    const some = [
      { customer: 'a', leftOn: 10, rank: 5 },
      { customer: 'b', leftOn: null, rank: 9 },
      { customer: 'd', leftOn: 10, rank: 1 },
    ];
    // On day 0 a is likeliest, on day 7 b; d is never reached.
    expect(earlyWarning(book(some, 2), 1)).toMatchObject({ alerts: 2, precision: 0.5, recall: 0.5 });
    expect(earlyWarning(book(some, 2), 2)).toMatchObject({ alerts: 3, recall: 1, leadDays: { low: 3, high: 10 } });
  });
});
