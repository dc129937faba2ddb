import { addDays, type CalendarDay, daysBetween } from '../domain/calendar-day.ts';
import { DataError } from '../domain/errors.ts';
import { expectedActivity, FORECAST_DAYS, fitForecast } from '../engagement/forecast.ts';
import { learnLedger } from '../engagement/learn-ledger.ts';
import { type Ledger, ledgerByHand, totalPoints } from '../engagement/ledger.ts';
import { partialCorrelation } from '../math/partial-correlation.ts';
import { seededRandom } from '../math/random.ts';
import { averageRanks, pearson } from '../math/ranks.ts';
import type { Random } from '../ports/clock.ts';
import { engagementScore } from '../scores/engagement.ts';
import { percentileTable } from '../scores/percentile-table.ts';
import { auc } from './classification.ts';
import { type EventRow, engagementBook, followed, type Window } from './engagement-book.ts';

/** How a score on a day goes with what followed. */
export interface EngagementMetrics {
  /** With events and purchase days of the next period. */
  activitySpearman: number;
  activityPearson: number;
  /** The same by ranks among customers equally active in the period before; null where the score is that activity. */
  activityPartialSpearman: number | null;
  /** With purchase days of the next period. */
  purchasesSpearman: number;
  purchasesPearson: number;
  /** Chance that who buys in the next period has the higher score; null when all do or nobody does. */
  purchaseAuc: number | null;
}

/** One score that was judged. */
export interface EngagementRow {
  name: string;
  metrics: EngagementMetrics;
}

/** What `evaluate engagement` found. */
export interface EngagementEvaluation {
  scoreAt: CalendarDay;
  outcomeEnd: CalendarDay;
  outcomeDays: number;
  customers: number;
  buyers: number;
  models: readonly (EngagementRow & {
    parameters: Readonly<Record<string, number>>;
    logLikelihood: null;
    converged: true;
    fitSeconds: number;
  })[];
  naive: readonly EngagementRow[];
  /** The score against outcomes dealt out at random: near 0, or something is wrong with the measurement. */
  shuffledControl: { shuffles: number; seed: number; meanSpearman: number; largestSpearman: number };
  /** Activity of the next 30 days, learned from the 30 days before and judged on those after; null when the file is too short. */
  forecast: {
    days: number;
    rmse: number;
    mae: number;
    persistenceRmse: number;
    persistenceMae: number;
    beatsPersistence: boolean;
  } | null;
  warnings: readonly string[];
}

const SHUFFLES = 200;

/**
 * Judges the engagement score of one day on the period after it: (scoreAt, outcomeEnd], so that the two cannot overlap. Everything that is
 * learned is learned from periods that end on or before scoreAt. Customers: all who did anything by then, those who did nothing after
 * included.
 *
 * @param seed of the shuffles
 * @param clock seconds, for the fit's duration
 * @throws DataError when the outcome does not end after scoreAt, or nobody or nothing can be judged
 */
export function evaluateEngagement(
  rows: readonly EventRow[],
  options: { scoreAt: CalendarDay; outcomeEnd: CalendarDay; seed: number; clock: () => number },
): EngagementEvaluation {
  const { scoreAt, outcomeEnd, seed, clock } = options;
  const days = daysBetween(scoreAt, outcomeEnd);
  if (days <= 0) throw overlapping(scoreAt, outcomeEnd);
  const book = engagementBook(rows);
  const now = book(scoreAt, days);
  const warnings = noteworthy(rows, now, outcomeEnd);
  const earlier = book(addDays(scoreAt, -days), days);

  const started = clock();
  const learned = learnLedger(followed(earlier, earlier.purchases));
  const learnSeconds = clock() - started;
  if (!learned) warnings.push('The file is too short before --score-at for points to be learned from outcomes.');
  const ledger = ledgerByHand();
  const byHand = scoresOf(ledger, now);
  const points = now.inputs.map((each) => totalPoints(ledger, each));
  const candidates = [
    { name: 'engagement', ledger, scores: byHand, fitSeconds: 0 },
    // The sum the score is the percentile of: the same ranks, but a straight line to counts.
    { name: 'engagement-points', ledger, scores: points, fitSeconds: 0 },
    ...(learned
      ? [{ name: 'engagement-learned', ledger: learned, scores: scoresOf(learned, now), fitSeconds: learnSeconds }]
      : []),
  ];
  return {
    scoreAt,
    outcomeEnd,
    outcomeDays: days,
    customers: now.inputs.length,
    buyers: now.purchases.filter((count) => count > 0).length,
    models: candidates.map(({ name, ledger, scores, fitSeconds }) => ({
      name,
      parameters: parametersOf(ledger),
      logLikelihood: null,
      converged: true,
      fitSeconds,
      metrics: metricsOf(scores, now),
    })),
    naive: [
      {
        name: 'recency',
        metrics: metricsOf(
          now.silence.map((silent) => -silent),
          now,
        ),
      },
      { name: 'persistence', metrics: metricsOf(now.before, now) },
    ],
    shuffledControl: shuffled(byHand, now.activity, seed),
    forecast: judgeForecast(book(addDays(scoreAt, -FORECAST_DAYS), FORECAST_DAYS), book(scoreAt, FORECAST_DAYS), days),
    warnings,
  };
}

