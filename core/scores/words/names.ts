import type { Segment } from '../../segments/segment-names.ts';
import type { InputGroup } from '../input-groups.ts';

/** A group of inputs as it is called; one that has no name of its own, as it is. */
export function groupNameIn({ groups }: Names, group: string): string {
  return (groups as Readonly<Record<string, string>>)[group] ?? group;
}

/** How a number is called, in which unit it is, and which way is good. */
export interface NumberName {
  label: string;
  unit: string;
  direction: string;
}

/**
 * What scores, bands, segments and inputs are called in one language: the one place that card, component, reports and console take
 * these words from. Nothing is imported here but types of lists without code: the console and the Salesforce component carry a copy.
 */
export interface Names {
  scores: Readonly<
    Record<
      'clv12m' | 'valueIfKept12m' | 'valueAtRisk' | 'churnProbability' | 'engagement' | 'priority' | 'dataQuality',
      Readonly<NumberName>
    >
  >;
  /** Of a score whose name stands beside them. */
  bands: Readonly<Record<'high' | 'medium' | 'low' | 'lapsed', string>>;
  lifecycles: Readonly<Record<'prospect' | 'active' | 'lapsed', string>>;
  trends: Readonly<Record<'rising' | 'steady' | 'falling', string>>;
  segments: Readonly<Record<Segment, string>>;
  groups: Readonly<Record<InputGroup, string>>;
  /** What an 80 % interval says; low and high are amounts in words. At least, since many bring nothing at all. */
  interval(low: string, high: string): string;
}
