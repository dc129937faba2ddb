import type { RuleName, Severity } from './rules.ts';

/** What a rule found on one record or connection. Holds no name and no address: it is logged and shown. */
export interface Finding {
  rule: RuleName;
  severity: Severity;
  field: string;
  expected: string;
  found: string;
  remedy: string;
}

/** A finding in a sentence, without its remedy. */
export function findingInWords({ field, expected, found }: Pick<Finding, 'field' | 'expected' | 'found'>): string {
  return `${field}: expected ${expected}, found ${found}`;
}
