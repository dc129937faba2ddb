import type { Inputs } from '../features/inputs.ts';
import { kMeans, nearest } from '../math/k-means.ts';
import { seededRandom } from '../math/random.ts';
import { silhouette } from '../math/silhouette.ts';
import { matchClusters } from './match-clusters.ts';

/** What clusters are made of: how a customer behaves, each on a logarithmic scale. */
export const BEHAVIOURS = ['silence', 'purchases', 'spend', 'visits', 'meetings', 'support'] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

/** One group of customers who behave alike. */
export interface Cluster {
  /** A capital letter. The same behaviour keeps its letter from one training to the next. */
  id: string;
  /** Standardised behaviours of its centre, in the order of BEHAVIOURS. */
  centre: readonly number[];
  /** Share of the training's buyers. */
  share: number;
}

/** The clusters of a training, frozen in the scoring model. */
export interface Clusters {
  /** Mean and standard deviation of each behaviour at training; a deviation of 0 leaves the behaviour out. */
  means: readonly number[];
  deviations: readonly number[];
  clusters: readonly Cluster[];
  /** Every number of clusters that was tried. The one with the highest mean silhouette is used. */
  tried: readonly { k: number; inertia: number; silhouette: number; chosen: boolean }[];
}

const LEAST_BUYERS = 50;
/** Buyers that are grouped: enough to find groups of one in a hundred. */
const MOST_BUYERS = 4_000;
/** Buyers whose silhouette is taken: it costs the square. */
const MOST_SILHOUETTES = 1_000;
const MOST_CLUSTERS = 8;
const SEED = 20_260_101;

/** What clusters read of a customer. */
export type ClusterInputs = Pick<Inputs, 'silenceDays' | 'purchases' | 'meanSpend' | 'long'>;

/** The behaviours of a customer, in the order of BEHAVIOURS. */
function behavioursOf({ silenceDays, purchases, meanSpend, long }: ClusterInputs): readonly number[] {
  return [silenceDays, purchases, meanSpend, long.web + long.email + long.product, long.meeting, long.support].map(
    Math.log1p,
  );
}

/**
 * Groups the buyers of a training by how they behave. Null when there are too few, or all are alike.
 *
 * @param buyers in an order that has nothing to do with their behaviour: the first ones are a sample
 * @param previous the clusters of the training before: whose behaviour is met again keeps its letter
 */
export function fitClusters(buyers: readonly ClusterInputs[], previous: Clusters | null): Clusters | null {
  if (buyers.length < LEAST_BUYERS) return null;
  const raw = buyers.slice(0, MOST_BUYERS).map(behavioursOf);
  const means = BEHAVIOURS.map((_, j) => raw.reduce((sum, row) => sum + (row[j] ?? 0), 0) / raw.length);
  const deviations = BEHAVIOURS.map((_, j) =>
    Math.sqrt(raw.reduce((sum, row) => sum + ((row[j] ?? 0) - (means[j] ?? 0)) ** 2, 0) / raw.length),
  );
  const rows = raw.map((row) => standardised(row, means, deviations));
  const distinct = new Set(rows.map((row) => row.join())).size;
  const random = seededRandom(SEED);
  const candidates = [];
  for (let k = 2; k <= Math.min(MOST_CLUSTERS, distinct); k += 1) {
    const found = kMeans(rows, { k, starts: 5, random });
    candidates.push({ k, found, silhouette: silhouette(rows, found.assignments, MOST_SILHOUETTES) });
  }
  const [first, ...others] = candidates;
  if (!first) return null;
  const best = others.reduce((a, b) => (b.silhouette > a.silhouette ? b : a), first);
  const counts = new Array<number>(best.k).fill(0);
  for (const c of best.found.assignments) counts[c] = (counts[c] ?? 0) + 1;
  const centres = best.found.centroids
    .map((centre, c) => ({ centre: [...centre], share: (counts[c] ?? 0) / rows.length }))
    .sort((a, b) => b.share - a.share);
  // Both in units of today's deviations, or a change of scale would look like a change of behaviour.
  const before = (previous?.clusters ?? []).map(({ id, centre }) => ({
    id,
    centre: standardised(
      centre.map((z, j) => (previous?.means[j] ?? 0) + z * (previous?.deviations[j] ?? 0)),
      means,
      deviations,
    ),
  }));
  const ids = matchClusters(
    before,
    centres.map(({ centre }) => centre),
  );
  return {
    means,
    deviations,
    clusters: centres.map((each, c) => ({ id: ids[c] ?? '', ...each })),
    tried: candidates.map(({ k, found, silhouette: mean }) => ({
      k,
      inertia: found.inertia,
      silhouette: mean,
      chosen: k === best.k,
    })),
  };
}

/** The cluster whose centre is nearest to a customer. */
export function clusterOf({ means, deviations, clusters }: Clusters, customer: ClusterInputs): Cluster | null {
  const row = standardised(behavioursOf(customer), means, deviations);
  return (
    clusters[
      nearest(
        clusters.map(({ centre }) => centre),
        row,
      )
    ] ?? null
  );
}

function standardised(row: readonly number[], means: readonly number[], deviations: readonly number[]): number[] {
  return row.map((value, j) => {
    const deviation = deviations[j] ?? 0;
    return deviation > 0 ? (value - (means[j] ?? 0)) / deviation : 0;
  });
}
