import type { ContactRecord } from '../domain/records.ts';
import type { Finding } from './finding.ts';

/** What a server takes: one @, no space, a domain with a point and a top level of letters. */
const ADDRESS = /^[^\s@<>(),;:"]+@[^\s@.]+(?:\.[^\s@.]+)*\.(?:[a-z]{2,63}|xn--[a-z0-9-]+)$/i;

/** Domains set aside for tests and examples, and those of mail that is thrown away. `.example` is what made-up data uses on purpose. */
const TEST_DOMAIN =
  /@(?:.*\.)?(?:example\.(?:com|org|net)|test\.com|mailinator\.com|yopmail\.com|guerrillamail\.com|[^@]+\.(?:test|invalid|localhost))$/i;
const TEST_LOCAL =
  /^(?:test|tester|testing|test[-_.]?user|testkunde|dummy|asdf|qwerty|foo|bar|do-?not-?use)\d*(?:\+.*)?@/i;
const TEST_NAME =
  /^(?:test|tester|testing|dummy|asdf|qwerty|xxx+)\b|\b(?:test (?:user|account|customer|contact|test)|do not use|testkunde)\b/i;

/** UTF-8 that was read as Latin-1 or Windows-1252, and what stands for an unreadable letter. */
const DAMAGED =
  /\uFFFD|Ã[\u0080-\u00BF\u0152-\u0178\u2013-\u203A\u20AC\u2122]|Â[\u00A0-\u00BF]|â€|ï¿½|Ð[\u0080-\u00BF]/u;

/** What is wrong with a contact as it stands. Says which field and how, never what stands in it: that is a person's. */
export function contactFindings({ emails, name }: ContactRecord): readonly Finding[] {
  const findings: Finding[] = [];
  if (emails.some((email) => email.trim() !== '' && !ADDRESS.test(email.trim()))) {
    findings.push({
      rule: 'email-invalid',
      severity: 'warn',
      field: 'email',
      expected: 'an address such as name@company.com',
      found: 'one that no mail can reach',
      remedy: 'Correct it at its source: until then it tells nobody apart and joins nobody.',
    });
  }
  if (
    emails.some((email) => TEST_DOMAIN.test(email.trim()) || TEST_LOCAL.test(email.trim())) ||
    TEST_NAME.test(name?.trim() ?? '')
  ) {
    findings.push({
      rule: 'test-account',
      severity: 'warn',
      field: 'email, name',
      expected: 'a customer',
      found: 'a name or address as tests use it',
      remedy:
        'Delete the contact at its source if it was made for a test, or leave it out by a filter of the connection.',
    });
  }
  if (name !== null && DAMAGED.test(name)) {
    findings.push({
      rule: 'encoding-damage',
      severity: 'warn',
      field: 'name',
      expected: 'text in one encoding',
      found: 'letters that were read in the wrong one',
      remedy: 'Export it as UTF-8 and import it as that, then correct what is there.',
    });
  }
  return findings;
}
