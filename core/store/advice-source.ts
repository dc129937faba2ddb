import type { CalendarDay } from '../domain/calendar-day.ts';
import type { SourceRank } from '../features/settle.ts';
import { effectsOf } from '../planning/review.ts';
import type { PlanningSettings } from '../planning/settings.ts';
import type { AdviceSource } from '../playbooks/advice.ts';
import type { Database } from '../ports/database.ts';
import { readEpisodes } from './advice-book.ts';
import { championAt } from './models.ts';

/** What advice of a day is given by; null before the first training. Effects are read once a day: they move slowly, and cost a look at the past. */
export function createAdviceSource(
  database: Database,
  { settings, rank }: { settings: PlanningSettings; rank: SourceRank },
): (asOf: CalendarDay) => Promise<AdviceSource | null> {
  let known: { asOf: CalendarDay; effects: AdviceSource['effects'] } | null = null;
  return async (asOf) => {
    if (known?.asOf !== asOf) {
      const model = await championAt(database, asOf);
      if (!model) return null;
      const episodes = await readEpisodes(database, { asOf, rule: model, rank });
      known = { asOf, effects: effectsOf(settings.actions, episodes) };
    }
    return { settings, effects: known.effects, asOf, seed: 0 };
  };
}
