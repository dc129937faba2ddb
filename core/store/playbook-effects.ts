import type { CalendarDay } from '../domain/calendar-day.ts';
import { sequentialEffect } from '../evaluation/playbook-effect.ts';
import type { SourceRank } from '../features/settle.ts';
import type { Episode } from '../planning/review.ts';
import type { PlaybookEffect } from '../ports/book.ts';
import type { Sql } from '../ports/database.ts';
import type { LeavingRule } from '../scores/leaving.ts';
import { readEpisodes } from './advice-book.ts';

/**
 * What each playbook has kept, of the customers who were followed to the end of the horizon: the difference of the shares that left
 * without and with it, with an interval that bears being looked at every day, times the value if kept of those who were treated.
 */
export async function playbookEffects(
  sql: Sql,
  options: { asOf: CalendarDay; model: LeavingRule; rank: SourceRank },
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
  const worth = episodes
    .filter((episode) => episode.treated)
    .reduce((sum, { valueIfKept12m }) => sum + valueIfKept12m, 0);
  const { effect } = sequentialEffect(
    episodes.map((episode) => ({
      unit: episode.customerId,
      treated: episode.treated,
      outcome: Number(!episode.left),
    })),
  );
  const money = (share: number) => (share * worth).toFixed(2);
  const saved = effect && { value: money(effect.value), low: money(effect.low), high: money(effect.high) };
  return { playbook, treated, heldOut, saved };
}
