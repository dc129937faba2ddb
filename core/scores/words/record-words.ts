/** How good or bad news is: what colour it has. */
export type Tone = 'good' | 'warning' | 'bad' | 'neutral';

/**
 * What a record says around its scores, in one language. Numbers, amounts and days come in as text that is formatted already. Nothing is
 * imported here but types, and names by the languages: the Salesforce component carries a copy of these files (`connectors/salesforce/package`).
 */
export interface RecordWords {
  title: string;
  churnBands: Readonly<Record<'high' | 'medium' | 'low' | 'lapsed', string>>;
  valueBands: Readonly<Record<'high' | 'medium' | 'low', string>>;
  value: { label: string; interval(low: string, high: string): string };
  risk: {
    label: string;
    points(points: string): string;
    horizon(percent: string, days: string): string;
    lapsed: string;
  };
  engagement: { label: string; points(points: string): string };
  /** How far the scores can be believed; said where it is not far. */
  quality: { label: string; points(points: string): string; some: string; little: string };
  trends: Readonly<Record<'rising' | 'steady' | 'falling', string>>;
  why: string;
  change: string;
  nextAction: { label: string; due(day: string): string };
  asOf: string;
  /** The scores could not be read. */
  failed: string;
  /** Why there is nothing to see, or not all; what stands still. */
  notices: {
    missing: string;
    /** Fields alone cannot tell one from the other. */
    missingOrErased: string;
    erased: string;
    hidden: string;
    prospect: string;
    stale(days: string): string;
    unmoved(day: string): string;
  };
  feedback: { question: string; useful: string; wrong: string; note: string; send: string; thanks: string };
}
