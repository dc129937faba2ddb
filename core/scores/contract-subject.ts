import { GRACE_DAYS } from '../features/contract-periods.ts';
import type { Inputs } from '../features/inputs.ts';
import { type ContractSubject, termLength } from '../models/clv/contract-value.ts';

const YEAR_DAYS = 365;

/** A customer's contract as its value is asked of; null without a contract, where its end was not known, or nothing says what it is worth. */
export function contractSubject(inputs: Inputs): ContractSubject | null {
  const { contract } = inputs;
  if (!contract?.standing) return null;
  const { renewals, termDays, daysLeft, untilFurtherNotice, annualValue } = contract.standing;
  const worth = annualValue ?? paidPerYear(inputs, termDays);
  if (worth === null) return null;
  const leaving = contract.noticeGiven || contract.endedDays > GRACE_DAYS;
  return {
    length: termLength(untilFurtherNotice ? null : termDays),
    renewals,
    termDays,
    // Notice of a contract without an end has ended it.
    daysLeft: untilFurtherNotice && leaving ? 0 : daysLeft,
    endedDays: contract.endedDays,
    leaving,
    annualValue: worth,
  };
}

/** What a customer paid, spread over the time between its payments; of who paid once, over one term. Null where nothing was paid. */
export function paidPerYear(
  { purchases, totalSpend, ageDays, silenceDays, meanGapDays }: Inputs,
  termDays: number,
): number | null {
  if (purchases === 0 || totalSpend === 0) return null;
  const days = Math.max(ageDays - silenceDays, 0) + (purchases > 1 ? meanGapDays : termDays);
  return (totalSpend / Math.max(days, 1)) * YEAR_DAYS;
}
