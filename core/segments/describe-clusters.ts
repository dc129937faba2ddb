import { BEHAVIOURS, type Behaviour, type Cluster } from './clusters.ts';

/** What sets a cluster apart: more or less of a behaviour than the book's mean. */
export interface Trait {
  behaviour: Behaviour;
  more: boolean;
}

/** Standard deviations from the mean worth a word, and words at most. */
const LEAST_DEVIATION = 0.5;
const MOST_TRAITS = 3;

/** The traits of a cluster, most marked first; none for the average customer. */
export function traitsOf({ centre }: Pick<Cluster, 'centre'>): readonly Trait[] {
  return BEHAVIOURS.map((behaviour, index) => ({ behaviour, deviation: centre[index] ?? 0 }))
    .filter(({ deviation }) => Math.abs(deviation) >= LEAST_DEVIATION)
    .sort((a, b) => Math.abs(b.deviation) - Math.abs(a.deviation))
    .slice(0, MOST_TRAITS)
    .map(({ behaviour, deviation }) => ({ behaviour, more: deviation > 0 }));
}
