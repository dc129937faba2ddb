import { englishNames } from '../../core/scores/words/names-english.ts';
import { SEGMENTS } from '../../core/segments/segment-names.ts';

/** What scores are called, in which unit, and which way is good: as on the record. */
export const SCORES = englishNames.scores;

/** What an 80 % interval of money says. */
export const intervalSentence = englishNames.interval;

/** A band of risk or value; null is who has none. */
export function bandName(band: string | null): string {
  return band === null ? 'None' : named(englishNames.bands, band);
}

/** Where a customer stands in its life. */
export function lifecycleName(lifecycle: string): string {
  return named(englishNames.lifecycles, lifecycle);
}

/** Which way engagement goes. */
export function trendName(trend: string): string {
  return named(englishNames.trends, trend);
}

/** A group of inputs that a score is made of. */
export function groupName(group: string): string {
  return named(englishNames.groups, group);
}

/** A segment. */
export function segmentName(segment: string): string {
  return named(englishNames.segments, segment);
}

/** Every segment with its name, from the best to the lost: to ask for their report would read the whole book for a list of names. */
export const SEGMENT_OPTIONS = SEGMENTS.map((value) => ({ value, label: segmentName(value) }));

const VENDORS: Readonly<Record<string, string>> = {
  hubspot: 'HubSpot',
  salesforce: 'Salesforce',
  segment: 'Segment',
  csv: 'CSV files',
};

/** A vendor as it writes itself. */
export function vendorName(vendor: string): string {
  return named(VENDORS, vendor);
}

function named(names: Readonly<Record<string, string>>, name: string): string {
  return names[name] ?? inWords(name);
}

/** "not-compared" as "Not compared": what has no name of its own. */
export function inWords(name: string): string {
  const text = name
    .replace(/[-_.]/g, ' ')
    .replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
