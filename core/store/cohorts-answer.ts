import type { ForetoldMoney } from '../evaluation/cohort-forecast.ts';
import type { CohortsAnswer, ForetoldMoneyRow } from '../ports/engine.ts';
import type { ScoringModel } from '../scores/scoring-model.ts';

/** What a model's training counted of cohorts, and how its forecast of them fared. */
export function cohortsAnswer({ version, currency, report }: ScoringModel): CohortsAnswer {
  const { cohorts: triangle = null, value } = report;
  const forecast = value?.cohorts ?? null;
  return {
    modelVersion: version,
    currency,
    triangle: triangle && {
      ...triangle,
      cohorts: triangle.cohorts.map(({ revenue, revenueSoFar, ...rest }) => ({
        ...rest,
        revenue: revenue.map(money),
        revenueSoFar: revenueSoFar.map(money),
      })),
    },
    forecast: value &&
      forecast && {
        from: forecast.window.from,
        to: forecast.window.to,
        model: value.chosen,
        cohorts: forecast.cohorts.map(({ name, ...rest }) => ({ name, ...rowOf(rest) })),
        total: rowOf(forecast.total),
        inside: forecast.inside,
        totalError:
          forecast.total.actual > 0 ? (forecast.total.expected - forecast.total.actual) / forecast.total.actual : null,
        weightedError: forecast.weightedError,
      },
  };
}

function rowOf({ customers, expected, low, high, actual }: ForetoldMoney): ForetoldMoneyRow {
  return { customers, expected: money(expected), low: money(low), high: money(high), actual: money(actual) };
}

function money(amount: number): string {
  return amount.toFixed(2);
}
