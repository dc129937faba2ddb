import type { CalendarDay } from '../domain/calendar-day.ts';
import { stableJson, toJson } from '../domain/stable-json.ts';
import type { CustomerStats } from '../features/stats.ts';
import type { Before } from '../scores/change.ts';
import type { Score } from '../scores/score.ts';
import { scoreCustomer } from '../scores/score-customer.ts';
import type { ScoringModel } from '../scores/scoring-model.ts';
import { LANGUAGES, type Sentences, sentencesOf } from '../scores/words/index.ts';

/** What a score of the history was made from, beside its model and day: kept with it, so that it can be made again bit for bit. */
export interface ScoreInputs {
  stats: CustomerStats;
  /** As the customer was scored before, which the sentence of change looks at; null for the first score. `stats` null: the same as now. */
  before: { modelVersion: string; asOf: CalendarDay; stats: CustomerStats | null } | null;
  language: (typeof LANGUAGES)[number];
}

/** The inputs of a score that is being made. */
export function scoreInputs(
  stats: CustomerStats,
  before: Before | null,
  sentences: Sentences | undefined,
): ScoreInputs {
  const language = LANGUAGES.find((each) => sentencesOf(each) === sentences) ?? 'en';
  if (before === null) return { stats, before, language };
  const same = stableJson(before.stats) === stableJson(stats);
  return {
    stats,
    before: { modelVersion: before.model.version, asOf: before.asOf, stats: same ? null : before.stats },
    language,
  };
}

/** Makes a score again from its inputs, as it is kept: without explanations, which are computed anew whenever somebody asks. */
export function scoreAgain(
  { stats, before, language }: ScoreInputs,
  { model, previous, asOf }: { model: ScoringModel; previous: ScoringModel | null; asOf: CalendarDay },
): Omit<Score, 'explanations'> {
  const then = before && previous ? { model: previous, stats: before.stats ?? stats, asOf: before.asOf } : null;
  return keptScore(scoreCustomer(model, stats, asOf, then, sentencesOf(language)));
}

/** A score as the history keeps it. */
export function keptScore({ explanations: _, ...score }: Score): Omit<Score, 'explanations'> {
  return toJson(score) as unknown as Omit<Score, 'explanations'>;
}

/** Names of the parts in which two scores differ by any bit; empty when they are the same. */
export function differingParts(
  one: Omit<Score, 'explanations'>,
  other: Omit<Score, 'explanations'>,
): readonly string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]) as Set<keyof typeof one>;
  return [...names].filter((name) => stableJson([one[name]]) !== stableJson([other[name]])).sort();
}
