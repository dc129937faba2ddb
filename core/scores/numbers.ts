import type { CalendarDay } from '../domain/calendar-day.ts';
import { minorDigits } from '../domain/money.ts';
import { totalPoints } from '../engagement/ledger.ts';
import { inputsAt } from '../features/inputs.ts';
import type { CustomerStats } from '../features/stats.ts';
import { segmentOf } from '../segments/named-segments.ts';
import { rfmScores } from '../segments/rfm.ts';
import { churnRisk } from './churn.ts';
import { engagementRatio, engagementScore, engagementTrend } from './engagement.ts';
import { lifecycleOf } from './leaving.ts';
import { priorityOf, standing } from './priority.ts';
import type { Band, ScoreNumbers } from './score.ts';
import type { ScoringModel } from './scoring-model.ts';
import { TWELVE_MONTHS } from './value.ts';
import { worthOf } from './worth.ts';

/** The moving numbers, without the interval: what dead-bands and re-checks look at, cheap enough to compute for many days. */
export type MovingNumbers = Omit<ScoreNumbers, 'clv12mLow' | 'clv12mHigh'>;

/** Scores one customer's statistics on a day. Reads nothing but its arguments: live and batch cannot differ. */
export function movingNumbers(model: ScoringModel, stats: CustomerStats, asOf: CalendarDay): MovingNumbers {
  const inputs = inputsAt(stats, asOf, model.currency);
  const lifecycle = lifecycleOf(inputs, model);
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
    segment: inputs.purchases > 0 && model.rfm ? segmentOf(rfmScores(model.rfm, inputs)) : null,
  };
  const churn = lifecycle === 'prospect' ? null : churnRisk(model, inputs);
  const worth = worthOf(model, inputs);
  if (churn === null && worth === null) return numbers;
  const kept = worth && roundMoney(worth.ifKept(TWELVE_MONTHS), model.currency);
  const stands =
    churn === null ? null : standing(model.tables, { churn, valueIfKept: kept ?? 0, engagementRatio: ratio });
  return {
    ...numbers,
    clv12m: worth && roundMoney(worth.expected(TWELVE_MONTHS), model.currency),
    valueIfKept12m: kept,
    churnProbability: churn,
    churnBand: churn === null ? null : lifecycle === 'lapsed' ? 'lapsed' : bandOf(churn, model.cutoffs.churn),
    valueBand: kept === null ? null : bandOf(kept, model.cutoffs.value),
    priority: stands ? priorityOf(model.priority, stands) : 0,
    standing: stands,
  };
}

/** The numbers with the interval of the value. */
export function scoreNumbers(model: ScoringModel, stats: CustomerStats, asOf: CalendarDay): ScoreNumbers {
  const numbers = movingNumbers(model, stats, asOf);
  const worth = worthOf(model, inputsAt(stats, asOf, model.currency));
  if (numbers.clv12m === null || worth === null) return { ...numbers, clv12mLow: null, clv12mHigh: null };
  const { low, high } = worth.interval(TWELVE_MONTHS, numbers.clv12m);
  return { ...numbers, clv12mLow: roundMoney(low, model.currency), clv12mHigh: roundMoney(high, model.currency) };
}

function bandOf(value: number, cutoffs: { high: number; medium: number }): Band {
  return value >= cutoffs.high ? 'high' : value >= cutoffs.medium ? 'medium' : 'low';
}

/** An amount rounded to the minor unit of its currency, as scores have it. */
export function roundMoney(value: number, currency: string): number {
  const factor = 10 ** minorDigits(currency);
  return Math.round(value * factor) / factor;
}
