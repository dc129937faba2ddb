import type { CalendarDay } from '../domain/calendar-day.ts';
import type { FirstLoad, JobProgress } from '../ports/jobs.ts';
import { churnSettingsSchema } from '../scores/leaving.ts';
import { endHold } from '../store/new-workspace.ts';
import { bookCounts, createQueries } from '../store/queries.ts';
import { betweenRuns, CYCLE } from '../store/schedule.ts';
import { readinessInShort, workspaceReadiness } from './book-readiness.ts';
import { cycle, type Step, sourceRank, type Workspace } from './cycle.ts';

/** What comes in and what is made of it; nothing leaves. */
const INWARD: readonly Step[] = ['pull', 'identify', 'features', 'train', 'score'];

/**
 * Reads everything there is, recognises customers, trains and scores; nothing is written anywhere. No cycle runs meanwhile. Can be repeated: it goes on
 * where it was cut short, and reads again what a changed mapping asks for. A workspace that was held because it is new is read by cycles from
 * now on, and still writes nothing.
 *
 * @param by who asked for it, for the audit log
 */
export function firstLoad(
  workspace: Workspace,
  { asOf, by, onProgress }: { asOf: CalendarDay; by: string; onProgress: (progress: JobProgress) => void },
): Promise<FirstLoad> {
  const { database, connectors, clock } = workspace;
  return betweenRuns(database, CYCLE, async () => {
    const report = await cycle(workspace, { asOf, steps: INWARD, onStep: onProgress });
    await endHold(database, { by, at: clock.now().toISOString() });
    onProgress({ step: 'readiness', detail: '', done: 0, total: null });
    const readiness = await workspaceReadiness(workspace, {
      asOf,
      churn: workspace.churn ?? churnSettingsSchema.parse({}),
      rank: sourceRank(connectors),
    });
    const { customers, scored } = await bookCounts(database);
    // All that waits, not what this reading rejected alone: a sale without a rate is told of when it is made a customer's.
    const { quarantined } = await createQueries(database).health();
    return {
      pulled: report.pulled,
      rejected: quarantined,
      customers,
      scored,
      unavailable: report.unavailable,
      readiness: readiness && readinessInShort(readiness),
    };
  });
}
