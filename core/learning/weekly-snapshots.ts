import { addDays, type CalendarDay, dayNumber, fromDayNumber } from '../domain/calendar-day.ts';
import type { Snapshot } from '../evaluation/early-warning.ts';
import { followUpDays, isContractual, type LeavingRule, leftOn } from '../scores/leaving.ts';
import type { TrainingCustomer } from '../scores/train.ts';
import type { ShownScore } from '../store/shown-scores.ts';

const WEEK_DAYS = 7;

/**
 * A customer's shown risk on one day of each week, with what came within the horizon, as far as that is known: what alerts of a fixed number
 * a week are drawn from. Who leaves by silence does so on the day on which it is as long as the horizon; from then on there is nothing to
 * warn of. A score that does not know the last purchase yet warns of nobody.
 *
 * @param shown the customer's scores, the earliest first
 */
export function weeklySnapshots(
  customer: string,
  facts: TrainingCustomer,
  shown: readonly ShownScore[],
  { rule, asOf }: { rule: LeavingRule; asOf: CalendarDay },
): readonly Snapshot[] {
  const [first] = shown;
  if (!first) return [];
  const snapshots: Snapshot[] = [];
  const last = dayNumber(addDays(asOf, -followUpDays(rule)));
  let at = 0;
  let bought = 0;
  for (let day = Math.ceil(dayNumber(first.asOf) / WEEK_DAYS) * WEEK_DAYS; day <= last; day += WEEK_DAYS) {
    const cut = fromDayNumber(day);
    while ((shown[at + 1]?.asOf ?? asOf) <= cut && at + 1 < shown.length) at += 1;
    while ((facts.purchaseDays[bought] ?? asOf) <= cut && bought < facts.purchaseDays.length) bought += 1;
    const score = shown[at];
    if (score?.lifecycle !== 'active' || score.churnProbability === null) continue;
    if (score.horizonDays !== rule.horizonDays) continue;
    const lastPurchase = facts.purchaseDays[bought - 1];
    if (lastPurchase !== undefined && lastPurchase > score.asOf) continue;
    const silentUntil =
      isContractual(rule) || lastPurchase === undefined ? null : addDays(lastPurchase, rule.horizonDays);
    if (silentUntil !== null && silentUntil <= cut) continue;
    const left = leftOn(facts, cut, rule, asOf);
    const leaves = left && (silentUntil ?? left);
    snapshots.push({
      customer,
      day,
      probability: score.churnProbability,
      label: leaves === null ? 0 : 1,
      leftOn: leaves === null ? null : dayNumber(leaves),
    });
  }
  return snapshots;
}
