import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { beta, normal, seededRandom } from '../../core/math/random.ts';
import { type AdviceCustomer, nextBestAction } from '../../core/planning/next-best-action.ts';
import { type Arms, saveRates } from '../../core/planning/save-rates.ts';
import { planningSettingsSchema } from '../../core/planning/settings.ts';
import { armOf } from '../../core/playbooks/holdout.ts';

/** True save rates, by action and segment. */
export type Truth = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What a policy did in all rounds, judged by the true save rates. */
export interface PolicyOutcome {
  /** Margin of those who stayed because of it, less what was spent. */
  net: number;
  spent: number;
  contacts: number;
}

const SEGMENTS = ['a', 'b', 'c', 'd'] as const;
const HOLDOUT_SHARE = 0.1;
export const SETTINGS = planningSettingsSchema.parse({});

/**
 * The same months lived with three policies, each with the same working time: next best action, which learns from its own holdout as it goes;
 * calling the riskiest; calling those with the most value at risk.
 */
export function liveWith(
  truth: Truth,
  { seed, months, customers, minutes }: { seed: number; months: number; customers: number; minutes: number },
): Record<'advised' | 'riskiest' | 'valueAtRisk', PolicyOutcome & { lastYearNet: number }> {
  const random = seededRandom(seed);
  const nobody = () => ({ net: 0, spent: 0, contacts: 0, lastYearNet: 0 });
  const outcomes = { advised: nobody(), riskiest: nobody(), valueAtRisk: nobody() };
  const watched = new Map(SETTINGS.actions.map(({ name }) => [name, new Map<string, Arms>()]));
  for (let month = 0; month < months; month += 1) {
    const book = Array.from({ length: customers }, (_, i): AdviceCustomer & { segment: string } => ({
      customerId: `${month}-${i}`,
      segment: SEGMENTS[Math.floor(random.next() * SEGMENTS.length)] ?? 'a',
      churnProbability: beta(random, 1.2, 2.4),
      valueIfKept12m: 400 * Math.exp(normal(random)),
    }));
    const act = (name: keyof typeof outcomes, customer: AdviceCustomer & { segment: string }, action: string) => {
      const planned = SETTINGS.actions.find((each) => each.name === action);
      if (!planned) throw new Error(`There is no action ${action}.`);
      const { churnProbability: churn, valueIfKept12m: value } = customer;
      const saved =
        churn * (truth[action]?.[customer.segment] ?? 0) * value * (SETTINGS.margin - planned.discountShare);
      const spent =
        planned.cost + (planned.minutes / 60) * SETTINGS.costPerHour + (1 - churn) * value * planned.discountShare;
      const outcome = outcomes[name];
      outcome.net += saved - spent;
      outcome.spent += spent;
      outcome.contacts += 1;
      if (month >= months - 12) outcome.lastYearNet += saved - spent;
    };
    const call = (name: 'riskiest' | 'valueAtRisk', order: (customer: AdviceCustomer) => number) => {
      const perCall = SETTINGS.actions.find((each) => each.name === 'call')?.minutes ?? 20;
      for (const customer of book.toSorted((a, b) => order(b) - order(a)).slice(0, Math.floor(minutes / perCall)))
        act(name, customer, 'call');
    };
    call('riskiest', ({ churnProbability }) => churnProbability);
    call('valueAtRisk', ({ churnProbability, valueIfKept12m }) => churnProbability * valueIfKept12m);

    const effects = new Map(
      SETTINGS.actions.map(({ name, prior }) => [name, saveRates(prior, watched.get(name) ?? new Map())]),
    );
    const terms = { settings: SETTINGS, effects, asOf: addDays(calendarDay('2026-01-01'), 30 * month), seed };
    let left = minutes;
    const advised = book
      .map((customer) => ({ ...nextBestAction(customer, terms), customer }))
      .sort((a, b) => b.rankedBy / (b.choice?.action.minutes ?? 1) - a.rankedBy / (a.choice?.action.minutes ?? 1));
    for (const { customer, choice } of advised) {
      if (!choice || choice.action.minutes > left) continue;
      left -= choice.action.minutes;
      const treated = armOf(choice.action.name, customer.customerId, HOLDOUT_SHARE) === 'treated';
      if (treated) act('advised', customer, choice.action.name);
      const rate = treated ? (truth[choice.action.name]?.[customer.segment] ?? 0) : 0;
      note(
        watched.get(choice.action.name),
        customer.segment,
        treated,
        random.next() < customer.churnProbability * (1 - rate),
      );
    }
  }
  return outcomes;
}

function note(measured: Map<string, Arms> | undefined, segment: string, treated: boolean, left: boolean): void {
  const arms = measured?.get(segment) ?? { treated: { customers: 0, left: 0 }, heldOut: { customers: 0, left: 0 } };
  const arm = treated ? arms.treated : arms.heldOut;
  arm.customers += 1;
  arm.left += Number(left);
  measured?.set(segment, arms);
}
