import type { CalendarDay } from '../domain/calendar-day.ts';
import type { SourceRank } from '../features/settle.ts';
import { compareProportions } from '../math/proportions.ts';
import type { Episode } from '../planning/review.ts';
import type { PlaybookEffect } from '../ports/book.ts';
import type { Sql } from '../ports/database.ts';
import type { ScoringModel } from '../scores/scoring-model.ts';
import { readEpisodes } from './advice-book.ts';

/**
 * What each playbook has kept, of the customers who were followed to the end of the horizon: the difference of the shares that left
 * without and with it (95 % interval of Newcombe), times the value if kept of those who were treated.
 */
export async function playbookEffects(
  sql: Sql,
  options: { asOf: CalendarDay; model: ScoringModel; rank: SourceRank },
): Promise<readonly PlaybookEffect[]> {
  const { asOf, model, rank } = options;
  const episodes = await readEpisodes(sql, { asOf, rule: model, rank });
  return [...Map.groupBy(episodes, ({ playbook }) => playbook)].map(([playbook, own]) => effectOf(playbook, own));
}

function effectOf(playbook: string, episodes: readonly Episode[]): PlaybookEffect {
  const arm = (treated: boolean) => {
    const own = episodes.filter((episode) => episode.treated === treated);
    return { customers: own.length, left: own.filter(({ left }) => left).length };
  };
  const treated = arm(true);
  const heldOut = arm(false);
  if (treated.customers === 0 || heldOut.customers === 0) return { playbook, treated, heldOut, saved: null };
  const worth = episodes
    .filter((episode) => episode.treated)
    .reduce((sum, { valueIfKept12m }) => sum + valueIfKept12m, 0);
  const { difference, low, high } = compareProportions(
    { count: heldOut.left, of: heldOut.customers },
    { count: treated.left, of: treated.customers },
  );
  const money = (share: number) => (share * worth).toFixed(2);
  return { playbook, treated, heldOut, saved: { value: money(difference), low: money(low), high: money(high) } };
}
