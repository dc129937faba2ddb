import { CLEAR, type FieldValue } from '../domain/fields.ts';
import type { Score } from './score.ts';

type Member = Pick<
  Score,
  | 'clv12m'
  | 'valueIfKept12m'
  | 'churnProbability'
  | 'churnBand'
  | 'lifecycle'
  | 'priority'
  | 'currency'
  | 'asOf'
  | 'modelVersion'
>;

/** From worst to best; one who has left is no longer a risk, and counts only where nobody else is there. */
const WORST_FIRST = ['high', 'medium', 'low', 'lapsed'] as const;

/**
 * What an account's customers come to, as field values: sums of value, value at risk (churn probability x value if kept, of those
 * who have not left), its largest part, the risk weighted by value, the worst band and the highest priority. An account without
 * buyers has no figures: CLEAR, which stays away from a record that never had any.
 *
 * @param members scores of the account's customers, each customer once
 */
export function rollUp(members: readonly Member[]): Readonly<Record<string, FieldValue>> {
  const buyers = members.filter((member) => member.lifecycle !== 'prospect');
  const [first] = buyers;
  if (first === undefined) {
    return Object.fromEntries(FIELDS.map((name) => [name, CLEAR]));
  }
  const active = buyers.filter((member) => member.lifecycle === 'active' && member.churnProbability !== null);
  const atRisk = active.map((member) => (member.churnProbability ?? 0) * (member.valueIfKept12m ?? 0));
  const kept = sum(active.map((member) => member.valueIfKept12m ?? 0));
  const latest = buyers.reduce((last, member) => (member.asOf > last.asOf ? member : last), first);
  return {
    clv_12m: cents(sum(buyers.map((member) => member.clv12m ?? 0))),
    value_if_kept_12m: cents(sum(buyers.map((member) => member.valueIfKept12m ?? 0))),
    currency: first.currency,
    churn_probability: kept > 0 ? Math.round((sum(atRisk) / kept) * 1000) / 10 : CLEAR,
    churn_band: WORST_FIRST.find((band) => buyers.some((member) => member.churnBand === band)) ?? CLEAR,
    priority: Math.round(Math.max(...buyers.map((member) => member.priority))),
    customers: buyers.length,
    customers_at_risk: active.filter((member) => member.churnBand === 'high').length,
    value_at_risk: cents(sum(atRisk)),
    value_at_risk_max: cents(Math.max(0, ...atRisk)),
    scored_at: latest.asOf,
    model_version: latest.modelVersion,
  };
}

const FIELDS = [
  'clv_12m',
  'value_if_kept_12m',
  'currency',
  'churn_probability',
  'churn_band',
  'priority',
  'customers',
  'customers_at_risk',
  'value_at_risk',
  'value_at_risk_max',
  'scored_at',
  'model_version',
] as const;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function cents(amount: number): number {
  return Math.round(amount * 100) / 100;
}
