import { addDays, type CalendarDay, daysBetween } from '../domain/calendar-day.ts';
import { inputsAt } from '../features/inputs.ts';
import { purchaseGaps } from '../features/purchase-gaps.ts';
import {
  type ChurnSettings,
  CONTRACT_HORIZON_DAYS,
  churnSettingsSchema,
  followUpDays,
  type LeavingRule,
  leftOn,
  mayLeave,
} from './leaving.ts';
import type { TrainingCustomer } from './train.ts';

/** What a workspace that says nothing has. */
export const USUAL_CHURN: ChurnSettings = churnSettingsSchema.parse({});

/** How many leave by a definition, in the newest horizon that can be judged. */
export interface DefinitionRate extends LeavingRule {
  /** Customers who could leave on its first day. */
  customers: number;
  left: number;
  /** Null without a customer. */
  baseRate: number | null;
}

/** A definition beside the one that the stored model has. */
export interface DefinitionChange {
  from: DefinitionRate;
  to: DefinitionRate;
  /** Customers looked at, and those of them who are judged otherwise: left instead of stayed, or no more asked. */
  lookedAt: number;
  affected: number;
}

/** The settings with a horizon: the configured one, or what the book proposes. */
export function proposedRule(
  { definition, days }: ChurnSettings,
  sample: readonly Pick<TrainingCustomer, 'purchaseDays'>[],
): LeavingRule {
  if (days !== null) return { definition, horizonDays: days };
  if (definition !== 'no_purchase_within') return { definition, horizonDays: CONTRACT_HORIZON_DAYS };
  const between = sample.flatMap(({ purchaseDays }) =>
    purchaseDays.slice(1).map((day, index) => daysBetween(purchaseDays[index] as CalendarDay, day)),
  );
  return { definition, horizonDays: purchaseGaps(between).horizonDays };
}

/** What to say of a definition where the book lacks what it is about. */
export function remarksOn(
  { definition, horizonDays }: LeavingRule,
  sample: readonly Pick<TrainingCustomer, 'purchaseDays' | 'terms'>[],
): readonly string[] {
  if (definition !== 'no_purchase_within') {
    return sample.some(({ terms }) => terms.length > 0)
      ? []
      : [
          `Leaving is defined as ${definition}, and no contract is known: map the fields of contracts in the settings of a connection, or import a file with contract_start, contract_end, cancelled_on.`,
        ];
  }
  return sample.some(({ purchaseDays }) => purchaseDays.length > 1)
    ? []
    : [
        `No customer has bought twice: the churn horizon is set to ${horizonDays} days until repeat purchases tell the usual gap.`,
      ];
}

/** Whether two definitions ask the same. */
export function sameRule(one: LeavingRule, other: LeavingRule): boolean {
  return one.definition === other.definition && one.horizonDays === other.horizonDays;
}

/** A definition in words, such as "contract_end within 90 days". */
export function inWords({ definition, horizonDays }: LeavingRule): string {
  return definition === 'no_purchase_within'
    ? `${definition} ${horizonDays} days`
    : `${definition} within ${horizonDays} days`;
}

/** Compares two definitions on the same customers, each on its newest horizon up to asOf. */
export function compareDefinitions(
  from: LeavingRule,
  to: LeavingRule,
  sample: readonly TrainingCustomer[],
  options: { asOf: CalendarDay; currency: string },
): DefinitionChange {
  const [before, after] = [from, to].map((rule) => outcomes(rule, sample, options)) as [Outcome[], Outcome[]];
  return {
    from: rateOf(from, before),
    to: rateOf(to, after),
    lookedAt: sample.length,
    affected: before.filter((outcome, index) => outcome !== after[index]).length,
  };
}

/** Null: could not leave on the first day. */
type Outcome = 'left' | 'stayed' | null;

function outcomes(
  rule: LeavingRule,
  sample: readonly TrainingCustomer[],
  { asOf, currency }: { asOf: CalendarDay; currency: string },
): Outcome[] {
  const cut = addDays(asOf, -followUpDays(rule));
  return sample.map((customer) => {
    if (!mayLeave(inputsAt(customer.statsAt(cut), cut, currency), rule)) return null;
    return leftOn(customer, cut, rule, asOf) === null ? 'stayed' : 'left';
  });
}

function rateOf(rule: LeavingRule, all: readonly Outcome[]): DefinitionRate {
  const customers = all.filter((outcome) => outcome !== null).length;
  const left = all.filter((outcome) => outcome === 'left').length;
  const { definition, horizonDays } = rule;
  return { definition, horizonDays, customers, left, baseRate: customers === 0 ? null : left / customers };
}
