import { type Request, type Response, Router } from 'express';
import type { Logger } from '../../core/ports/logger.ts';
import type { EventLog } from '../../core/ports/outbound.ts';
import { streamEvents } from './contract/stream.ts';
import { createEventStreams, type OpenStream } from './event-stream.ts';

/** The routes of a stream, and how it ends. */
export interface StreamRoutes {
  router: Router;
  /** Ends all streams; their clients come back with the last event they saw. */
  close(): Promise<void>;
}

/** Events read at a time: memory is bounded by this, however far behind a client is. */
const EVENTS_PER_READ = 200;

/**
 * GET /stream: every event as it is committed, by whatever process, in order. The id of an event is its place in the log: a client that comes
 * back with `Last-Event-ID` goes on after it, one that comes without begins now. Reads ahead of no client: the next events are read once it
 * has taken those before.
 */
export function streamRoutes(log: EventLog, logger: Logger): StreamRoutes {
  const streams = createEventStreams((wake) => log.listen(wake), logger);
  const router = Router();
  router[streamEvents.method](streamEvents.path, async (req: Request, res: Response) => {
    const asked = req.get('last-event-id');
    if (asked !== undefined && !/^\d{1,18}$/.test(asked)) {
      res.status(400).json({ error: { code: 'bad-request', message: 'Last-Event-ID: expected the id of an event.' } });
      return;
    }
    const begin = async () => {
      const last = await log.last();
      // A place beyond the end is of a log that was put back by a restore: what follows it now is new.
      const start = asked === undefined || BigInt(asked) > last ? last : BigInt(asked);
      // The place where it begins, so that a client that is cut off before the first event misses none.
      return { text: `id: ${start}\n\n`, start };
    };
    await streams.answer(res, begin, (stream, start) => follow(log, stream, start));
  });
  return { router, close: streams.close };
}

/** Writes events until the signal, at the pace of the client. */
async function follow(log: EventLog, { signal, write, nap }: OpenStream, from: bigint): Promise<void> {
  for (let seq = from; !signal.aborted; ) {
    // Asleep before it looks: what is committed in between wakes it at once.
    const asleep = nap();
    const events = await log.after(seq, EVENTS_PER_READ);
    for (const { seq: place, type, body } of events) {
      await write(`id: ${place}\nevent: ${type}\ndata: ${body}\n\n`);
      seq = place;
    }
    if (events.length > 0) asleep.wake();
    await asleep.over;
  }
}
