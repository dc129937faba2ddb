import { z } from 'zod';
import { addDays, type CalendarDay } from '../domain/calendar-day.ts';
import { type ContractTerm, cancellations, lapses } from '../features/contract.ts';
import { GRACE_DAYS } from '../features/contract-periods.ts';
import type { Inputs } from '../features/inputs.ts';
import type { Lifecycle } from './score.ts';

/** What a workspace calls leaving. */
export const churnSettingsSchema = z.strictObject({
  /**
   * `no_purchase_within`: no purchase within `days`. `contract_end`: the contract runs out within `days` and is not renewed within 30 days of
   * grace. `cancelled`: notice is given within `days`.
   */
  definition: z.enum(['no_purchase_within', 'contract_end', 'cancelled']).default('no_purchase_within'),
  /** The horizon. Null: 90 for contracts; without them proposed from the days between purchases ("staypower check --readiness"). */
  days: z.number().int().min(7).max(730).nullable().default(null),
});

/** The settings with their defaults filled. */
export type ChurnSettings = z.output<typeof churnSettingsSchema>;

/** What leaving is, with its horizon: stored with every model. Another one is another question. */
export interface LeavingRule {
  definition: ChurnSettings['definition'];
  horizonDays: number;
}

/** What labels are made from: days up to the as-of day of a training. */
export interface Followed {
  purchaseDays: readonly CalendarDay[];
  terms: readonly ContractTerm[];
}

/** The horizon of contracts unless another is configured. */
export const CONTRACT_HORIZON_DAYS = 90;

/** Whether customers leave by a contract, and not by silence. */
export function isContractual({ definition }: Pick<LeavingRule, 'definition'>): boolean {
  return definition !== 'no_purchase_within';
}

/** Days after which it is known who has left: the horizon, and the grace of a renewal. */
export function followUpDays({ definition, horizonDays }: LeavingRule): number {
  return definition === 'contract_end' ? horizonDays + GRACE_DAYS + 1 : horizonDays;
}

/**
 * Where a customer stands. Without contracts: silent for more than two horizons is lapsed. With them, whoever has left by the rule; who never had
 * one is judged by purchases.
 */
export function lifecycleOf(
  inputs: Pick<Inputs, 'purchases' | 'silenceDays' | 'contract'>,
  rule: LeavingRule,
): Lifecycle {
  const { contract } = inputs;
  if (isContractual(rule) && contract) {
    const ended = contract.endedDays > GRACE_DAYS;
    return ended || (rule.definition === 'cancelled' && contract.noticeGiven) ? 'lapsed' : 'active';
  }
  if (inputs.purchases === 0) return 'prospect';
  return inputs.silenceDays > 2 * rule.horizonDays ? 'lapsed' : 'active';
}

/** Whether it can be asked of a customer if they will leave: not of who never came, or has left. Who is in the grace is no example either. */
export function mayLeave(inputs: Pick<Inputs, 'purchases' | 'silenceDays' | 'contract'>, rule: LeavingRule): boolean {
  if (isContractual(rule) && (inputs.contract === null || inputs.contract.endedDays > 0)) return false;
  return lifecycleOf(inputs, rule) === 'active';
}

/**
 * The day on which a customer who may leave on `cut` did so within the horizon; null: stayed. For silence the last day of the horizon.
 *
 * @param asOf what is known: at least `followUpDays` after cut
 */
export function leftOn(
  { purchaseDays, terms }: Followed,
  cut: CalendarDay,
  rule: LeavingRule,
  asOf: CalendarDay,
): CalendarDay | null {
  const end = addDays(cut, rule.horizonDays);
  const within = (day: CalendarDay) => day > cut && day <= end;
  if (rule.definition === 'no_purchase_within') return purchaseDays.some(within) ? null : end;
  const days = rule.definition === 'contract_end' ? lapses(terms, asOf) : cancellations(terms, asOf);
  return days.find(within) ?? null;
}
