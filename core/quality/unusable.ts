import type { DataFault } from '../domain/errors.ts';
import type { Finding } from './finding.ts';
import type { RuleName } from './rules.ts';

/** Why a sale cannot be counted, under the name of its rule. */
export function columnsFinding(fault: DataFault): Finding {
  return {
    rule: ruleOf(fault),
    severity: 'reject',
    field: fault.field,
    expected: fault.expected,
    found: fault.found === undefined ? 'none' : JSON.stringify(fault.found),
    remedy: `${fault.remedy.charAt(0).toUpperCase()}${fault.remedy.slice(1)}.`,
  };
}

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

function ruleOf({ field, found }: DataFault): RuleName {
  switch (field) {
    case 'amount':
      return found === undefined ? 'amount-missing' : 'negative-order';
    case 'currency':
      return found !== undefined && CURRENCIES.has(found) ? 'no-rate' : 'currency-unknown';
    case 'margin':
      return 'margin-above-amount';
    default:
      return 'schema';
  }
}
