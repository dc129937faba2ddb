import type { AdviceTerms } from './next-best-action.ts';
import { type PlannedCustomer, planBook } from './plan-book.ts';
import type { ActionEffect, SaveRate } from './save-rates.ts';
import {
  type PlannedSave,
  type ScenarioChanges,
  type ScenarioCustomer,
  type ScenarioOutcome,
  simulateScenario,
  underScenario,
} from './scenario.ts';
import type { PlanningSettings } from './settings.ts';

/** The next 12 months of a book under a scenario, with the plan that its hours and money allow. */
export async function scenarioOfBook(
  book: { everybody: readonly ScenarioCustomer[]; contactable: readonly PlannedCustomer[] },
  changes: ScenarioChanges,
  terms: AdviceTerms & { settings: PlanningSettings },
): Promise<ScenarioOutcome> {
  const { settings } = terms;
  const { minutesPerOwner, budget } = settings.limits;
  const changed: PlanningSettings = {
    ...settings,
    limits: {
      ...settings.limits,
      minutesPerOwner: minutesPerOwner === null ? null : minutesPerOwner * (1 + changes.capacity),
      budget: changes.budget ?? budget,
    },
  };
  const factor = 1 + changes.saveRate;
  const effects = new Map([...terms.effects].map(([action, effect]) => [action, scaled(effect, factor)]));
  const { chosen } = await planBook(
    book.contactable.map((customer) => underScenario(customer, changes)),
    { ...terms, settings: changed, effects },
  );
  const planned = new Map(
    chosen.map(({ customer, option }): [string, PlannedSave] => {
      const { name: action, cost, minutes, discountShare } = option.action;
      const { saveRate } = option;
      return [
        customer.customerId,
        {
          action,
          segment: customer.segment,
          saveRate,
          cost: cost + (minutes / 60) * settings.costPerHour,
          discountShare,
        },
      ];
    }),
  );
  return simulateScenario(book.everybody, planned, changes, terms.seed);
}

function scaled({ overall, bySegment }: ActionEffect, factor: number): ActionEffect {
  const rate = ({ mean, standardDeviation, customers }: SaveRate): SaveRate => ({
    mean: mean * factor,
    standardDeviation: standardDeviation * factor,
    customers,
  });
  return { overall: rate(overall), bySegment: new Map([...bySegment].map(([name, each]) => [name, rate(each)])) };
}
