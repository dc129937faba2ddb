import type { CalendarDay } from '../domain/calendar-day.ts';
import { isUnavailable } from '../domain/errors.ts';
import type { Logger } from '../ports/logger.ts';
import type { OnLiveDelay } from '../ports/work.ts';
import { drainInbox } from '../store/drain.ts';
import { INBOX_CHANNEL } from '../store/inbox.ts';
import { rememberingChampion } from '../store/models.ts';
import { withRightOfWay } from '../store/right-of-way.ts';
import { cycle, type Step, type Workspace } from './cycle.ts';
import { createLoop } from './loop.ts';

/** What follows a pull, but for training: the same steps as a batch, over those that something happened to. */
const STEPS_IN: readonly Step[] = ['identify', 'features', 'score'];
const STEPS_OUT: readonly Step[] = ['plan', 'write-back', 'act'];
/** A pass that the store did not let finish is taken up again after so long, and a vendor that was away is asked again. */
const RETRY_MS = 5_000;
/** Writes begin so far apart: events of that time share their statements and calls; a CRM takes longer to show a value. */
const WRITE_EVERY_MS = 250;
/** How often one looks without being told: a process may have died between storing something and telling of it. */
const LOOK_MS = 30_000;
/** Of a flood so many messages are read before those whom they concern are scored: else nobody would be until it ends. */
const MESSAGES_PER_PASS = 10_000;
/** While a CRM is away, the delays of so many messages are kept to be told: memory does not grow with what waits. */
const MOST_TIMED = 10_000;

/** The running live thread. */
export interface LiveThread {
  /** Resolves once nothing that was appended before the call waits any more. */
  settled(): Promise<void>;
  /** Lets the passes under way end, and begins no other. What waits is in the store. */
  stop(): Promise<void>;
}

/**
 * Takes what webhooks put into the inbox through the pipeline as it comes. Woken by each append, in whatever process; messages that
 * come during a pass share the next one, so that a burst costs one pass. One loop brings in and scores, another plans, writes and acts:
 * a slow vendor keeps no score waiting, and a burst during a write shares the next. Never throws: what fails is logged and tried again.
 *
 * @param today the as-of day of a pass
 */
export async function startLive(
  workspace: Workspace,
  { today, logger, onDelay }: { today: () => CalendarDay; logger: Logger; onDelay?: OnLiveDelay },
): Promise<LiveThread> {
  const { database, connectors, readers, clock } = workspace;
  const champion = rememberingChampion();
  // At first and after a pass that failed, everybody who is due is scored, and everything that waits is written; else those alone
  // whom something happened to: a batch that is under way sees to its own.
  let scoreAll = true;
  let writeAll = true;
  const toWrite = new Set<string>();
  let unwritten: string[] = [];
  /** By connection whose vendor was away, from when on it is asked again, on the clock of this process. */
  const awayUntilMs = new Map<string, number>();
  const failed = (what: string) => (error: unknown) =>
    logger.error({ error: error instanceof Error ? error.message : String(error) }, what);
  const tellDelay = (stage: 'scored' | 'written', receivedAt: readonly string[]) => {
    const now = clock.now().getTime();
    if (receivedAt.length > 0) {
      onDelay?.(
        stage,
        receivedAt.map((at) => (now - Date.parse(at)) / 1_000),
      );
    }
  };

  const bringIn = async () => {
    let late = false;
    const received: string[] = [];
    const everybody = scoreAll;
    let changed = 0;
    scoreAll = true;
    for (const { connectionId, inbound } of connectors) {
      if (!inbound) continue;
      if (performance.now() < (awayUntilMs.get(connectionId) ?? 0)) {
        late = true;
        continue;
      }
      try {
        const drained = await drainInbox(database, connectionId, inbound, {
          now: () => clock.now(),
          ...(readers && { readers }),
          onLanded: (receivedAt) => received.push(...receivedAt),
          // Whoever has the lane reads them; unless it is killed over it.
          onHeldElsewhere: () => {
            late = true;
          },
          most: MESSAGES_PER_PASS,
          onLeft: () => takeIn.wake(),
        });
        changed += drained.pulled;
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        late = true;
        awayUntilMs.set(connectionId, performance.now() + RETRY_MS);
        logger.warn({ connectionId, code: error.code }, 'messages wait: the vendor cannot be asked now');
      }
    }
    await cycle(workspace, {
      asOf: today(),
      steps: STEPS_IN,
      onlyTouched: !everybody,
      champion,
      onScored: (customerIds) => {
        for (const customerId of customerIds) toWrite.add(customerId);
      },
    });
    scoreAll = false;
    tellDelay('scored', received);
    // Most of what vendors tell of is what was just written to them: nothing follows from it.
    if (everybody || changed > 0 || toWrite.size > 0) {
      unwritten = [...unwritten, ...received].slice(0, MOST_TIMED);
      sendOut.wake();
    } else tellDelay('written', received);
    return late;
  };

  const writeOut = async () => {
    const customerIds = writeAll ? null : [...toWrite];
    const received = unwritten;
    writeAll = true;
    toWrite.clear();
    unwritten = [];
    const report = await cycle(workspace, { asOf: today(), steps: STEPS_OUT, lane: 'live', customerIds });
    for (const { connectionId } of report.unavailable) {
      logger.warn({ connectionId }, 'writes wait: the vendor is not available now');
    }
    const late = report.unavailable.length > 0;
    writeAll = late && customerIds === null;
    if (late) {
      for (const customerId of customerIds ?? []) toWrite.add(customerId);
      unwritten = [...received, ...unwritten].slice(0, MOST_TIMED);
    } else tellDelay('written', received);
    return late;
  };

  const takeIn = createLoop(() => withRightOfWay(database, bringIn), {
    retryMs: RETRY_MS,
    onError: failed('a live pass failed; it is tried again'),
  });
  const sendOut = createLoop(writeOut, {
    retryMs: RETRY_MS,
    everyMs: WRITE_EVERY_MS,
    onError: failed('writing failed; it is tried again'),
  });
  const unlisten = await database.listen(INBOX_CHANNEL, takeIn.wake);
  // What came while nobody listened.
  takeIn.wake();
  const look = setInterval(() => {
    takeIn.wake();
    sendOut.wake();
  }, LOOK_MS);
  look.unref();
  return {
    settled: async () => {
      takeIn.wake();
      await takeIn.idle();
      sendOut.wake();
      await sendOut.idle();
    },
    stop: async () => {
      clearInterval(look);
      const ended = Promise.all([takeIn.stop(), sendOut.stop()]);
      await unlisten();
      await ended;
    },
  };
}
