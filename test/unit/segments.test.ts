import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kMeans, squaredDistance } from '../../core/math/k-means.ts';
import { gamma, normal, seededRandom } from '../../core/math/random.ts';
import { silhouette } from '../../core/math/silhouette.ts';
import { type ClusterInputs, clusterOf, fitClusters } from '../../core/segments/clusters.ts';
import { traitsOf } from '../../core/segments/describe-clusters.ts';
import { matchClusters } from '../../core/segments/match-clusters.ts';
import { segmentOf } from '../../core/segments/named-segments.ts';
import { ranksFromHighest } from '../../core/segments/rank.ts';
import { rfmCutPoints, rfmScores, rfmShares } from '../../core/segments/rfm.ts';
import { SEGMENTS } from '../../core/segments/segment-names.ts';

const buyer = (silenceDays: number, purchases: number, totalSpend: number) => ({ silenceDays, purchases, totalSpend });

describe('RFM', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => buyer(i + 1, i + 1, 10 * (i + 1)));

  it('cuts a hundred different buyers into fifths of twenty, long silence being worst', () => {
    const cuts = rfmCutPoints(hundred);
    expect(cuts).toEqual({
      silenceDays: [20, 40, 60, 80],
      purchases: [20, 40, 60, 80],
      totalSpend: [200, 400, 600, 800],
    });
    expect(cuts && rfmShares(cuts, hundred)).toEqual({
      recency: [0.2, 0.2, 0.2, 0.2, 0.2],
      frequency: [0.2, 0.2, 0.2, 0.2, 0.2],
      monetary: [0.2, 0.2, 0.2, 0.2, 0.2],
    });
    expect(cuts && rfmScores(cuts, buyer(1, 100, 1_000))).toEqual({ recency: 5, frequency: 5, monetary: 5 });
    expect(cuts && rfmScores(cuts, buyer(900, 0, 0))).toEqual({ recency: 1, frequency: 1, monetary: 1 });
  });

  it('never parts equal customers: a value on a cut-point goes down, and the shares say how uneven that is', () => {
    const once = Array.from({ length: 100 }, (_, i) => buyer(i, i < 70 ? 1 : i, 5));
    const cuts = rfmCutPoints(once);
    if (!cuts) throw new Error('no cut-points');
    const scores = once.map((each) => rfmScores(cuts, each).frequency);
    expect(new Set(scores.slice(0, 70))).toEqual(new Set([1]));
    expect(rfmShares(cuts, once).frequency).toEqual([0.7, 0, 0, 0.1, 0.2]);
    expect(rfmShares(cuts, once).monetary).toEqual([1, 0, 0, 0, 0]);
  });

  it('has no cut-points without a buyer', () => {
    expect(rfmCutPoints([])).toBeNull();
  });

  it('names every one of the 125 score triples, and uses all eleven names', () => {
    const fifth = [1, 2, 3, 4, 5];
    const named = fifth.flatMap((recency) =>
      fifth.flatMap((frequency) => fifth.map((monetary) => segmentOf({ recency, frequency, monetary }))),
    );
    expect(new Set(named)).toEqual(new Set(SEGMENTS));
    expect(segmentOf({ recency: 5, frequency: 5, monetary: 5 })).toBe('champions');
    expect(segmentOf({ recency: 1, frequency: 5, monetary: 5 })).toBe('cannot-lose');
    expect(segmentOf({ recency: 5, frequency: 1, monetary: 1 })).toBe('new');
    expect(segmentOf({ recency: 1, frequency: 1, monetary: 1 })).toBe('lost');
    expect(() => segmentOf({ recency: 0, frequency: 1, monetary: 1 })).toThrow(RangeError);
  });
});

describe('k-means', () => {
  const random = seededRandom(6);
  const centres = [
    [0, 0, 0],
    [6, 0, 2],
    [0, 7, -3],
    [8, 8, 8],
  ];
  const rows = Array.from({ length: 400 }, (_, i) => (centres[i % 4] ?? []).map((at) => at + normal(random)));

  it('finds planted groups, whatever the seed', () => {
    for (const seed of [1, 2, 3]) {
      const { assignments, inertia, centroids } = kMeans(rows, { k: 4, starts: 3, random: seededRandom(seed) });
      for (let group = 0; group < 4; group += 1) {
        expect(new Set([...assignments].filter((_, i) => i % 4 === group)).size).toBe(1);
      }
      const recounted = rows.reduce(
        (sum, row, i) => sum + squaredDistance(centroids[assignments[i] ?? 0] ?? [], row),
        0,
      );
      expect(inertia).toBeCloseTo(recounted, 8);
    }
  });

  it('reaches the best of all partitions on sets small enough to try them all', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(50), fc.nat(50)), { minLength: 4, maxLength: 8 }), (few) => {
        const best = Array.from({ length: 3 ** few.length }, (_, code) => code).reduce((least, code) => {
          const groups = few.map((_, i) => Math.floor(code / 3 ** i) % 3);
          const inertia = [0, 1, 2].reduce((sum, group) => {
            const members = few.filter((_, i) => groups[i] === group);
            const mean = [0, 1].map((j) => members.reduce((total, row) => total + (row[j] ?? 0), 0) / members.length);
            return sum + members.reduce((total, row) => total + squaredDistance(mean, row), 0);
          }, 0);
          return Math.min(least, inertia);
        }, Number.POSITIVE_INFINITY);
        expect(kMeans(few, { k: 3, starts: 5, random: seededRandom(1) }).inertia).toBeCloseTo(best, 6);
      }),
      { numRuns: 40 },
    );
  });

  it('takes rows that are all the same, and refuses more centres than rows', () => {
    expect(kMeans([[1], [1], [1]], { k: 2, starts: 1, random: seededRandom(1) }).inertia).toBe(0);
    expect(() => kMeans([[1]], { k: 2, starts: 1, random: seededRandom(1) })).toThrow(/1 to 1 centres, got 2/);
  });

  it('has its silhouette near 1 for groups far apart and near 0 for a cut through one', () => {
    const apart = [[0], [0.1], [10], [10.1]];
    expect(silhouette(apart, [0, 0, 1, 1], 100)).toBeGreaterThan(0.98);
    expect(silhouette(apart, [0, 1, 0, 1], 100)).toBeLessThan(0);
    expect(silhouette(apart, [0, 0, 0, 1], 2)).toBeLessThanOrEqual(1);
  });
});

