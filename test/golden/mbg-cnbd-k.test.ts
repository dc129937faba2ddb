import { describe, expect, it } from 'vitest';
import { DataError } from '../../core/domain/errors.ts';
import { beta, gamma, seededRandom } from '../../core/math/random.ts';
import { mbgNbd } from '../../core/models/clv/beta-geometric.ts';
import { mbgCnbdK, type TimedRow } from '../../core/models/clv/mbg-cnbd-k.ts';

/** Customers whose purchases are every k-th tick of their own clock. */
function simulate(k: number, seed: number, customers: number): readonly TimedRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: customers }, () => {
    const ageWeeks = 30 + 22 * random.next();
    const rate = (gamma(random, 1.2) / 6) * k;
    const dropout = beta(random, 0.8, 3);
    const row = { frequency: 0, recencyWeeks: 0, ageWeeks, logGaps: 0 };
    while (random.next() >= dropout) {
      const gap = gamma(random, k) / rate;
      if (row.recencyWeeks + gap > ageWeeks) break;
      row.frequency += 1;
      row.recencyWeeks += gap;
      row.logGaps += Math.log(gap);
    }
    return row;
  });
}

describe('MBG/CNBD-k', () => {
  it.each([1, 3])('finds out that k is %d, and the other parameters', (k) => {
    const fitted = mbgCnbdK.fit(simulate(k, 11, 3_000), {});
    expect(fitted.parameters.k).toBe(k);
    expect(fitted.parameters.r).toBeCloseTo(1.2, 0);
    expect((fitted.parameters.alpha * k) / 6).toBeGreaterThan(0.8);
    expect((fitted.parameters.alpha * k) / 6).toBeLessThan(1.25);
    expect(fitted.diagnostics.converged).toBe(true);
  });

  it('is MBG/NBD where k is 1', () => {
    const rows = simulate(1, 12, 1_000);
    const [one, other] = [mbgCnbdK.fit(rows, {}), mbgNbd.fit(rows, {})];
    expect(one.diagnostics.logLikelihood).toBeCloseTo(other.diagnostics.logLikelihood ?? 0, 5);
    for (const row of rows.slice(0, 30)) {
      expect(one.expectedPurchases(row, 26)).toBeCloseTo(other.expectedPurchases(row, 26), 4);
      expect(one.probabilityOfNoPurchase(row, 26)).toBeCloseTo(other.probabilityOfNoPurchase(row, 26), 4);
      expect(one.discountedPurchases(row, 52, 0.998)).toBeCloseTo(other.discountedPurchases(row, 52, 0.998), 4);
    }
  });

  it('misses a regular buyer who is overdue sooner, and draws what it expects', () => {
    const diagnostics = { converged: true, iterations: 0, logLikelihood: 0, rows: 1, warnings: [] };
    const parameters = { k: 4, r: 2, alpha: 4, a: 0.5, b: 3 };
    const model = mbgCnbdK.load({ model: 'mbg-cnbd-k', formatVersion: 1, parameters, diagnostics });
    const random = mbgCnbdK.load({
      model: 'mbg-cnbd-k',
      formatVersion: 1,
      parameters: { ...parameters, k: 1, alpha: 16 },
      diagnostics,
    });
    const overdue = { frequency: 10, recencyWeeks: 20, ageWeeks: 28 };
    const alive = (each: typeof model) => each.predict([overdue])[0]?.probabilityAlive ?? Number.NaN;
    expect(alive(model)).toBeLessThan(alive(random));

    const row = { frequency: 3, recencyWeeks: 20, ageWeeks: 26 };
    const distribution = model.distributionOfPurchases(row, 20, 200);
    expect(distribution.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 10);
    expect(distribution.reduce((sum, each, n) => sum + n * each, 0)).toBeCloseTo(model.expectedPurchases(row, 20), 8);
    const chance = seededRandom(3);
    let purchases = 0;
    for (let i = 0; i < 20_000; i += 1) {
      model.drawPurchases(row, 20, chance, () => {
        purchases += 1;
      });
    }
    expect(purchases / 20_000).toBeCloseTo(model.expectedPurchases(row, 20), 1);
  });

  it('refuses purchases of one day that were not merged', () => {
    const rows = [
      ...simulate(1, 12, 50),
      { frequency: 1, recencyWeeks: 0, ageWeeks: 5, logGaps: Number.NEGATIVE_INFINITY },
    ];
    expect(() => mbgCnbdK.fit(rows, {})).toThrow(DataError);
    expect(() => mbgCnbdK.fit(rows, {})).toThrow(/row 50, field logGaps/);
  });
});
