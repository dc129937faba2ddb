/** Fills {placeholders}. One that has no value is left as it stands, so that a typing error is seen. */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