/** Three kinds of buyers: regulars, whales who meet us, and those who are gone. */
function population(seed: number, size: number, richer = 1): readonly ClusterInputs[] {
  const random = seededRandom(seed);
  const about = (mean: number) => (mean * gamma(random, 20)) / 20;
  const nobody = { web: 0, email: 0, meeting: 0, product: 0, support: 0, purchase: 0 };
  return Array.from({ length: size }, (_, i) => {
    if (i % 3 === 0)
      return {
        silenceDays: about(10),
        purchases: about(20),
        meanSpend: about(30 * richer),
        long: { ...nobody, web: about(15) },
      };
    if (i % 3 === 1)
      return {
        silenceDays: about(30),
        purchases: about(5),
        meanSpend: about(900 * richer),
        long: { ...nobody, meeting: about(6) },
      };
    return { silenceDays: about(400), purchases: about(2), meanSpend: about(40 * richer), long: nobody };
  });
}

describe('clusters of customers', () => {
  it('are as many as were planted, chosen by the silhouette, which is shown for every number tried', () => {
    const found = fitClusters(population(1, 900), null);
    expect(found?.clusters.map(({ id }) => id)).toEqual(['A', 'B', 'C']);
    expect(found?.tried.map(({ k }) => k)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(found?.tried.filter(({ chosen }) => chosen)).toMatchObject([{ k: 3 }]);
    const inertias = found?.tried.map(({ inertia }) => inertia) ?? [];
    expect(inertias).toEqual([...inertias].sort((a, b) => b - a));
    expect(fitClusters(population(1, 900), null)).toEqual(found);
  });

  it('are described by what sets them apart', () => {
    const found = fitClusters(population(1, 900), null);
    const [regular, whale, gone] = population(2, 3).map((each) => found && clusterOf(found, each));
    expect(regular && traitsOf(regular)).toContainEqual({ behaviour: 'purchases', more: true });
    expect(whale && traitsOf(whale)[0]).toEqual({ behaviour: 'meetings', more: true });
    expect(gone && traitsOf(gone)).toContainEqual({ behaviour: 'silence', more: true });
    expect(traitsOf({ centre: [0.1, -0.2, 0, 0, 0, 0.4] })).toEqual([]);
  });

  it('keep their letters when fitted anew, on other customers and after prices doubled', () => {
    const before = fitClusters(population(1, 900), null);
    const renamed = before && {
      ...before,
      clusters: before.clusters.map((each) => ({ ...each, id: `${{ A: 'K', B: 'D', C: 'T' }[each.id]}` })),
    };
    const after = fitClusters(population(7, 1_200, 1.3), renamed);
    for (const customer of population(9, 30)) {
      expect(after && clusterOf(after, customer)?.id).toBe(renamed && clusterOf(renamed, customer)?.id);
    }
  });

  it('are none for a book too small, and none where all are alike', () => {
    expect(fitClusters(population(1, 49), null)).toBeNull();
    expect(
      fitClusters(
        Array.from({ length: 80 }, () => population(1, 1)[0] as ClusterInputs),
        null,
      ),
    ).toBeNull();
  });

  it('get a letter never used before where nothing near was known, and pair at the least distance in all', () => {
    const before = [
      { id: 'A', centre: [0, 0] },
      { id: 'C', centre: [1, 0] },
    ];
    expect(
      matchClusters(before, [
        [1.1, 0],
        [5, 5],
        [0.6, 0],
      ]),
    ).toEqual(['C', 'B', 'A']);
    expect(matchClusters([], [[0], [1]])).toEqual(['A', 'B']);
  });
});

describe('ranks', () => {
  it('start at 1 for the highest, and equal values share the better rank', () => {
    expect(ranksFromHighest([3, 9, 9, 1])).toEqual([3, 1, 1, 4]);
  });
});
