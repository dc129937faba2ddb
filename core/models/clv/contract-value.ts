import { DataError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { toJson } from '../../domain/stable-json.ts';
import type { ValueTerms } from './lifetime-value.ts';
import { type FittedShiftedBetaGeometric, shiftedBetaGeometric } from './shifted-beta-geometric.ts';

/** How long terms run; contracts of one length are compared with one another. */
export const TERM_LENGTHS = ['open', 'month', 'quarter', 'half-year', 'longer'] as const;
export type TermLength = (typeof TERM_LENGTHS)[number];

/** What became of a contract so far. */
export interface ContractHistory {
  length: TermLength;
  renewals: number;
  lost: boolean;
  /** Days, 0..30, by which each renewal came after the end. */
  renewedAfterDays: readonly number[];
}

/** A contract that a value is asked of. */
export interface ContractSubject {
  length: TermLength;
  renewals: number;
  /** Days of a term, above 0. */
  termDays: number;
  /** Covered for certain. */
  daysLeft: number;
  /** Days without cover, within the grace; 0 while covered. */
  endedDays: number;
  /** Notice was given, or the contract lapsed: there is no further term. */
  leaving: boolean;
  /** What a year of it is worth, in major units. */
  annualValue: number;
}

/** One way it may go on: for how many days there is cover, and how likely that is. */
export interface ContractFuture {
  days: number;
  probability: number;
}

/** Fitted to the contracts of a book. */
export interface ContractValueModel {
  /** By length of term where there is enough to tell, else `all`. */
  readonly byLength: Partial<Readonly<Record<TermLength, FittedShiftedBetaGeometric>>>;
  readonly all: FittedShiftedBetaGeometric;
  /** Share of renewals that come d days or more after the end, d = 0..31: a renewal that has not come yet may still. */
  readonly later: readonly number[];
}

/** What is asked of a model of renewal: `ContractValueModel`, or anything that says a chance. */
export interface Renewals extends Pick<ContractValueModel, 'later'> {
  readonly byLength: Partial<Readonly<Record<TermLength, RenewalChance>>>;
  readonly all: RenewalChance;
}

type RenewalChance = Pick<FittedShiftedBetaGeometric, 'renewalProbability'>;

/** Contracts of one length from which, and losses among them from which, that length has a model of its own. */
const LEAST_CONTRACTS = 50;
const LEAST_LOSSES = 20;
const MOST_DAYS_LATE = 31;
/** Futures less likely than this, all told, are left out. */
const NEGLIGIBLE = 1e-12;
const YEAR_DAYS = 365;

/** The class of a term; null days: until further notice. Half-way points between a month, a quarter, half a year and a year. */
export function termLength(days: number | null): TermLength {
  if (days === null) return 'open';
  return days <= 60 ? 'month' : days <= 136 ? 'quarter' : days <= 273 ? 'half-year' : 'longer';
}

/** Fits renewal to the contracts of a book. Throws NotFittedError when none was lost yet. */
export function fitContractValue(contracts: readonly ContractHistory[]): ContractValueModel {
  const all = shiftedBetaGeometric.fit(contracts, {});
  const byLength: Partial<Record<TermLength, FittedShiftedBetaGeometric>> = {};
  for (const [length, own] of Map.groupBy(contracts, (each) => each.length)) {
    const losses = own.filter(({ lost }) => lost).length;
    if (own.length >= LEAST_CONTRACTS && losses >= LEAST_LOSSES && own.length < contracts.length)
      byLength[length] = shiftedBetaGeometric.fit(own, {});
  }
  const delays = contracts.flatMap(({ renewedAfterDays }) => renewedAfterDays);
  const later = Array.from({ length: MOST_DAYS_LATE + 1 }, (_, day) =>
    delays.length === 0 ? 0 : delays.filter((delay) => delay >= day).length / delays.length,
  );
  return { byLength, all, later };
}

/** How a contract may go on within some days, ascending; probabilities add up to 1. */
export function contractFutures(
  model: Renewals,
  { length, renewals, termDays, daysLeft, endedDays, leaving }: ContractSubject,
  horizonDays: number,
): readonly ContractFuture[] {
  const renewal = model.byLength[length] ?? model.all;
  const futures: ContractFuture[] = [];
  let [days, still] = [daysLeft, 1];
  for (let k = 0; !leaving && days < horizonDays && still > NEGLIGIBLE; k += 1) {
    const usual = renewal.renewalProbability(renewals + k);
    const renews = k === 0 ? stillOpen(usual, model.later[Math.min(endedDays, MOST_DAYS_LATE)] ?? 0, endedDays) : usual;
    futures.push({ days, probability: still * (1 - renews) });
    still *= renews;
    days += termDays;
  }
  futures.push({ days: Math.min(days, horizonDays), probability: still });
  return futures;
}

/** Expected money of the time to come: a year's worth for each year of cover, discounted as the days pass. */
export function contractMoney(model: Renewals, subject: ContractSubject, terms: ValueTerms): number {
  const horizonDays = terms.weeks * 7;
  return contractFutures(model, subject, horizonDays).reduce(
    (sum, { days, probability }) => sum + probability * moneyOf(subject, Math.min(days, horizonDays), terms),
    0,
  );
}

/** Money of the time to come if the customer stays, undiscounted. */
export function contractMoneyIfKept(
  { annualValue }: ContractSubject,
  { weeks, margin }: Omit<ValueTerms, 'discountPerWeek'>,
) {
  return annualValue * ((weeks * 7) / YEAR_DAYS) * margin;
}

/** 10th and 90th percentile of the discounted money of the time to come, exact; low <= `mean` <= high. */
export function contractInterval(
  model: Renewals,
  subject: ContractSubject,
  terms: ValueTerms,
  mean: number,
): { low: number; high: number } {
  const horizonDays = terms.weeks * 7;
  const futures = contractFutures(model, subject, horizonDays);
  const at = (share: number) => {
    let below = 0;
    const found = futures.find(({ probability }) => {
      below += probability;
      return below >= share;
    });
    return moneyOf(subject, Math.min((found ?? futures.at(-1))?.days ?? 0, horizonDays), terms);
  };
  return { low: Math.min(at(0.1), mean), high: Math.max(at(0.9), mean) };
}

/** The model as JSON. */
export function saveContractValue({ byLength, all, later }: ContractValueModel): Json {
  const lengths = Object.entries(byLength).map(([length, fitted]) => [length, fitted.save()]);
  return toJson({ byLength: Object.fromEntries(lengths), all: all.save(), later });
}

/** The model from JSON. Throws DataError for a length or a format that this version does not know. */
export function loadContractValue(json: Json): ContractValueModel {
  const saved = json as unknown as { byLength: Record<string, Json>; all: Json; later: readonly number[] };
  const byLength: Partial<Record<TermLength, FittedShiftedBetaGeometric>> = {};
  for (const [name, fitted] of Object.entries(saved.byLength)) {
    const length = TERM_LENGTHS.find((each) => each === name);
    if (length === undefined)
      throw new DataError({
        field: 'byLength',
        expected: `lengths of terms among ${TERM_LENGTHS.join(', ')}`,
        found: name,
        remedy: 'run "staypower train"',
      });
    byLength[length] = shiftedBetaGeometric.load(fitted);
  }
  return { byLength, all: shiftedBetaGeometric.load(saved.all), later: saved.later };
}

/** The chance of a renewal that has not come for some days after the end (Bayes); as usual while there is cover. */
function stillOpen(usual: number, later: number, endedDays: number): number {
  if (endedDays === 0) return usual;
  const comes = usual * later;
  return comes === 0 ? 0 : comes / (comes + 1 - usual);
}

/** Discounted money of cover for some days from now on. */
function moneyOf({ annualValue }: ContractSubject, days: number, { discountPerWeek, margin }: ValueTerms): number {
  const interest = -Math.log(discountPerWeek) / 7;
  const worthDays = interest === 0 ? days : -Math.expm1(-interest * days) / interest;
  return (annualValue / YEAR_DAYS) * worthDays * margin;
}
