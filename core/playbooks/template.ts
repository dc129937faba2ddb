/** What the templates of a task may name in braces. */
export const TEMPLATE_FIELDS = [
  'name',
  'valueIfKept',
  'currency',
  'churn',
  'horizonDays',
  'reasons',
  'change',
  'segment',
  'engagement',
  'engagementTrend',
  'purchases',
  'lastPurchaseOn',
  'silentDays',
] as const;

export type TemplateField = (typeof TEMPLATE_FIELDS)[number];

const PLACEHOLDER = /\{(\w+)\}/g;

/** Fills {placeholders}. One that has no value is left as it stands, so that a typing error is seen. */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(PLACEHOLDER, (whole, name: string) => values[name] ?? whole);
}

/** The {placeholders} of a template that nothing fills. */
export function unknownFields(template: string): readonly string[] {
  return [...template.matchAll(PLACEHOLDER)]
    .map(([, name]) => name ?? '')
    .filter((name) => !TEMPLATE_FIELDS.some((field) => field === name));
}
