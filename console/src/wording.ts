/** How scores are called, in which unit, and which way is good: one place, so that no page says it differently. */
export const SCORES = {
  clv12m: { label: 'Expected value', unit: 'next 12 months', direction: 'higher is better' },
  valueIfKept12m: { label: 'Value if kept', unit: 'next 12 months', direction: 'higher is better' },
  valueAtRisk: { label: 'Value at risk', unit: 'next 12 months', direction: 'lower is better' },
  churnProbability: { label: 'Churn risk', unit: '0–100 %', direction: '100 % = most likely to leave' },
  engagement: { label: 'Engagement', unit: '0–100', direction: '100 = most engaged' },
  priority: { label: 'Priority', unit: '0–100', direction: '100 = look at first' },
} as const;

const BANDS: Readonly<Record<string, string>> = { high: 'High', medium: 'Medium', low: 'Low', lapsed: 'Lapsed' };

/** A band of risk or value; null is who has none. */
export function bandName(band: string | null): string {
  return band === null ? 'None' : (BANDS[band] ?? band);
}

const LIFECYCLES: Readonly<Record<string, string>> = {
  prospect: 'Prospect (never bought)',
  active: 'Active',
  lapsed: 'Lapsed (silent for long)',
};

/** Where a customer stands in its life. */
export function lifecycleName(lifecycle: string): string {
  return LIFECYCLES[lifecycle] ?? lifecycle;
}

/** "at-risk" as "At risk": names of segments and groups of inputs. */
export function inWords(name: string): string {
  const text = name
    .replace(/[-_.]/g, ' ')
    .replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
