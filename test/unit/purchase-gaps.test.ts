import { describe, expect, it } from 'vitest';
import { purchaseGaps } from '../../core/features/purchase-gaps.ts';

describe('the churn horizon that a book proposes', () => {
  it('is the smallest one that four in five gaps between purchases fit in', () => {
    const upTo = (days: number) => Array.from({ length: days }, (_, index) => index + 1);
    expect(purchaseGaps(upTo(36)).horizonDays).toBe(30);
    expect(purchaseGaps(upTo(100)).horizonDays).toBe(90);
    expect(purchaseGaps(upTo(1_000)).horizonDays).toBe(365);
  });

  it('stands on the distribution shown with it', () => {
    const { gaps, percentiles, covered } = purchaseGaps(Array.from({ length: 200 }, (_, index) => 200 - index));
    expect(gaps).toBe(200);
    expect(percentiles).toEqual({ p10: 21, p25: 51, p50: 101, p80: 161, p90: 181, p95: 191 });
    expect(covered.map(({ share }) => share)).toEqual([0.15, 0.3, 0.45, 0.9, 1]);
  });

  it('is ninety days until somebody has bought twice', () => {
    expect(purchaseGaps([])).toEqual({ gaps: 0, percentiles: null, horizonDays: 90, covered: [] });
  });
});
