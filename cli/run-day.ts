import { openWorkspace } from '../config/wiring.ts';
import type { Json } from '../core/domain/json.ts';
import { STEPS } from '../core/pipeline/cycle.ts';
import { scoredUpTo } from '../core/pipeline/score.ts';
import { dayDone, keepDayDone } from '../core/store/run-days.ts';
import { commandContext, type WorkspaceOptions } from './context.ts';
import { cycleJson, printCycle } from './cycle-report.ts';
import { print, printJson } from './output.ts';
import { cycleWithProgress } from './steps.ts';

/**
 * One cycle for a day of a schedule, once: a day whose run went through is not done again, and its result is told again. A run goes
 * through when every connection answered and nothing was paused; another one goes on from there. A day before the one that scores are of
 * is covered by that: a scheduler that makes up missed days takes nothing back.
 */
export async function runDay(
  options: WorkspaceOptions & { asOf: string },
  { retrain }: { retrain: boolean },
): Promise<void> {
  const context = await commandContext(options);
  const { asOf, clock, json } = context;
  const open = await openWorkspace(context.config, context, { withConnectors: true });
  try {
    const { database } = open.workspace;
    await database.exclusive('run-day', async () => {
      const done = await dayDone(database, asOf);
      if (done !== null) {
        if (json) printJson({ ...done.result, alreadyRun: true, finishedAt: done.finishedAt });
        else print(`${asOf} was done at ${done.finishedAt}: nothing was read or written again.`);
        return;
      }
      const scored = await scoredUpTo(database);
      if (scored !== null && scored > asOf) {
        if (json) printJson({ asOf, alreadyRun: false, coveredBy: scored });
        else print(`Scores are of ${scored} already, with all that ${asOf} brought: nothing to make up.`);
        return;
      }
      const report = await cycleWithProgress(open, context, { steps: STEPS, retrain });
      const finishedAt = clock.now().toISOString();
      const summary = await cycleJson(open, report, { asOf, bill: null });
      if (report.unavailable.length === 0 && report.paused === null) {
        await keepDayDone(database, asOf, { finishedAt, result: summary as Record<string, Json> });
      }
      await printCycle(open, report, { asOf, json, bill: null, also: { alreadyRun: false, finishedAt } });
    });
  } finally {
    await open.close();
  }
}
