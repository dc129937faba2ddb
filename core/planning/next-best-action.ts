import { createHash } from 'node:crypto';
import type { CalendarDay } from '../domain/calendar-day.ts';
import { logNormalSurvival } from '../math/normal-distribution.ts';
import { normal, seededRandom } from '../math/random.ts';
import type { Random } from '../ports/clock.ts';
import type { UsedMargin } from '../scores/margin.ts';
import type { ActionEffect, SaveRate } from './save-rates.ts';
import type { PlannedAction, PlanningSettings } from './settings.ts';

/** What advice needs to know of a customer. Money is 12 months' revenue in the reporting currency. */
export interface AdviceCustomer {
  customerId: string;
  segment: string | null;
  /** 0..1. */
  churnProbability: number;
  valueIfKept12m: number;
  /** What of the money is earned, where the book's sales tell; `settings.margin` when absent. */
  margin?: UsedMargin;
}

/** What one action is worth for one customer, at a save rate. Money in the reporting currency. */
export interface ActionWorth {
  action: PlannedAction;
  saveRate: SaveRate;
  /** Margin of what is kept because of it, expected. */
  savedValue: number;
  /** Cost of time, discount and all else, expected. */
  cost: number;
  /** savedValue - cost. */
  net: number;
  /** That it earns more than it costs, by what is known of its save rate. */
  chanceItPays: number;
}

/** What to do with a customer. */
export interface Advice {
  customer: AdviceCustomer;
  /** Null: leave this customer alone. */
  choice: ActionWorth | null;
  /** By which customers are compared: the net expected, or the drawn one where the choice was drawn. 0 without a choice. */
  rankedBy: number;
  /** True where expectation alone would have chosen otherwise: it is made in order to learn. */
  explores: boolean;
  /** Every action that the margin guard lets through, at its expected save rate, best first. */
  options: readonly ActionWorth[];
}

/** What advice depends on beside the customer. */
export interface AdviceTerms {
  settings: Pick<
    PlanningSettings,
    'actions' | 'margin' | 'leastMargin' | 'costPerHour' | 'leastChance' | 'exploreShare'
  >;
  /** By the action's name. */
  effects: ReadonlyMap<string, ActionEffect>;
  asOf: CalendarDay;
  seed: number;
}

/** Every action for one customer that leaves the least margin, at its expected save rate; the best first. */
export function optionsOf(customer: AdviceCustomer, terms: AdviceTerms): readonly ActionWorth[] {
  const margin = marginOf(customer, terms.settings);
  return terms.settings.actions
    .filter(({ discountShare }) => discountShare === 0 || margin - discountShare >= terms.settings.leastMargin)
    .map((action) => worthOf(customer, action, saveRateOf(customer, action, terms.effects), terms.settings))
    .sort((a, b) => b.net - a.net || (a.action.name < b.action.name ? -1 : 1));
}

/**
 * The next best action of one customer: the one with the highest expected net. For a share of customers, drawn by day, each action's save
 * rate is drawn from what is believed of it and the best at the drawn rates is taken instead (Thompson 1933), so that what is little
 * known is tried as often as it may be best; for all of them, and the drawn nets would pick the lucky draws of a whole book. Draws
 * depend on customer, day and seed alone. Abstains where nothing earns more than it costs, or the chance to pay is below the least.
 */
export function nextBestAction(customer: AdviceCustomer, terms: AdviceTerms): Advice {
  const { exploreShare, leastChance } = terms.settings;
  const options = optionsOf(customer, terms);
  const random = seededRandom(seedOf(customer.customerId, terms));
  const draws = random.next() < exploreShare;
  const standing = options
    .filter(({ chanceItPays }) => draws || chanceItPays >= leastChance)
    // In the order of names, so that a draw belongs to its action whatever the others are worth.
    .toSorted((a, b) => (a.action.name < b.action.name ? -1 : 1))
    .map((option) => ({ option, net: draws ? drawnNet(customer, option, terms, random) : option.net }))
    .sort((a, b) => b.net - a.net);
  const best = standing[0] && standing[0].net > 0 ? standing[0] : null;
  const expected = options.find(({ net, chanceItPays }) => net > 0 && chanceItPays >= leastChance);
  return {
    customer,
    choice: best?.option ?? null,
    rankedBy: best?.net ?? 0,
    explores: best !== null && best.option !== expected,
    options,
  };
}

function drawnNet(customer: AdviceCustomer, option: ActionWorth, terms: AdviceTerms, random: Random) {
  const mean = option.saveRate.mean + option.saveRate.standardDeviation * normal(random);
  return actionWorthAt(customer, option, mean, terms).net;
}

/** What an option would be worth for a customer at another save rate. */
export function actionWorthAt(
  customer: AdviceCustomer,
  { action, saveRate }: ActionWorth,
  mean: number,
  terms: AdviceTerms,
): ActionWorth {
  return worthOf(customer, action, { ...saveRate, mean }, terms.settings);
}

function saveRateOf(
  { segment }: AdviceCustomer,
  { name, prior }: PlannedAction,
  effects: AdviceTerms['effects'],
): SaveRate {
  const effect = effects.get(name);
  if (!effect) return { mean: prior.saveRate, standardDeviation: prior.standardDeviation, customers: 0 };
  return (segment === null ? undefined : effect.bySegment.get(segment)) ?? effect.overall;
}

/**
 * net(s) = churn x s x value x (margin - discount) - (1 - churn) x value x discount - cost: the discount is also given to those who would have
 * stayed anyway. Linear in the save rate, so that its chance to pay is a normal probability.
 */
function worthOf(
  customer: AdviceCustomer,
  action: PlannedAction,
  saveRate: SaveRate,
  settings: AdviceTerms['settings'],
): ActionWorth {
  const { churnProbability, valueIfKept12m } = customer;
  const { costPerHour } = settings;
  const margin = marginOf(customer, settings);
  const gainPerRate = churnProbability * valueIfKept12m * (margin - action.discountShare);
  const savedValue = gainPerRate * saveRate.mean;
  const cost =
    action.cost + (action.minutes / 60) * costPerHour + (1 - churnProbability) * valueIfKept12m * action.discountShare;
  const spread = Math.abs(gainPerRate) * saveRate.standardDeviation;
  const net = savedValue - cost;
  return {
    action,
    saveRate,
    savedValue,
    cost,
    net,
    chanceItPays: spread > 0 ? Math.exp(logNormalSurvival(-net / spread)) : Number(net > 0),
  };
}

function marginOf({ margin }: AdviceCustomer, settings: Pick<PlanningSettings, 'margin'>): number {
  return margin?.share ?? settings.margin;
}

function seedOf(customerId: string, { asOf, seed }: AdviceTerms): number {
  const digest = createHash('sha256').update(`${seed}\0${customerId}\0${asOf}`).digest();
  return digest.readUIntBE(0, 6);
}
