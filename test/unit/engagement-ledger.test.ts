import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { expectedActivity, fitForecast } from '../../core/engagement/forecast.ts';
import { type Followed, learnLedger } from '../../core/engagement/learn-ledger.ts';
import { ledgerByHand, ledgerRows, totalPoints } from '../../core/engagement/ledger.ts';
import { inputsAt } from '../../core/features/inputs.ts';
import { type DatedEvent, ENGAGEMENT_CHANNELS, summarise } from '../../core/features/stats.ts';
import { nonNegativeLeastSquares } from '../../core/math/non-negative-least-squares.ts';
import { gamma, normal, seededRandom } from '../../core/math/random.ts';

const AS_OF = calendarDay('2026-06-01');

function inputsOf(events: readonly DatedEvent[], asOf = AS_OF) {
  return inputsAt(summarise([], events, asOf, { doubles: 0, unmatched: 0 }), asOf, 'USD');
}

const someEvents = fc.array(
  fc.record({
    channel: fc.constantFrom('web', 'email', 'meeting', 'product', 'support', 'task'),
    name: fc.constantFrom('Product Viewed', 'Opened', 'Demo'),
    day: fc.nat(300).map((days) => addDays(AS_OF, -days)),
  }),
  { maxLength: 40 },
) satisfies fc.Arbitrary<DatedEvent[]>;
const LEDGER = ledgerByHand([
  { channel: 'web', event: 'Product Viewed', points: 3 },
  { channel: 'meeting', event: 'Demo', points: 20 },
  { channel: 'email', points: 0.5 },
]);

describe('the ledger of points', () => {
  it('adds up, row by row, to the points of any customer on any day', () => {
    fc.assert(
      fc.property(someEvents, fc.nat(400), (events, days) => {
        const inputs = inputsOf(events, addDays(AS_OF, days));
        const sum = ledgerRows(LEDGER, inputs).reduce((total, row) => total + row.points, 0);
        expect(Math.abs(sum - totalPoints(LEDGER, inputs))).toBeLessThan(1e-9);
      }),
    );
  });

  it('has the points of a day in closed form: those of the last event’s day, faded, without a nightly job', () => {
    fc.assert(
      fc.property(someEvents, fc.nat(400), (events, days) => {
        const later = addDays(AS_OF, days);
        const stats = summarise([], events, AS_OF, { doubles: 0, unmatched: 0 });
        const recounted = events.reduce((sum, { channel, name, day }) => {
          const age = (Date.parse(later) - Date.parse(day)) / 86_400_000;
          const worth =
            { web: name === 'Product Viewed' ? 3 : 1, email: 0.5, product: 2, support: 1, task: 6, meeting: 6 }[
              channel
            ] ?? 0;
          const points = (channel === 'meeting' || channel === 'task') && name === 'Demo' ? 20 : worth;
          return sum + points * (0.5 * 2 ** (-age / 14) + 0.5 * 2 ** (-age / 60));
        }, 0);
        expect(totalPoints(LEDGER, inputsAt(stats, later, 'USD'))).toBeCloseTo(recounted, 9);
      }),
    );
  });

  it('counts an event by its own rule where there is one, and never twice', () => {
    const inputs = inputsOf([
      { channel: 'web', name: 'Product Viewed', day: AS_OF },
      { channel: 'web', name: 'Opened', day: AS_OF },
      { channel: 'web', day: AS_OF },
    ]);
    expect(totalPoints(LEDGER, inputs)).toBeCloseTo(3 + 1 + 1, 12);
    expect(ledgerRows(LEDGER, inputs).map(({ event, halfLifeDays, points }) => [event, halfLifeDays, points])).toEqual([
      ['Product Viewed', 14, 1.5],
      ['Product Viewed', 60, 1.5],
      [null, 14, 1],
      [null, 60, 1],
    ]);
  });

  it('does not depend on the order in which events arrive, however many kinds there are', () => {
    const events = Array.from({ length: 90 }, (_, index) => ({
      channel: 'web' as const,
      name: `kind ${index}`,
      day: addDays(AS_OF, -(index % 7)),
    }));
    expect(inputsOf([...events].reverse())).toEqual(inputsOf(events));
  });
});

describe('least squares without negative coefficients', () => {
  it('give the plain solution where that is positive, and 0 where it is not', () => {
    const rows = [
      [1, 0],
      [1, 1],
      [0, 1],
    ];
    expect(nonNegativeLeastSquares(rows, [2, 5, 3], { ridge: 0 })[0]).toBeCloseTo(2, 8);
    expect(nonNegativeLeastSquares(rows, [2, 5, 3], { ridge: 0 })[1]).toBeCloseTo(3, 8);
    const [first, second] = nonNegativeLeastSquares(rows, [2, 0, -3], { ridge: 0 });
    expect(second).toBe(0);
    expect(first).toBeCloseTo(1, 8);
  });

  it('leave a column of zeros at 0', () => {
    expect(nonNegativeLeastSquares([[0, 1]], [4], { ridge: 0 })).toEqual([0, 4]);
  });
});

describe('points learned from outcomes', () => {
  const random = seededRandom(5);
  const customers = Array.from({ length: 3_000 }, (): Followed => {
    const memory = () =>
      Object.fromEntries(
        ENGAGEMENT_CHANNELS.map((channel) => [channel, gamma(random, 0.7) * 2]),
      ) as Followed['inputs']['short'];
    const inputs = { short: memory(), long: memory() };
    const expected = 0.2 + 0.8 * inputs.short.meeting + 0.2 * inputs.long.web;
    return { inputs, outcome: Math.max(expected + 0.3 * normal(random), 0) };
  });

  it('find which events the outcome follows, and scale the dearest to 10', () => {
    const points = new Map(learnLedger(customers)?.rules.map((rule) => [rule.channel, rule.short + rule.long]));
    expect(points.get('meeting')).toBeCloseTo(10, 9);
    expect(points.get('web')).toBeGreaterThan(2.2);
    expect(points.get('web')).toBeLessThan(2.8);
    for (const channel of ['email', 'product', 'support', 'purchase'] as const) {
      expect(points.get(channel)).toBeLessThan(0.3);
    }
  });

  it('are none where there is too little to learn from', () => {
    expect(learnLedger(customers.slice(0, 29))).toBeNull();
    expect(learnLedger(customers.map((each) => ({ ...each, outcome: 0 })))).toBeNull();
  });

  it('come with a forecast that is the expectation itself', () => {
    const forecast = fitForecast(customers);
    expect(forecast).not.toBeNull();
    const some = customers[0] as Followed;
    const expected = 0.2 + 0.8 * some.inputs.short.meeting + 0.2 * some.inputs.long.web;
    expect(forecast && expectedActivity(forecast, some.inputs)).toBeCloseTo(expected, 1);
    expect(fitForecast(customers.slice(0, 10))).toBeNull();
  });
});
