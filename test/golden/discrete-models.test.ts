import { describe, expect, it } from 'vitest';
import { DataError, NotFittedError } from '../../core/domain/errors.ts';
import { bgBb, type OpportunityRow } from '../../core/models/clv/bg-bb.ts';
import { shiftedBetaGeometric } from '../../core/models/clv/shifted-beta-geometric.ts';

/** The donations of Fader, Hardie & Shang 2010, table 1: x, t_x, donors; six opportunities. */
const DONATIONS: readonly OpportunityRow[] = (
  [
    [0, 0, 3464],
    [1, 1, 1091],
    [1, 2, 277],
    [1, 3, 129],
    [1, 4, 78],
    [1, 5, 119],
    [1, 6, 129],
    [2, 2, 613],
    [2, 3, 255],
    [2, 4, 155],
    [2, 5, 173],
    [2, 6, 234],
    [3, 3, 322],
    [3, 4, 181],
    [3, 5, 225],
    [3, 6, 357],
    [4, 4, 240],
    [4, 5, 284],
    [4, 6, 512],
    [5, 5, 335],
    [5, 6, 728],
    [6, 6, 1203],
  ] as const
).map(([frequency, recency, weight]) => ({ frequency, recency, opportunities: 6, weight }));

describe('BG/BB', () => {
  const model = bgBb.fit(DONATIONS, {});

  it('finds the paper’s parameters and likelihood on the donations', () => {
    const { alpha, beta, gamma, delta } = model.parameters;
    expect([alpha, beta, gamma, delta].map((each) => each.toFixed(3))).toEqual(['1.204', '0.750', '0.657', '2.783']);
    expect(model.diagnostics.logLikelihood).toBeCloseTo(-33225.58, 2);
    expect(model.diagnostics.rows).toBe(11_104);
  });

  it('says of the donors what the paper says', () => {
    const at = (frequency: number, recency: number) => ({ frequency, recency, opportunities: 6 });
    expect(model.probabilityAlive(at(0, 0))).toBeCloseTo(0.11, 2);
    expect(model.probabilityAlive(at(2, 4))).toBeCloseTo(0.59, 2);
    expect(model.probabilityAlive(at(6, 6))).toBeCloseTo(0.93, 2);
    const five = DONATIONS.reduce((sum, row) => sum + (row.weight ?? 0) * model.expectedPurchases(row, 5), 0);
    expect(five).toBeCloseTo(12_884.2, 0);
  });

  it('comes back from what it saved, and refuses histories that cannot be', () => {
    const loaded = bgBb.load(JSON.parse(JSON.stringify(model.save())));
    expect(loaded.predict(DONATIONS)).toEqual(model.predict(DONATIONS));
    expect(() => bgBb.fit([{ frequency: 2, recency: 1, opportunities: 6 }], {})).toThrow(DataError);
    expect(() => bgBb.fit([{ frequency: 1, recency: 7, opportunities: 6 }], {})).toThrow(/row 0, field recency/);
    expect(() => bgBb.fit([{ frequency: 0, recency: 0, opportunities: 6 }], {})).toThrow(NotFittedError);
    expect(() => bgBb.load({ model: 'other', formatVersion: 1 })).toThrow(DataError);
  });
});

/** Customers left of 1,000 after 0, 1, 2, ... renewals (Fader & Hardie 2007, table 1), as contracts. */
function contracts(left: readonly number[]) {
  const last = left.length - 1;
  return [
    ...left.slice(0, last).map((count, renewals) => ({
      renewals,
      lost: true,
      weight: count - (left[renewals + 1] ?? 0),
    })),
    { renewals: last, lost: false, weight: left[last] ?? 0 },
  ];
}

describe('the shifted-beta-geometric model', () => {
  const regular = shiftedBetaGeometric.fit(contracts([1000, 631, 468, 382, 326, 289, 262, 241]), {});
  const highEnd = shiftedBetaGeometric.fit(contracts([1000, 869, 743, 653, 593, 551, 517, 491]), {});

  it('finds the paper’s parameters of both segments', () => {
    expect(regular.parameters.alpha).toBeCloseTo(0.704, 3);
    expect(regular.parameters.beta).toBeCloseTo(1.182, 3);
    expect(highEnd.parameters.alpha).toBeCloseTo(0.668, 3);
    expect(highEnd.parameters.beta).toBeCloseTo(3.806, 3);
  });

  it('projects the years that it has not seen: .379 of the high end were left after 12', () => {
    expect(highEnd.survival(12)).toBeCloseTo(0.38, 2);
    expect(regular.renewalProbability(5)).toBeGreaterThan(regular.renewalProbability(0));
    expect(highEnd.expectedPeriods(0, 1, 1)).toBeCloseTo(highEnd.survival(1), 12);
    expect(highEnd.expectedPeriods(3, Number.POSITIVE_INFINITY, 1 / 1.1)).toBeGreaterThan(
      highEnd.expectedPeriods(0, Number.POSITIVE_INFINITY, 1 / 1.1),
    );
  });

  it('refuses a book without an end, a contract that cannot be, and an endless sum', () => {
    expect(() => shiftedBetaGeometric.fit([{ renewals: 3, lost: false }], {})).toThrow(NotFittedError);
    expect(() => shiftedBetaGeometric.fit([{ renewals: -1, lost: true }], {})).toThrow(DataError);
    expect(() => regular.expectedPeriods(0, Number.POSITIVE_INFINITY, 1)).toThrow(DataError);
    expect(shiftedBetaGeometric.load(JSON.parse(JSON.stringify(regular.save()))).survival(4)).toBe(regular.survival(4));
  });
});
