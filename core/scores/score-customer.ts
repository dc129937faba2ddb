import { addDays, type CalendarDay } from '../domain/calendar-day.ts';
import type { FieldValue } from '../domain/fields.ts';
import { inputsAt } from '../features/inputs.ts';
import type { CustomerStats } from '../features/stats.ts';
import { clusterOf } from '../segments/clusters.ts';
import { type Before, changeSentence } from './change.ts';
import { dataQuality } from './data-quality.ts';
import { mustWrite } from './dead-band.ts';
import { explain } from './explain.ts';
import { fieldValues } from './fields.ts';
import { type MovingNumbers, movingNumbers, scoreNumbers } from './numbers.ts';
import { reasons } from './reasons.ts';
import type { Score } from './score.ts';
import type { ScoringModel } from './scoring-model.ts';
import { type Sentences, say, sentencesOf } from './words/index.ts';

/** A score is looked at again after this many days at the latest, even if no crossing is foreseen. */
const RECHECK_AFTER_DAYS = 14;

/** Days within which an owner should act on a customer at risk. */
const ACT_WITHIN_DAYS = 2;

/** Scores one customer from its statistics: numbers, reasons, and why they moved since `before`. */
export function scoreCustomer(
  model: ScoringModel,
  stats: CustomerStats,
  asOf: CalendarDay,
  before: Before | null,
  sentences: Sentences = sentencesOf('en'),
): Score {
  const numbers = scoreNumbers(model, stats, asOf);
  const inputs = inputsAt(stats, asOf, model.currency);
  const explanations = explain(model, inputs);
  const next = nextAction(numbers, sentences);
  const quality = dataQuality(stats, sentences);
  return {
    ...numbers,
    currency: model.currency,
    churnHorizonDays: model.horizonDays,
    modelVersion: model.version,
    cluster: model.clusters && inputs.purchases > 0 ? (clusterOf(model.clusters, inputs)?.id ?? null) : null,
    explanations,
    reasons: reasons(model, { inputs, rhythm: stats.rhythm }, explanations, numbers, sentences),
    change: before && changeSentence(before, { model, stats, asOf }, sentences),
    ...(quality && { dataQuality: quality }),
    nextAction: next,
    nextActionOn: next === null ? null : addDays(asOf, ACT_WITHIN_DAYS),
  };
}

/**
 * The first day after asOf on which silence alone would move one of this customer's records out of its dead-bands, or across what else is
 * watched: nobody need look at it before. Looks ahead day by day, so that no crossing is jumped over.
 *
 * @param shown what each record of the customer shows (or is about to)
 * @param crosses whether the numbers of a day are across something beside the dead-bands
 */
export function recheckOn(
  model: ScoringModel,
  stats: CustomerStats,
  score: Score,
  shown: readonly Readonly<Record<string, FieldValue>>[],
  sentences: Sentences = sentencesOf('en'),
  crosses: (numbers: MovingNumbers) => boolean = () => false,
): CalendarDay {
  for (let days = 1; days < RECHECK_AFTER_DAYS; days += 1) {
    const day = addDays(score.asOf, days);
    const numbers = movingNumbers(model, stats, day);
    const values = fieldValues({ ...score, ...numbers, nextAction: nextAction(numbers, sentences) });
    if (crosses(numbers) || shown.some((written) => mustWrite(written, values))) return day;
  }
  return addDays(score.asOf, RECHECK_AFTER_DAYS);
}

function nextAction(
  { lifecycle, churnBand, valueBand }: Pick<Score, 'lifecycle' | 'churnBand' | 'valueBand'>,
  sentences: Sentences,
): string | null {
  if (lifecycle === 'active' && churnBand === 'high' && valueBand === 'high') return say(sentences, { says: 'call' });
  if (lifecycle === 'lapsed' && valueBand === 'high') return say(sentences, { says: 'win-back' });
  return null;
}
