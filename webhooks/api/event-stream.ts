import { once } from 'node:events';
import type { Response } from 'express';
import type { Logger } from '../../core/ports/logger.ts';

/** One open stream, as who fills it sees it. */
export interface OpenStream {
  /** Fires when the client goes, or the server ends. */
  signal: AbortSignal;
  /** Writes text at the pace of the client. */
  write(text: string): Promise<void>;
  /** Falls asleep now; `over` resolves when something was told since, after a while all the same, and at the signal. */
  nap(): { over: Promise<void>; wake: () => void };
}

/** Streams of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) that are woken by one source. */
export interface EventStreams {
  /**
   * Answers with a stream until the client goes.
   *
   * @param begin gives the first text; what it throws is answered as a fault
   * @param follow fills the stream until its signal
   */
  answer<Start>(
    res: Response,
    begin: () => Promise<{ text: string; start: Start }>,
    follow: (stream: OpenStream, start: Start) => Promise<void>,
  ): Promise<void>;
  /** Ends all streams; their clients come back. */
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
/** Where a wake-up got lost, the source is looked at after so long. */
const LOOK_AGAIN_MS = 5_000;

/** @param listen calls `wake` whenever there is something; one listener for all streams, from the first one on */
export function createEventStreams(
  listen: (wake: () => void) => Promise<() => Promise<void>>,
  logger: Logger,
): EventStreams {
  const ended = new AbortController();
  const sleeping = new Set<() => void>();
  const wakeAll = () => {
    for (const wake of sleeping) wake();
  };
  let open = 0;
  let listening: Promise<() => Promise<void>> | null = null;
  return {
    answer: async (res, begin, follow) => {
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
        listening ??= listen(wakeAll);
        await listening.catch((error: unknown) => {
          // The next stream tries again.
          listening = null;
          throw error;
        });
        const { text, start } = await begin();
        res.writeHead(200, {
          'content-type': 'text/event-stream',
          'cache-control': 'no-store',
          // nginx collects answers otherwise.
          'x-accel-buffering': 'no',
        });
        res.write(`retry: ${RETRY_MS}\n${text}`);
        await follow({ signal, write: (part) => write(res, part, signal), nap: () => nap(sleeping, signal) }, start);
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
    },
    close: async () => {
      ended.abort();
      const unlisten = await listening?.catch(() => null);
      await unlisten?.();
    },
  };
}

async function write(res: Response, text: string, signal: AbortSignal): Promise<void> {
  if (res.write(text)) return;
  await once(res, 'drain', { signal: AbortSignal.any([signal, AbortSignal.timeout(SLOWEST_MS)]) });
}

function nap(sleeping: Set<() => void>, signal: AbortSignal): { over: Promise<void>; wake: () => void } {
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
