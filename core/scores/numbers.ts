import type { CalendarDay } from '../domain/calendar-day.ts';
import { minorDigits } from '../domain/money.ts';
import { totalPoints } from '../engagement/ledger.ts';
import { type Inputs, inputsAt } from '../features/inputs.ts';
import type { CustomerStats } from '../features/stats.ts';
import { segmentOf } from '../segments/named-segments.ts';
import { rfmScores } from '../segments/rfm.ts';
import { churnProbability } from './churn.ts';
import { engagementRatio, engagementScore, engagementTrend } from './engagement.ts';
import { priorityOf, standing } from './priority.ts';
import type { Band, Lifecycle, ScoreNumbers } from './score.ts';
import type { ScoringModel } from './scoring-model.ts';
import { clv12m, interval12m, valueIfKept12m } from './value.ts';

/** The moving numbers, without the interval: what dead-bands and re-checks look at, cheap enough to compute for many days. */
export type MovingNumbers = Omit<ScoreNumbers, 'clv12mLow' | 'clv12mHigh'>;

/** Scores one customer's statistics on a day. Reads nothing but its arguments: live and batch cannot differ. */
export function movingNumbers(model: ScoringModel, stats: CustomerStats, asOf: CalendarDay): MovingNumbers {
  const inputs = inputsAt(stats, asOf, model.currency);
  const lifecycle = lifecycleOf(inputs, model.horizonDays);
  const ratio = engagementRatio(model.ledger, inputs);
  const engagement = engagementScore(model.tables.engagementPoints, totalPoints(model.ledger, inputs));
  const numbers: MovingNumbers = {
    asOf,
    lifecycle,
    clv12m: null,
    valueIfKept12m: null,
    churnProbability: null,
    churnBand: null,
    valueBand: null,
    engagement,
    engagementTrend: engagementTrend(ratio),
    priority: 0,
    standing: null,
    segment: lifecycle !== 'prospect' && model.rfm ? segmentOf(rfmScores(model.rfm, inputs)) : null,
  };
  if (lifecycle === 'prospect' || !model.value) return numbers;
  const churn = churnProbability(model.churn, inputs, model.value.transactions, model.horizonDays);
  const kept = roundMoney(valueIfKept12m(model.value, inputs), model.currency);
  const stands = standing(model.tables, { churn, valueIfKept: kept, engagementRatio: ratio });
  return {
    ...numbers,
    clv12m: roundMoney(clv12m(model.value, inputs), model.currency),
    valueIfKept12m: kept,
    churnProbability: churn,
    churnBand: lifecycle === 'lapsed' ? 'lapsed' : bandOf(churn, model.cutoffs.churn),
    valueBand: bandOf(kept, model.cutoffs.value),
    priority: priorityOf(model.priority, stands),
    standing: stands,
  };
}

/** The numbers with the interval of the value. */
export function scoreNumbers(model: ScoringModel, stats: CustomerStats, asOf: CalendarDay): ScoreNumbers {
  const numbers = movingNumbers(model, stats, asOf);
  if (numbers.clv12m === null || !model.value) return { ...numbers, clv12mLow: null, clv12mHigh: null };
  const { low, high } = interval12m(model.value, inputsAt(stats, asOf, model.currency), numbers.clv12m);
  return { ...numbers, clv12mLow: roundMoney(low, model.currency), clv12mHigh: roundMoney(high, model.currency) };
}

/** Where a customer stands: silent for more than two horizons is lapsed. */
export function lifecycleOf(inputs: Pick<Inputs, 'purchases' | 'silenceDays'>, horizonDays: number): Lifecycle {
  if (inputs.purchases === 0) return 'prospect';
  return inputs.silenceDays > 2 * horizonDays ? 'lapsed' : 'active';
}

function bandOf(value: number, cutoffs: { high: number; medium: number }): Band {
  return value >= cutoffs.high ? 'high' : value >= cutoffs.medium ? 'medium' : 'low';
}

/** An amount rounded to the minor unit of its currency, as scores have it. */
export function roundMoney(value: number, currency: string): number {
  const factor = 10 ** minorDigits(currency);
  return Math.round(value * factor) / factor;
}