/** Scores as the product gives them: the percentile of the points among those who have any. */
function scoresOf(ledger: Ledger, { inputs }: Window): readonly number[] {
  const points = inputs.map((each) => totalPoints(ledger, each));
  const table = percentileTable(points.filter((each) => each > 0));
  return points.map((each) => engagementScore(table, each));
}

function metricsOf(scores: readonly number[], { activity, purchases, before }: Window): EngagementMetrics {
  const ranks = averageRanks(scores);
  const buys = purchases.map((count) => (count > 0 ? 1 : 0));
  const area = auc(scores, buys);
  return {
    activitySpearman: pearson(ranks, averageRanks(activity)),
    activityPearson: pearson(scores, activity),
    activityPartialSpearman: partialCorrelation(ranks, averageRanks(activity), averageRanks(before)),
    purchasesSpearman: pearson(ranks, averageRanks(purchases)),
    purchasesPearson: pearson(scores, purchases),
    purchaseAuc: Number.isNaN(area) ? null : area,
  };
}

function parametersOf(ledger: Ledger): Readonly<Record<string, number>> {
  return Object.fromEntries(
    ledger.rules.flatMap(({ channel, short, long }) => [
      [`${channel}Short`, short],
      [`${channel}Long`, long],
    ]),
  );
}

function shuffled(
  scores: readonly number[],
  activity: readonly number[],
  seed: number,
): EngagementEvaluation['shuffledControl'] {
  const random = seededRandom(seed);
  const ranks = averageRanks(scores);
  const outcomes = averageRanks(activity);
  let sum = 0;
  let largest = 0;
  for (let round = 0; round < SHUFFLES; round += 1) {
    shuffle(outcomes, random);
    const correlation = pearson(ranks, outcomes);
    sum += correlation;
    largest = Math.max(largest, Math.abs(correlation));
  }
  return { shuffles: SHUFFLES, seed, meanSpearman: sum / SHUFFLES, largestSpearman: largest };
}

/** Fisher and Yates, in place. */
function shuffle(values: Float64Array, random: Random): void {
  for (let i = values.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random.next() * (i + 1));
    const kept = values[i] as number;
    values[i] = values[j] as number;
    values[j] = kept;
  }
}

/** The file must reach FORECAST_DAYS beyond scoreAt, or the outcome would be cut off. */
function judgeForecast(past: Window, now: Window, outcomeDays: number): EngagementEvaluation['forecast'] {
  const forecast = outcomeDays >= FORECAST_DAYS ? fitForecast(followed(past, past.activity)) : null;
  if (!forecast) return null;
  const errors = (predict: (index: number) => number) => {
    const each = now.activity.map((came, index) => predict(index) - came);
    return {
      rmse: Math.sqrt(each.reduce((sum, error) => sum + error * error, 0) / each.length),
      mae: each.reduce((sum, error) => sum + Math.abs(error), 0) / each.length,
    };
  };
  const expected = now.inputs.map((inputs) => expectedActivity(forecast, inputs));
  const own = errors((index) => expected[index] ?? 0);
  const persistence = errors((index) => now.before[index] ?? 0);
  return {
    days: FORECAST_DAYS,
    ...own,
    persistenceRmse: persistence.rmse,
    persistenceMae: persistence.mae,
    beatsPersistence: own.rmse < persistence.rmse && own.mae < persistence.mae,
  };
}

function noteworthy(rows: readonly EventRow[], now: Window, outcomeEnd: CalendarDay): string[] {
  if (now.inputs.length < 2) {
    throw new DataError({
      field: '--score-at',
      expected: 'a day by which two customers at least did something',
      found: `${now.inputs.length}`,
      remedy: 'choose a later day',
    });
  }
  if (now.activity.every((count) => count === 0)) {
    throw new DataError({
      field: '--outcome-end',
      expected: 'something that happened between --score-at and this day',
      found: 'nothing',
      remedy: 'choose days inside the file',
    });
  }
  const warnings: string[] = [];
  const last = rows.reduce((latest, { day }) => (day > latest ? day : latest), rows[0]?.day ?? outcomeEnd);
  if (last < outcomeEnd) {
    warnings.push(
      `The file ends on ${last}: the days from then to ${outcomeEnd} count as days on which nothing happened.`,
    );
  }
  if (rows.every(({ channel }) => channel === 'purchase')) {
    warnings.push('The file has purchases alone: activity and purchases are the same here.');
  } else if (now.purchases.every((count) => count === 0)) {
    warnings.push('Nobody bought in the outcome period: figures on purchases say nothing.');
  }
  return warnings;
}

function overlapping(scoreAt: CalendarDay, outcomeEnd: CalendarDay): DataError {
  return new DataError({
    field: '--outcome-end',
    expected: `a day after --score-at, ${scoreAt}: a score is judged on what came after it, never on the days it was made from`,
    found: outcomeEnd,
    remedy: 'choose a later day',
  });
}
