import { expect, test } from 'vitest';
import { calendarDay, daysBetween } from '../../core/domain/calendar-day.ts';
import { bgNbd } from '../../core/models/clv/beta-geometric.ts';
import { gammaGamma } from '../../core/models/clv/gamma-gamma.ts';
import { generateWorld, TRUTH } from '../../sandbox/seed/generate.ts';

/**
 * The sandbox's generator and the core's models share no code: that the one recovers the other's parameters says that both mean the
 * same by them. Maximum likelihood (no prior) on 5,000 customers; orders of one day are one purchase, as everywhere in the core.
 */
const AS_OF = calendarDay('2026-10-31');
const world = generateWorld({ seed: 2_026, customers: 5_000, asOf: AS_OF });
const sales = Map.groupBy(
  world.orders.filter(({ kind }) => kind === 'order'),
  ({ personId }) => personId,
);

test('BG/NBD recovers the rates and the dropout behind 5,000 generated customers', () => {
  const rows = [...sales.values()].map((orders) => {
    const days = [...new Set(orders.map(({ at }) => calendarDay(at.slice(0, 10))))].sort();
    const first = days[0] ?? AS_OF;
    return {
      frequency: days.length - 1,
      recencyWeeks: daysBetween(first, days.at(-1) ?? first) / 7,
      ageWeeks: daysBetween(first, AS_OF) / 7,
    };
  });
  expect(rows).toHaveLength(5_000);
  const { parameters, diagnostics } = bgNbd.fit(rows, { penalty: 0 });
  const { r, alpha, a, b } = parameters;
  console.info(
    `BG/NBD of ${rows.length} generated customers: ${JSON.stringify(parameters)}, truth ${JSON.stringify(TRUTH)}`,
  );
  expect(diagnostics.converged).toBe(true);
  // r and alpha move together, and so do a and b: the means they stand for are known better than they are.
  expect(r / alpha / (TRUTH.r / TRUTH.alpha)).toBeCloseTo(1, 1);
  expect(a / (a + b) / (TRUTH.a / (TRUTH.a + TRUTH.b))).toBeCloseTo(1, 1);
  for (const [found, truth] of [
    [r, TRUTH.r],
    [alpha, TRUTH.alpha],
    [a, TRUTH.a],
    [b, TRUTH.b],
  ] as const) {
    expect(Math.abs(found / truth - 1)).toBeLessThan(0.15);
  }
});

test('Gamma-Gamma recovers the amounts behind them', () => {
  // Three orders in a thousand are for nothing by design: they are not of the model.
  const rows = [...sales.values()].flatMap((orders) => {
    const amounts = orders.map(({ amount }) => Number(amount)).filter((amount) => amount > 0);
    const sum = amounts.reduce((total, amount) => total + amount, 0);
    return amounts.length === 0 ? [] : [{ spendDays: amounts.length, meanSpend: sum / amounts.length }];
  });
  const { parameters, diagnostics } = gammaGamma.fit(rows, {});
  console.info(`Gamma-Gamma of ${rows.length} generated customers: ${JSON.stringify(parameters)}`);
  expect(diagnostics.converged).toBe(true);
  // Nobody spends more for buying more often in the generated world.
  expect(Math.abs(parameters.trend)).toBeLessThan(0.05);
  const mean = ({ p, q, v }: { p: number; q: number; v: number }) => (p * v) / (q - 1);
  expect(mean(parameters) / mean(TRUTH)).toBeCloseTo(1, 1);
  for (const name of ['p', 'q', 'v'] as const) {
    expect(Math.abs(parameters[name] / TRUTH[name] - 1)).toBeLessThan(0.15);
  }
});
