import type { CalendarDay } from '../domain/calendar-day.ts';
import { isUnavailable } from '../domain/errors.ts';
import type { Logger } from '../ports/logger.ts';
import { drainInbox } from '../store/drain.ts';
import { INBOX_CHANNEL } from '../store/inbox.ts';
import { type CycleReport, cycle, type Step, type Workspace } from './cycle.ts';

/** What follows a pull, but for training: the same steps as a batch, over those that something happened to. */
const LIVE_STEPS: readonly Step[] = ['identify', 'features', 'score', 'plan', 'write-back', 'act'];
/** A pass that a vendor or the store did not let finish is taken up again after so long. */
const RETRY_MS = 5_000;

/** The running live thread. */
export interface LiveThread {
  /** Resolves once nothing that was appended before the call waits any more. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Takes what webhooks put into the inbox through the pipeline as it comes. Woken by each append, in whatever process; messages that
 * come during a pass share the next one, so that a burst costs one pass. Never throws: what fails is logged and tried again.
 *
 * @param today the as-of day of a pass
 */
export async function startLive(
  workspace: Workspace,
  context: { today: () => CalendarDay; logger: Logger; onCycle?: (report: CycleReport) => void },
): Promise<LiveThread> {
  const { database, connectors, clock } = workspace;
  const { logger } = context;
  let wanted = false;
  let stopped = false;
  let running: Promise<void> | null = null;
  // At first, after a vendor was away and after a pass that failed, everything that waits is written; else those whom something happened to: a batch that is under way
  // writes its own.
  let everything = true;
  let timer: NodeJS.Timeout | null = null;

  const pass = async () => {
    let late = false;
    for (const { connectionId, inbound } of connectors) {
      if (!inbound) continue;
      try {
        await drainInbox(database, connectionId, inbound, { now: () => clock.now() });
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        late = true;
        logger.warn({ connectionId, code: error.code }, 'messages wait: the vendor cannot be asked now');
      }
    }
    const report = await cycle(workspace, {
      asOf: context.today(),
      steps: LIVE_STEPS,
      lane: 'live',
      onlyScored: !everything,
    });
    everything = false;
    for (const { connectionId } of report.unavailable) {
      late = true;
      everything = true;
      logger.warn({ connectionId }, 'writes wait: the vendor is not available now');
    }
    context.onCycle?.(report);
    return late;
  };
  const wakeLater = () => {
    if (stopped || timer) return;
    timer = setTimeout(() => {
      timer = null;
      wake();
    }, RETRY_MS);
    timer.unref();
  };
  const run = async () => {
    while (wanted && !stopped) {
      wanted = false;
      try {
        if (await pass()) wakeLater();
      } catch (error) {
        logger.error(
          { error: error instanceof Error ? error.message : String(error) },
          'a live pass failed; it is tried again',
        );
        wakeLater();
      }
    }
    running = null;
  };
  const wake = () => {
    wanted = true;
    running ??= run();
  };

  const unlisten = await database.listen(INBOX_CHANNEL, wake);
  // What came while nobody listened.
  wake();
  return {
    settled: async () => {
      wake();
      while (running) await running;
    },
    stop: async () => {
      stopped = true;
      if (timer) clearTimeout(timer);
      await unlisten();
      await running;
    },
  };
}
