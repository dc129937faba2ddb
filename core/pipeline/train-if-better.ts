import type { CalendarDay } from '../domain/calendar-day.ts';
import type { ScoringModel } from '../scores/scoring-model.ts';
import { championAt } from '../store/models.ts';
import { type Challenge, challenge } from './challenge.ts';
import { cycle, type OnStep, sourceRank, type Workspace } from './cycle.ts';
import { type Unread, unreadOn } from './watch-syncs.ts';

/** What came of it: a challenge; a first model, which has nobody to be compared with; or what it waits for. */
export type TrainedIfBetter =
  | { because: 'challenged'; challenge: Challenge }
  | { because: 'first'; model: ScoringModel | null }
  | { because: 'not-read'; unread: readonly Unread[] };

/**
 * The training of a schedule, safe to repeat: what was read is brought into the book first, and nothing is judged by outcomes that were not
 * read: customers of a connection that was not read look as if they had left. One training makes up for any number that were missed, since it
 * is judged on the newest window.
 *
 * @param connectionIds the connections there are, the most trusted first
 * @param actor who asks, for the audit log
 */
export async function trainIfBetter(
  workspace: Workspace,
  given: {
    asOf: CalendarDay;
    connectionIds: readonly string[];
    actor: string;
    onStep?: OnStep;
  },
): Promise<TrainedIfBetter> {
  const { database, clock, timeZone } = workspace;
  const { asOf, connectionIds, actor, onStep } = given;
  const unread = await unreadOn(database, connectionIds, { day: asOf, timeZone });
  if (unread.length > 0) return { because: 'not-read', unread };
  const told = onStep && { onStep };
  await cycle(workspace, { asOf, steps: ['identify', 'features'], ...told });
  const champion = await championAt(database, asOf);
  if (champion === null) {
    const { model } = await cycle(workspace, { asOf, steps: ['train'], ...told });
    return { because: 'first', model };
  }
  const result = await challenge(database, {
    champion,
    asOf,
    ...(workspace.scoring && { settings: workspace.scoring }),
    rank: sourceRank(connectionIds.map((connectionId) => ({ connectionId }))),
    clock,
    actor,
    onProgress: (detail) => onStep?.({ step: 'train', detail, done: 0, total: null }),
  });
  return { because: 'challenged', challenge: result };
}
