import { once } from 'node:events';
import { type Request, type Response, Router } from 'express';
import type { Logger } from '../../core/ports/logger.ts';
import type { EventLog } from '../../core/ports/outbound.ts';
import { streamEvents } from './contract/stream.ts';

/** The routes of the stream, and how it ends. */
export interface StreamRoutes {
  router: Router;
  /** Ends all streams; their clients come back with the last event they saw. */
  close(): Promise<void>;
}

/** Streams at a time: each is a connection that stays. */
const MOST_STREAMS = 100;
/** Proxies close what is silent for a minute or so. */
const HEARTBEAT_MS = 15_000;
/** A client that takes nothing for so long is let go; it can come back for the rest. */
const SLOWEST_MS = 30_000;
/** What a client waits before it comes back. */
const RETRY_MS = 2_000;
/** Where a wake-up got lost, the log is looked at after so long. */
const LOOK_AGAIN_MS = 5_000;
/** Events read at a time: memory is bounded by this, however far behind a client is. */
const EVENTS_PER_READ = 200;

/**
 * GET /stream: every event as it is committed, by whatever process, in order
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html). The id of an event is its place in the log: a client that comes back
 * with `Last-Event-ID` goes on after it, one that comes without begins now. Reads ahead of no client: the next events are read once it
 * has taken those before.
 */
export function streamRoutes(log: EventLog, logger: Logger): StreamRoutes {
  const ended = new AbortController();
  const sleeping = new Set<() => void>();
  const wakeAll = () => {
    for (const wake of sleeping) wake();
  };
  let open = 0;
  // One listener for all streams, from the first one on.
  let listening: Promise<() => Promise<void>> | null = null;
  const router = Router();
  router[streamEvents.method](streamEvents.path, async (req: Request, res: Response) => {
    const asked = req.get('last-event-id');
    if (asked !== undefined && !/^\d{1,18}$/.test(asked)) {
      res.status(400).json({ error: { code: 'bad-request', message: 'Last-Event-ID: expected the id of an event.' } });
      return;
    }
    if (open >= MOST_STREAMS || ended.signal.aborted) {
      res
        .set('Retry-After', '10')
        .status(503)
        .json({ error: { code: 'busy', message: 'Too many streams are open.' } });
      return;
    }
    open += 1;
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, ended.signal]);
    const heartbeat = setInterval(() => {
      if (!res.writableNeedDrain) res.write(':\n\n');
    }, HEARTBEAT_MS);
    try {
      listening ??= log.listen(wakeAll);
      await listening.catch((error: unknown) => {
        // The next stream tries again.
        listening = null;
        throw error;
      });
      const last = await log.last();
      // A place beyond the end is of a log that was put back by a restore: what follows it now is new.
      const from = asked === undefined || BigInt(asked) > last ? last : BigInt(asked);
      res.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        // nginx collects answers otherwise.
        'x-accel-buffering': 'no',
      });
      // The place where it begins, so that a client that is cut off before the first event misses none.
      res.write(`retry: ${RETRY_MS}\nid: ${from}\n\n`);
      await follow(log, from, res, signal, sleeping);
    } catch (error) {
      if (!signal.aborted) {
        logger.warn({ error: error instanceof Error ? error.name : 'unknown' }, 'a stream of events ended early');
        if (!res.headersSent) throw error;
      }
    } finally {
      clearInterval(heartbeat);
      open -= 1;
      if (res.headersSent) res.end();
    }
  });
  return {
    router,
    close: async () => {
      ended.abort();
      const unlisten = await listening?.catch(() => null);
      await unlisten?.();
    },
  };
}

/** Writes events until the signal, at the pace of the client. */
async function follow(
  log: EventLog,
  from: bigint,
  res: Response,
  signal: AbortSignal,
  sleeping: Set<() => void>,
): Promise<void> {
  for (let seq = from; !signal.aborted; ) {
    // Asleep before it looks: what is committed in between wakes it at once.
    const nap = sleepUntilWoken(sleeping, signal);
    const events = await log.after(seq, EVENTS_PER_READ);
    for (const { seq: place, type, body } of events) {
      if (!res.write(`id: ${place}\nevent: ${type}\ndata: ${body}\n\n`)) {
        await once(res, 'drain', { signal: AbortSignal.any([signal, AbortSignal.timeout(SLOWEST_MS)]) });
      }
      seq = place;
    }
    if (events.length > 0) nap.wake();
    await nap.over;
  }
}

function sleepUntilWoken(sleeping: Set<() => void>, signal: AbortSignal): { over: Promise<void>; wake: () => void } {
  let wake: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    const timer = setTimeout(() => wake(), LOOK_AGAIN_MS);
    wake = () => {
      clearTimeout(timer);
      sleeping.delete(wake);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    sleeping.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    if (signal.aborted) wake();
  });
  return { over, wake };
}
