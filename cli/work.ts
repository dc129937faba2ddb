import { createJobRunner } from '../config/run-job.ts';
import type { OpenWorkspace } from '../config/wiring.ts';
import { type CalendarDay, dayOf } from '../core/domain/calendar-day.ts';
import { ConfigError } from '../core/domain/errors.ts';
import { type CycleReport, cycle, STEPS, type Step } from '../core/pipeline/cycle.ts';
import { type Following, startFollowing } from '../core/pipeline/follow.ts';
import { startLive } from '../core/pipeline/live.ts';
import { createLoop } from '../core/pipeline/loop.ts';
import { type JobWork, workJobs } from '../core/pipeline/work-jobs.ts';
import type { OnLiveDelay } from '../core/ports/work.ts';
import { holdIfNew } from '../core/store/new-workspace.ts';
import { RESUMED_CHANNEL, readPause } from '../core/store/pause.ts';
import { CYCLE, runWhenDue } from '../core/store/schedule.ts';
import type { CommandContext } from './context.ts';
import { startWebhooks } from './outbound.ts';

/** Full cycles, by one process of all: what no webhook told, and what time alone moves. */
const CYCLE_EVERY_MS = 15 * 60_000;
/** How often each process looks whether a cycle is due, and takes up what a dead one left half done. */
const LOOK_EVERY_MS = 60_000;
/** What needs no vendor to be read. */
const SWEEP: readonly Step[] = STEPS.filter((step) => step !== 'pull' && step !== 'train');
/** Everything under way has so long to end; what has not is taken up by the next start, as after a crash. */
const STOP_WITHIN_MS = 9_000;

/** The work of one process: the live thread, subscriptions, webhooks of our own, and its share of cycles and jobs. */
export interface Work {
  /** Begins nothing more and lets what is under way end. Resolves to whether it ended in time. */
  stop(): Promise<boolean>;
}

/** Starts working on an open workspace. Never throws once started: what fails is logged and tried again. */
export async function startWork(open: OpenWorkspace, context: CommandContext, onDelay: OnLiveDelay): Promise<Work> {
  const { workspace } = open;
  const { logger, clock } = context;
  const today = () => dayOf(clock.now().toISOString(), context.config.timeZone);
  const live = await startLive(workspace, { today, logger, onDelay });
  const following = follow(open, context);
  const sender = await startWebhooks(open, context);
  const jobs = await startJobs(open, context, today);
  const look = createLoop(
    async () => {
      await takeUpChanges(open, logger);
      // A new workspace waits for its first load to be asked for.
      if ((await readPause(workspace.database))?.held === 'before-first-load') return true;
      const schedule = { name: CYCLE, everyMs: CYCLE_EVERY_MS, clock, today: today() };
      const ran = await runWhenDue(workspace.database, schedule, async () => {
        report(await cycle(workspace, { asOf: today() }), logger);
      });
      if (!ran) await cycle(workspace, { asOf: today(), steps: SWEEP });
      return true;
    },
    {
      retryMs: LOOK_EVERY_MS,
      onError: (error) =>
        logger.error(
          { error: error instanceof Error ? error.message : String(error) },
          'a cycle failed; the next one tries again',
        ),
    },
  );
  // What waited through a pause leaves at once.
  const unlisten = await workspace.database.listen(RESUMED_CHANNEL, look.wake);
  look.wake();
  return {
    stop: async () => {
      await unlisten();
      const ended = Promise.all([following.stop(), live.stop(), sender.stop(), jobs.stop(), look.stop()]).then(
        () => true,
      );
      const { promise: late, resolve } = Promise.withResolvers<boolean>();
      const timer = setTimeout(() => resolve(false), STOP_WITHIN_MS);
      const inTime = await Promise.race([ended, late]);
      clearTimeout(timer);
      if (!inTime)
        logger.warn({ withinMs: STOP_WITHIN_MS }, 'stopped in the middle of work: the next start takes it up');
      return inTime;
    },
  };
}

/** Does the jobs that are asked for on the console and by the API. */
export function startJobs(open: OpenWorkspace, context: CommandContext, today: () => CalendarDay): Promise<JobWork> {
  const { clock, logger } = context;
  return workJobs(open.workspace.database, createJobRunner({ ...open, ...context, today }), { clock, logger });
}

/** Holds a workspace that nothing ever came into and that would write: its admin sees what that is first. Returns whether it is held. */
export async function holdNew({ workspace: { database, connectors, clock } }: OpenWorkspace): Promise<boolean> {
  return connectors.some(({ scores }) => scores !== null) && (await holdIfNew(database, { clock }));
}

/** Settings that cannot be read keep nobody from working with those before. */
async function takeUpChanges(open: OpenWorkspace, logger: CommandContext['logger']): Promise<void> {
  try {
    await open.reload();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    logger.warn(
      { error: error.message },
      'the configuration file was changed and cannot be used: the one before goes on',
    );
  }
}

/** Follows what vendors let us subscribe to. */
export function follow({ workspace, inbox }: OpenWorkspace, { logger }: CommandContext): Following {
  const { database, connectors, clock } = workspace;
  return startFollowing({ database, connectors, inbox, clock, random: { next: () => Math.random() }, logger });
}

function report(done: CycleReport, logger: CommandContext['logger']): void {
  const { pulled, recordsWritten, tasksOpened, rejected, unavailable, paused, alarms, calls } = done;
  logger.info({ pulled, recordsWritten, tasksOpened, rejected, calls }, 'cycle done');
  if (paused) logger.warn({ since: paused.since }, 'the workspace is paused: nothing was written');
  for (const alarm of alarms) logger.warn({ alarm }, 'monitoring found something');
  for (const { connectionId, runOutAt } of calls) {
    if (runOutAt !== null) logger.warn({ connectionId, runOutAt }, 'the API calls of the day will run out');
  }
  for (const { connectionId, message } of unavailable) logger.warn({ connectionId }, message);
}
