import { type BacktestWindow, backtestWindows } from '../backtest/backtest-windows.ts';
import { type BacktestRow, backtestRow, type Judged } from '../backtest/ensemble.ts';
import { addDays, type CalendarDay, daysBetween } from '../domain/calendar-day.ts';
import { NotFittedError } from '../domain/errors.ts';
import { toMajor } from '../domain/money.ts';
import { contractAt } from '../features/contract.ts';
import { type ContractPeriod, contractPeriods } from '../features/contract-periods.ts';
import { type Inputs, inputsAt } from '../features/inputs.ts';
import {
  type ContractHistory,
  type ContractSubject,
  contractFutures,
  contractMoney,
  contractMoneyIfKept,
  fitContractValue,
  type Renewals,
} from '../models/clv/contract-value.ts';
import { YEAR_WEEKS } from '../models/clv/discounting.ts';
import { contractHistories, termsSeenBy } from './contract-histories.ts';
import { contractSubject } from './contract-subject.ts';
import type { TrainingCustomer } from './train.ts';

/** How ways to tell the value of contracts did on windows inside the book; counts are days of cover. */
export interface ContractBacktest {
  windows: readonly BacktestWindow[];
  /** Best first; empty without a window. */
  rows: readonly BacktestRow[];
}

/** The model's name. */
export const BY_RENEWALS = 'shifted-beta-geometric';
const WINDOWS = 3;
/** Contracts under way on the first day of a window, fewer of which judge nothing. */
const LEAST_CONTRACTS = 50;

/** One contract on the first day of a window, and what came of it: days of cover, and money in major units. */
export interface ContractExample {
  subject: ContractSubject;
  outcome: { count: number; spend: number };
}

/**
 * Judges on windows of a year, or half of the past: known is what had been seen of contracts on the first day, what came are the days
 * of cover up to the last one, at the worth of the term that covered them; where no worth is mapped, what was paid.
 */
export function contractBacktest(
  sample: readonly TrainingCustomer[],
  { asOf, currency }: { asOf: CalendarDay; currency: string },
): ContractBacktest {
  const starts = sample.flatMap(({ terms }) => terms.map(({ startsOn }) => startsOn)).sort();
  const [first] = starts;
  const replays = (first === undefined ? [] : backtestWindows(first, asOf, YEAR_WEEKS, WINDOWS)).flatMap((window) => {
    const replay = replayOf(sample, window, { asOf, currency });
    return replay ? [replay] : [];
  });
  const judgedBy = (name: string) => replays.flatMap(({ answers }) => answers.get(name) ?? []);
  const rows = (['everybody-renews', 'one-renewal-rate', BY_RENEWALS] as const).flatMap((name) => {
    const judged = judgedBy(name);
    return judged.length === 0 ? [] : [backtestRow(name, name === BY_RENEWALS ? 'model' : 'naive', judged)];
  });
  return { windows: replays.map(({ window }) => window), rows: rows.toSorted((a, b) => b.score - a.score) };
}

function replayOf(
  sample: readonly TrainingCustomer[],
  window: BacktestWindow,
  known: { asOf: CalendarDay; currency: string },
): { window: BacktestWindow; answers: ReadonlyMap<string, Judged> } | null {
  const { from, to } = window;
  const histories = sample.flatMap(({ terms }) => contractHistories(terms, from));
  const examples = sample.flatMap((customer) => contractExample(customer, window, known));
  if (examples.length < LEAST_CONTRACTS) return null;
  try {
    const model = fitContractValue(histories);
    const days = daysBetween(from, to);
    const answers = new Map([
      ['everybody-renews', answerOf(examples, (subject) => ({ count: days, spend: kept(subject, days) }))],
      ['one-renewal-rate', answerOf(examples, expectedBy(oneRate(histories, model), days))],
      [BY_RENEWALS, answerOf(examples, expectedBy(model, days))],
    ]);
    return { window, answers };
  } catch (error) {
    if (error instanceof NotFittedError) return null;
    throw error;
  }
}

/** Every renewal of the book as likely as any. */
function oneRate(histories: readonly ContractHistory[], { later }: Renewals): Renewals {
  const renewed = histories.reduce((sum, { renewals }) => sum + renewals, 0);
  const lost = histories.filter((each) => each.lost).length;
  const rate = renewed / (renewed + lost);
  return { byLength: {}, all: { renewalProbability: () => rate }, later };
}

function expectedBy(model: Renewals, days: number) {
  return (subject: ContractSubject) => ({
    count: contractFutures(model, subject, days).reduce(
      (sum, future) => sum + future.probability * Math.min(future.days, days),
      0,
    ),
    spend: contractMoney(model, subject, { weeks: days / 7, discountPerWeek: 1, margin: 1 }),
  });
}

function kept(subject: ContractSubject, days: number): number {
  return contractMoneyIfKept(subject, { weeks: days / 7, margin: 1 });
}

function answerOf(
  examples: readonly ContractExample[],
  say: (subject: ContractSubject) => { count: number; spend: number },
): Judged {
  const said = examples.map(({ subject }) => say(subject));
  return {
    answer: {
      counts: Float64Array.from(said, ({ count }) => count),
      spends: Float64Array.from(said, ({ spend }) => spend),
    },
    outcomes: examples.map(({ outcome }) => outcome),
  };
}

/** A customer whose contract was under way on the window's first day, as far as that was seen then; empty for another. */
export function contractExample(
  customer: TrainingCustomer,
  { from, to }: Pick<BacktestWindow, 'from' | 'to'>,
  { asOf, currency }: { asOf: CalendarDay; currency: string },
): readonly ContractExample[] {
  const inputs = inputsOn(customer, from, currency);
  const subject = inputs && contractSubject(inputs);
  if (!subject || (subject.leaving && subject.daysLeft === 0)) return [];
  const covered = coverWithin(contractPeriods(termsSeenBy(customer.terms, asOf)), from, to);
  const count = covered.reduce((sum, { days }) => sum + days, 0);
  const spend =
    inputs.contract?.standing?.annualValue == null
      ? customer
          .purchasesAt(asOf)
          .filter(({ day }) => day > from && day <= to)
          .reduce((sum, { amountMinor }) => sum + toMajor(amountMinor, currency), 0)
      : covered.reduce((sum, { days, annualValueMinor }) => {
          const annualValue =
            annualValueMinor === undefined ? subject.annualValue : toMajor(annualValueMinor, currency);
          return sum + (annualValue / 365) * days;
        }, 0);
  return [{ subject, outcome: { count, spend } }];
}

/** Null where what was seen by then says nothing of a contract. */
function inputsOn({ statsAt, terms }: TrainingCustomer, day: CalendarDay, currency: string): Inputs | null {
  const contract = contractAt(termsSeenBy(terms, day), day);
  return contract && inputsAt({ ...statsAt(day), contract }, day, currency);
}

/** Days of cover after `from` up to `to`, by period. */
function coverWithin(periods: readonly ContractPeriod[], from: CalendarDay, to: CalendarDay) {
  return periods.flatMap(({ startsOn, endsOn, cancelledOn, annualValueMinor }) => {
    const last = endsOn ?? cancelledOn ?? to;
    const begin = startsOn > from ? startsOn : addDays(from, 1);
    const end = last < to ? last : to;
    const days = Math.max(daysBetween(begin, end) + 1, 0);
    return days === 0 ? [] : [{ days, ...(annualValueMinor !== undefined && { annualValueMinor }) }];
  });
}
