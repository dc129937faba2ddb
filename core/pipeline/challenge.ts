import { addDays, type CalendarDay, daysBetween } from '../domain/calendar-day.ts';
import type { SourceRank } from '../features/settle.ts';
import { compareModels } from '../learning/compare-models.ts';
import { decide } from '../learning/decide.ts';
import { shadowScores } from '../learning/shadow.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database } from '../ports/database.ts';
import type { Verdict } from '../ports/model-registry.ts';
import { followUpDays } from '../scores/leaving.ts';
import { measureMargin } from '../scores/margin.ts';
import type { ScoringModel } from '../scores/scoring-model.ts';
import type { ScoringSettings } from '../scores/settings.ts';
import { trainScoringModel } from '../scores/train.ts';
import { audit } from '../store/audit.ts';
import { bookMargin } from '../store/margins.ts';
import { keepChallenger, listModels, makeChampion } from '../store/registry.ts';
import { inTurn } from '../store/turn.ts';
import { sampleHistories, trainingCustomer } from './train.ts';

/** What came of a challenge. `challenger` is null where nothing was trained. */
export type Challenge =
  | { promoted: boolean; challenger: ScoringModel; verdict: Verdict }
  | { promoted: false; challenger: null; because: 'too-early'; comparableOn: CalendarDay }
  | { promoted: false; challenger: null; because: 'same-facts' | 'taken-back' };

/**
 * Trains a challenger on facts up to the newest day whose outcomes are known, judges it and the champion by those outcomes, keeps it
 * with its verdict, and promotes it where it is not worse and better in something (`decide`). Run again on the same facts it does nothing new.
 */
export async function challenge(
  database: Database,
  {
    champion,
    asOf,
    settings,
    rank,
    clock,
    actor,
    onProgress,
  }: {
    champion: ScoringModel;
    asOf: CalendarDay;
    settings?: ScoringSettings;
    rank: SourceRank;
    clock: Clock;
    actor: string;
    onProgress?: (what: string) => void;
  },
): Promise<Challenge> {
  const { definition, horizonDays, currency } = champion;
  const rule = { definition, horizonDays };
  const from = addDays(asOf, -followUpDays(rule));
  // A champion that was trained on a part of the window knows its outcomes.
  if (champion.asOf > from) {
    const comparableOn = addDays(champion.asOf, followUpDays(rule));
    return { promoted: false, challenger: null, because: 'too-early', comparableOn };
  }
  onProgress?.('history');
  const histories = await sampleHistories(database);
  const known = histories.map((history) => trainingCustomer(history, from, rank));
  const population = known
    .map((customer) => customer.statsAt(from))
    .filter(({ purchaseDays, events, contract }) => purchaseDays > 0 || events > 0 || contract);
  const challenger = trainScoringModel(population, known, {
    rule,
    asOf: from,
    currency,
    previous: champion,
    margin: measureMargin(await bookMargin(database, from)),
    ...(settings && { settings }),
    ...(onProgress && { onProgress }),
  });
  if (challenger.version === champion.version) return { promoted: false, challenger: null, because: 'same-facts' };
  const onRecord = (await listModels(database)).find(({ version }) => version === challenger.version);
  if (onRecord?.role === 'withdrawn') return { promoted: false, challenger: null, because: 'taken-back' };
  onProgress?.('comparison');
  const followed = histories.map((history) => trainingCustomer(history, asOf, rank));
  const window = { from, to: asOf };
  const comparisons = compareModels(champion, challenger, followed, window);
  const decision = decide(comparisons, { championAgeDays: daysBetween(champion.asOf, from) });
  const now = clock.now();
  const verdict: Verdict = {
    ...decision,
    champion: champion.version,
    window,
    comparisons,
    shadow: shadowScores(
      champion,
      challenger,
      followed.map((customer) => customer.statsAt(asOf)),
      asOf,
    ),
    judgedAt: now.toISOString(),
  };
  await inTurn(database, async (sql) => {
    await keepChallenger(sql, challenger, verdict, now);
    await audit(sql, now.toISOString(), actor, 'models.challenge', {
      version: challenger.version,
      champion: champion.version,
      from,
      to: asOf,
      decision: decision.because,
    });
    if (decision.promote) await makeChampion(sql, challenger.version, { by: 'challenge', actor, now });
  });
  return { promoted: decision.promote, challenger, verdict };
}
