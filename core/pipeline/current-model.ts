import { addDays, type CalendarDay, daysBetween } from '../domain/calendar-day.ts';
import type { SourceRank } from '../features/settle.ts';
import { recalibrated } from '../learning/recalibrate.ts';
import type { Verdict } from '../ports/model-registry.ts';
import type { MonitoringAlarm, MonitoringReport } from '../ports/monitoring.ts';
import { followUpDays } from '../scores/leaving.ts';
import type { ScoringModel } from '../scores/scoring-model.ts';
import { erasedSinceTraining } from '../store/erasures.ts';
import { challengedOn, keepChallenger, listModels, makeChampion } from '../store/registry.ts';
import { inTurn } from '../store/turn.ts';
import { challenge } from './challenge.ts';
import type { Workspace } from './cycle.ts';
import { train } from './train.ts';

/** A champion is challenged after so many days, and again after as many; sooner where its loss rose. */
const CHALLENGE_EVERY_DAYS = 30;

/** How the model of a cycle is found. */
interface Finding {
  asOf: CalendarDay;
  champion: ScoringModel | null;
  rank: SourceRank;
  /** Trains on everything and makes that the champion, whatever there is. */
  retrain: boolean;
  acceptDefinition: boolean;
  /** False when a connection could not be read. */
  isWhole: boolean;
  /** How the champion does; null where nothing is known yet. */
  report: MonitoringReport | null;
  onProgress: (what: string) => void;
}

/**
 * The model that scores: the champion; a first one trained on everything; or a challenger that did better than the champion on the same
 * later outcomes. A champion that was fitted to people who were erased since, or that cannot tell a value, is replaced untested.
 */
export async function currentModel(workspace: Workspace, finding: Finding): Promise<ScoringModel | null> {
  const { database, clock } = workspace;
  const { asOf, champion, rank, retrain, acceptDefinition, isWhole, onProgress } = finding;
  const outlived = champion !== null && (await erasedSinceTraining(database, champion.version)) > 0;
  const lastOn = champion && latest(champion.asOf, await challengedOn(database));
  const corrected = champion && !retrain && !outlived && (await correct(workspace, champion, finding.report));
  if (corrected) return corrected;
  const drifted = champion !== null && lastOn !== null && showsSince(finding.report, lastOn, champion);
  const fresh = lastOn !== null && !drifted && daysBetween(lastOn, asOf) < CHALLENGE_EVERY_DAYS;
  if (fresh && !retrain && !outlived) return champion;
  // A first model of half a book would be the champion for a month; and by outcomes that were not read everybody seems to leave: it waits
  // for the connection that could not be read.
  if (!isWhole && !retrain && !outlived) return champion;
  const [known] = await database.query<{ customers: number }>('select count(*)::int as customers from customer_stats');
  if (!known || known.customers === 0) return champion;
  const settings = workspace.scoring && { settings: workspace.scoring };
  if (champion && !retrain && !outlived && tellsValue(champion)) {
    const result = await challenge(database, { champion, asOf, ...settings, rank, clock, actor: 'cycle', onProgress });
    return result.promoted ? result.challenger : champion;
  }
  return train(database, {
    asOf,
    currency: workspace.currency,
    previous: champion,
    ...settings,
    ...(workspace.churn && { churn: workspace.churn }),
    acceptDefinition,
    rank,
    clock,
    onProgress,
  });
}

/** Promotes the champion with its churn risk corrected, where the outcomes of its own scores say so. Nobody it was fitted to was erased since. */
async function correct(
  { database, clock }: Workspace,
  champion: ScoringModel,
  report: MonitoringReport | null,
): Promise<ScoringModel | null> {
  const found = report?.modelVersion === champion.version ? report.recalibration : null;
  const model = found?.better ? recalibrated(champion, found) : null;
  if (!found || !model || !report) return null;
  const onRecord = (await listModels(database)).find(({ version }) => version === model.version);
  if (onRecord?.role === 'withdrawn') return null;
  const now = clock.now();
  const { cases, logLossDifference: mean, standardError } = found;
  const verdict: Verdict = {
    promote: true,
    because: 'better',
    champion: champion.version,
    window: { from: champion.asOf, to: report.asOf as CalendarDay },
    comparisons: [
      {
        of: 'churn',
        loss: 'log-loss as it went',
        champion: null,
        challenger: null,
        cases,
        mean,
        standardError,
        verdict: 'better',
      },
    ],
    shadow: null,
    judgedAt: now.toISOString(),
  };
  await inTurn(database, async (sql) => {
    await keepChallenger(sql, model, verdict, now);
    await makeChampion(sql, model.version, { by: 'challenge', actor: 'online learning', now });
  });
  return model;
}

/** Whether a rise of the loss became known after a day. */
function showsSince(report: MonitoringReport | null, day: CalendarDay, champion: ScoringModel): boolean {
  const known = ({ on }: MonitoringAlarm) => addDays(on as CalendarDay, followUpDays(champion));
  return report?.alarms.some((alarm) => alarm.kind === 'concept' && known(alarm) > day) ?? false;
}

function tellsValue({ value, contracts }: ScoringModel): boolean {
  return value !== null || contracts !== null;
}

function latest(one: CalendarDay, other: CalendarDay | null): CalendarDay {
  return other !== null && other > one ? other : one;
}
