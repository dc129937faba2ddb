import { type Response, Router } from 'express';
import { isEnough } from '../../core/domain/roles.ts';
import type { Jobs } from '../../core/ports/jobs.ts';
import type { Logger } from '../../core/ports/logger.ts';
import { callerOf, refuseRole } from './access.ts';
import { getJob, listJobs, startJob, streamJobs } from './contract/jobs.ts';
import { createEventStreams, type OpenStream } from './event-stream.ts';
import { Refusal, roleOf, serve } from './operation.ts';
import type { StreamRoutes } from './stream.ts';

/** /jobs: long work is asked for here, done by whoever works, and told of as it goes on. */
export function jobRoutes(jobs: Jobs, logger: Logger): StreamRoutes {
  const streams = createEventStreams((wake) => jobs.listen(wake), logger);
  const router = Router();
  serve(router, startJob, ({ body, caller }) => jobs.start(body, { by: caller.actor }));
  serve(router, listJobs, async () => ({ jobs: await jobs.latest() }));
  // Before /jobs/:id, which it would be taken for.
  router[streamJobs.method](streamJobs.path, async (_req, res: Response) => {
    const needs = roleOf(streamJobs);
    if (!isEnough(callerOf(res).role, needs)) return refuseRole(res, needs);
    await streams.answer(
      res,
      async () => ({ text: '\n', start: null }),
      (stream) => follow(jobs, stream),
    );
  });
  serve(router, getJob, async ({ params: { id } }) => {
    const job = await jobs.get(id);
    if (job === null) throw new Refusal(404, 'not-found', `There is no job ${id}: GET /v1/jobs lists the latest.`);
    return job;
  });
  return { router, close: streams.close };
}

/** Writes all of the latest jobs first, then each that has changed since it was written. */
async function follow(jobs: Jobs, { signal, write, nap }: OpenStream): Promise<void> {
  const written = new Map<number, string>();
  for (let id = 1; !signal.aborted; ) {
    const asleep = nap();
    for (const job of (await jobs.latest()).toReversed()) {
      const data = JSON.stringify(job);
      if (written.get(job.jobId) === data) continue;
      written.set(job.jobId, data);
      await write(`id: ${id}\nevent: job\ndata: ${data}\n\n`);
      id += 1;
    }
    await asleep.over;
  }
}
