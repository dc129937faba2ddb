import { type CalendarDay, daysBetween } from '../domain/calendar-day.ts';
import { toMajor } from '../domain/money.ts';
import { type Inputs, inputsAt } from '../features/inputs.ts';
import { contractMoney } from '../models/clv/contract-value.ts';
import { churnRisk } from '../scores/churn.ts';
import { contractExample } from '../scores/contract-backtest.ts';
import { leftOn, mayLeave } from '../scores/leaving.ts';
import type { ScoringModel } from '../scores/scoring-model.ts';
import type { TrainingCustomer } from '../scores/train.ts';
import { expectedValue } from '../scores/value.ts';
import { type PairedDifference, pairedDifference } from './paired-test.ts';

/** Fewer customers with either outcome than this, and nothing is said of churn; fewer customers, and nothing of value. */
const FEWEST_CASES = 30;
/** Money below which an expectation counts as this much: its deviance would be endless if anything came. */
const LEAST_EXPECTED = 0.01;

/** Champion and challenger by what came in a window. */
export interface Comparison extends PairedDifference {
  of: 'churn' | 'value';
  loss: 'squared error of the probability' | 'Poisson deviance of the money' | 'log-loss as it went';
  /** Mean losses; null where only their difference was kept. */
  champion: number | null;
  challenger: number | null;
}

/**
 * Judges two models of one definition of leaving by the outcomes of a window after both: the same customers, as known on its first day.
 * Value is judged where both models tell it the same way, from purchases or from contracts. What has too few cases is left out.
 *
 * @param sample customers with facts up to `to`
 * @param window ends at least `followUpDays` of the definition after `from`
 */
export function compareModels(
  champion: ScoringModel,
  challenger: ScoringModel,
  sample: readonly TrainingCustomer[],
  { from, to }: { from: CalendarDay; to: CalendarDay },
): readonly Comparison[] {
  const cases = sample.map((customer) => ({
    customer,
    inputs: inputsAt(customer.statsAt(from), from, champion.currency),
  }));
  const asked = cases.flatMap(({ customer, inputs }) => {
    const [first, second] = [churnRisk(champion, inputs), churnRisk(challenger, inputs)];
    if (first === null || second === null || !mayLeave(inputs, champion)) return [];
    return [{ first, second, label: leftOn(customer, from, champion, to) === null ? 0 : 1 }];
  });
  const left = asked.filter(({ label }) => label === 1).length;
  const comparisons: Comparison[] = [];
  if (Math.min(left, asked.length - left) >= FEWEST_CASES) {
    comparisons.push(
      compared(
        'churn',
        'squared error of the probability',
        asked.map(({ first, label }) => (first - label) ** 2),
        asked.map(({ second, label }) => (second - label) ** 2),
      ),
    );
  }
  const buyers = cases.filter(({ inputs }) => inputs.purchases > 0);
  if (champion.value !== null && challenger.value !== null && buyers.length >= FEWEST_CASES) {
    const spent = buyers.map(({ customer }) => moneyAfter(customer, from, to, champion.currency));
    const losses = (model: ScoringModel) =>
      buyers.map(({ inputs }, index) => deviance(spent[index] as number, moneyOf(model, inputs, from, to)));
    comparisons.push(compared('value', 'Poisson deviance of the money', losses(champion), losses(challenger)));
  }
  const contracts = contractLosses(champion, challenger, sample, { from, to });
  if (contracts !== null && contracts.first.length >= FEWEST_CASES) {
    comparisons.push(compared('value', 'Poisson deviance of the money', contracts.first, contracts.second));
  }
  return comparisons;
}

/** Losses of both on the money of contracts that were under way on the first day; null where not both tell value by contracts. */
function contractLosses(
  champion: ScoringModel,
  challenger: ScoringModel,
  sample: readonly TrainingCustomer[],
  { from, to }: { from: CalendarDay; to: CalendarDay },
): { first: readonly number[]; second: readonly number[] } | null {
  const { contracts: one, currency } = champion;
  const { contracts: other } = challenger;
  if (one === null || other === null) return null;
  const examples = sample.flatMap((customer) => contractExample(customer, { from, to }, { asOf: to, currency }));
  const terms = { weeks: daysBetween(from, to) / 7, discountPerWeek: 1, margin: 1 };
  const losses = (model: typeof one) =>
    examples.map(({ subject, outcome }) => deviance(outcome.spend, contractMoney(model, subject, terms)));
  return { first: losses(one), second: losses(other) };
}

function compared(
  of: Comparison['of'],
  loss: Comparison['loss'],
  champion: readonly number[],
  challenger: readonly number[],
): Comparison {
  return {
    of,
    loss,
    champion: mean(champion),
    challenger: mean(challenger),
    ...pairedDifference(champion, challenger),
  };
}

/** Undiscounted money of the window that a model expects. */
function moneyOf({ value }: ScoringModel, inputs: Inputs, from: CalendarDay, to: CalendarDay): number {
  return value === null
    ? 0
    : expectedValue(value, inputs, { weeks: daysBetween(from, to) / 7, discountPerWeek: 1, margin: 1 });
}

function moneyAfter(customer: TrainingCustomer, from: CalendarDay, to: CalendarDay, currency: string): number {
  return customer
    .purchasesAt(to)
    .filter(({ day }) => day > from)
    .reduce((sum, { amountMinor }) => sum + toMajor(Number(amountMinor), currency), 0);
}

/** Poisson deviance: a loss whose expectation is lowest at the true mean (Gneiting 2011, JASA 106:746), for amounts of any unit. */
function deviance(actual: number, expected: number): number {
  const mean = Math.max(expected, LEAST_EXPECTED);
  return 2 * ((actual > 0 ? actual * Math.log(actual / mean) : 0) - (actual - mean));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
