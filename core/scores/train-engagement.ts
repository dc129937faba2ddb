import { addDays, type CalendarDay } from '../domain/calendar-day.ts';
import { type ActivityForecast, expectedActivity, FORECAST_DAYS, fitForecast } from '../engagement/forecast.ts';
import { type Followed, learnLedger } from '../engagement/learn-ledger.ts';
import { type Ledger, ledgerByHand, totalPoints } from '../engagement/ledger.ts';
import { type Inputs, inputsAt } from '../features/inputs.ts';
import { averageRanks, pearson } from '../math/ranks.ts';
import type { ScoringSettings } from './settings.ts';
import type { TrainingCustomer } from './train.ts';

/** How the points and the forecast did on the newest period, which they were not learned from. */
export interface EngagementReport {
  /** Customers whose newest period could be watched. */
  customers: number;
  /** Spearman's correlation of the points at its start with the purchase days in it; null without learned points. */
  byHandSpearman: number;
  learnedSpearman: number | null;
  /** Root mean squared error of the activity forecast, and of "as much as in the period before"; null without a forecast. */
  forecastRmse: number | null;
  persistenceRmse: number;
}

interface Watched {
  inputs: Inputs;
  activity: number;
  purchases: number;
  /** Activity in the period before. */
  before: number;
}

/**
 * The ledger of points and the forecast of activity of a book. Both are judged on the newest period after being learned from the one
 * before it; a forecast that loses to persistence is not kept.
 */
export function trainEngagement(
  sample: readonly TrainingCustomer[],
  options: { asOf: CalendarDay; currency: string; settings: ScoringSettings['engagement']; warnings: string[] },
): { ledger: Ledger; forecast: ActivityForecast | null; report: EngagementReport } {
  const { asOf, settings, warnings } = options;
  const older = watched(sample, addDays(asOf, -2 * FORECAST_DAYS), options.currency);
  const newest = watched(sample, addDays(asOf, -FORECAST_DAYS), options.currency);
  const byHand = ledgerByHand(settings.points);

  const learnedBefore = learnLedger(older.map(purchasesOf));
  const trial = fitForecast(older.map(activityOf));
  const report: EngagementReport = {
    customers: newest.length,
    byHandSpearman: rankCorrelation(byHand, newest),
    learnedSpearman: learnedBefore && rankCorrelation(learnedBefore, newest),
    forecastRmse: trial && rmse(newest, ({ inputs }) => expectedActivity(trial, inputs)),
    persistenceRmse: rmse(newest, ({ before }) => before),
  };
  const holds = report.forecastRmse !== null && report.forecastRmse < report.persistenceRmse;
  const learned = settings.weights === 'learned' ? learnLedger(newest.map(purchasesOf)) : null;
  if (settings.weights === 'learned' && !learned) {
    warnings.push('Too few purchases followed any activity to learn points from: the points by hand are used.');
  }
  return {
    ledger: learned ?? byHand,
    forecast: holds ? fitForecast(newest.map(activityOf)) : null,
    report,
  };
}

/** Customers known on a day, and what they did in the FORECAST_DAYS after and before it. */
function watched(sample: readonly TrainingCustomer[], cut: CalendarDay, currency: string): readonly Watched[] {
  const start = addDays(cut, -FORECAST_DAYS);
  const end = addDays(cut, FORECAST_DAYS);
  return sample.flatMap((customer): Watched[] => {
    const stats = customer.statsAt(cut);
    if (stats.events === 0 && stats.purchaseDays === 0) return [];
    const bought = (from: CalendarDay, to: CalendarDay) =>
      customer.purchaseDays.filter((day) => day > from && day <= to).length;
    const purchases = bought(cut, end);
    return [
      {
        inputs: inputsAt(stats, cut, currency),
        purchases,
        activity: purchases + customer.statsAt(end).events - stats.events,
        before: bought(start, cut) + stats.events - customer.statsAt(start).events,
      },
    ];
  });
}

const purchasesOf = ({ inputs, purchases }: Watched): Followed => ({ inputs, outcome: purchases });
const activityOf = ({ inputs, activity }: Watched): Followed => ({ inputs, outcome: activity });

function rankCorrelation(ledger: Ledger, customers: readonly Watched[]): number {
  return pearson(
    averageRanks(customers.map(({ inputs }) => totalPoints(ledger, inputs))),
    averageRanks(customers.map(({ purchases }) => purchases)),
  );
}

function rmse(customers: readonly Watched[], predict: (customer: Watched) => number): number {
  const sum = customers.reduce((total, each) => total + (predict(each) - each.activity) ** 2, 0);
  return Math.sqrt(sum / Math.max(customers.length, 1));
}
