import { type Request, type Response, Router } from 'express';
import { minimumCalls } from '../minimum-calls.ts';
import type { FullKernel } from './kernel.ts';
import type { Fault, VendorName } from './types.ts';

/** The control surface, the same on every vendor's port: log, faults, clock, counts, the bill of calls. Not part of any vendor. */
export function control(kernel: FullKernel): Router {
  const router = Router();
  const body = (req: Request) =>
    Buffer.isBuffer(req.body) && req.body.length > 0 ? (JSON.parse(req.body.toString('utf8')) as unknown) : {};
  const since = (req: Request) => Number(req.query['since'] ?? 0);
  router.get('/_sandbox/requests', (req: Request, res: Response) => {
    res.json(kernel.log.since(since(req), req.query['vendor'] as VendorName | undefined));
  });
  router.delete('/_sandbox/requests', (_req, res: Response) => {
    kernel.log.clear();
    res.sendStatus(204);
  });
  router.get('/_sandbox/faults', (_req, res: Response) => {
    res.json(kernel.faults.list());
  });
  router.post('/_sandbox/faults', (req: Request, res: Response) => {
    const given = body(req) as Partial<Fault>;
    res.status(201).json(kernel.faults.add({ times: 1, after: 0, ...given } as Omit<Fault, 'id'>));
  });
  router.delete('/_sandbox/faults', (_req, res: Response) => {
    kernel.faults.clear();
    res.sendStatus(204);
  });
  router.post('/_sandbox/clock', (req: Request, res: Response) => {
    const { now } = body(req) as { now?: string | null };
    kernel.setClock(now ? new Date(now) : null);
    res.json({ now: kernel.now().toISOString() });
  });
  router.get('/_sandbox/state', (_req, res: Response) => {
    res.json(kernel.counts());
  });
  router.get('/_sandbox/minimum-calls', (req: Request, res: Response) => {
    res.json(minimumCalls(kernel.log.since(since(req))));
  });
  return router;
}
