import type { Inputs } from '../features/inputs.ts';
import { ENGAGEMENT_CHANNELS } from '../features/stats.ts';
import { nonNegativeLeastSquares } from '../math/non-negative-least-squares.ts';
import { type Followed, memoryColumns } from './learn-ledger.ts';

/** Days that the forecast of activity looks ahead. */
export const FORECAST_DAYS = 30;

/** Fewer customers than this, and no forecast is made. */
const FEWEST_CUSTOMERS = 30;

/** Expected activity (events and purchase days) of the next FORECAST_DAYS: a constant, and so much for each decayed event. */
export interface ActivityForecast {
  constant: number;
  /** By channel, short and long memory in turn (`memoryColumns`). */
  perEvent: readonly number[];
}

/** Fits the forecast to customers on a past day and the activity that followed; null when there are too few. */
export function fitForecast(followed: readonly Followed[]): ActivityForecast | null {
  if (followed.length < FEWEST_CUSTOMERS) return null;
  const columns = 2 * ENGAGEMENT_CHANNELS.length;
  const coefficients = nonNegativeLeastSquares(
    followed.map(({ inputs }) => [...memoryColumns(inputs), 1]),
    followed.map(({ outcome }) => outcome),
    { ridge: 1, free: new Set([columns]) },
  );
  return { constant: coefficients[columns] ?? 0, perEvent: coefficients.slice(0, columns) };
}

/** Events and purchase days to be expected in the next FORECAST_DAYS; never below 0. */
export function expectedActivity(forecast: ActivityForecast, inputs: Pick<Inputs, 'short' | 'long'>): number {
  const columns = memoryColumns(inputs);
  const sum = columns.reduce((total, count, index) => total + count * (forecast.perEvent[index] ?? 0), 0);
  return Math.max(forecast.constant + sum, 0);
}
