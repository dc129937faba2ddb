import type { ActionWorth } from './next-best-action.ts';
import type { PlanningSettings } from './settings.ts';

/** What was spent on one day by the advice that playbooks carry out. */
export interface Spending {
  /** Minutes by owner; '' without one. */
  minutes: Map<string, number>;
  /** Costs and discounts, without time, in the reporting currency. */
  money: number;
  offers: number;
  /** Customers by channel. */
  channels: Map<string, number>;
}

/** Nothing spent. */
export function nothingSpent(): Spending {
  return { minutes: new Map(), money: 0, offers: 0, channels: new Map() };
}

/** What an option takes beside time: costs, and the discount as it is expected. */
export function moneyOf({ action, cost }: ActionWorth, { costPerHour }: Pick<PlanningSettings, 'costPerHour'>): number {
  return cost - (action.minutes / 60) * costPerHour;
}

/** Whether the limits of a plan, taken as those of a day, leave room for an option. */
export function isWithin(
  option: ActionWorth,
  ownerId: string | null,
  spent: Spending,
  settings: Pick<PlanningSettings, 'limits' | 'costPerHour'>,
): boolean {
  const { minutesPerOwner, budget, offers, channels } = settings.limits;
  const { action } = option;
  const channel = channels[action.channel];
  return (
    (minutesPerOwner === null || (spent.minutes.get(ownerId ?? '') ?? 0) + action.minutes <= minutesPerOwner) &&
    (budget === null || spent.money + moneyOf(option, settings) <= budget) &&
    (offers === null || action.discountShare === 0 || spent.offers < offers) &&
    (channel === undefined || (spent.channels.get(action.channel) ?? 0) < channel)
  );
}

/** Adds an option to what was spent. */
export function spend(
  spent: Spending,
  option: ActionWorth,
  ownerId: string | null,
  settings: Pick<PlanningSettings, 'costPerHour'>,
): void {
  const { action } = option;
  spent.minutes.set(ownerId ?? '', (spent.minutes.get(ownerId ?? '') ?? 0) + action.minutes);
  spent.money += moneyOf(option, settings);
  spent.offers += Number(action.discountShare > 0);
  spent.channels.set(action.channel, (spent.channels.get(action.channel) ?? 0) + 1);
}
