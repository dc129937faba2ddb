import { Router } from 'express';
import { z } from 'zod';
import type { Queries } from '../../core/ports/engine.ts';

const band = z.enum(['high', 'medium', 'low', 'lapsed']);
const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  after: z.uuid().optional(),
  churnBand: band.optional(),
  valueBand: band.exclude(['lapsed']).optional(),
});

/** GET /customers, /customers/{id}, /customers/{id}/scores, /customers/{id}/explanation. */
export function customerRoutes(queries: Queries): Router {
  const router = Router();
  router.get('/customers', async (req, res) => {
    const query = listQuery.safeParse(req.query);
    if (!query.success) {
      res.status(400).json({
        error: {
          code: 'bad-request',
          message: query.error.issues.map((issue) => `${issue.path.join('.') || 'query'}: ${issue.message}`).join('; '),
        },
      });
      return;
    }
    const { limit, after, churnBand, valueBand } = query.data;
    const customers = await queries.customers({
      limit,
      after: after ?? null,
      ...(churnBand && { churnBand }),
      ...(valueBand && { valueBand }),
    });
    res.json({ customers, next: customers.length === limit ? (customers.at(-1)?.customerId ?? null) : null });
  });
  for (const what of ['', '/scores', '/explanation'] as const) {
    router.get(`/customers/:id${what}`, async (req, res) => {
      const found = await queries.explain(String(req.params['id']));
      if (!found) {
        res.status(404).json({
          error: { code: 'not-found', message: 'No scored customer has this id, e-mail address or external id.' },
        });
        return;
      }
      const { contributions, baselines, reasons, change, history, records, merges, ...scores } = found;
      if (what === '/scores') res.json({ ...scores, history });
      else if (what === '/explanation') {
        res.json({ customerId: found.customerId, reasons, change, contributions, baselines, merges });
      } else res.json({ ...scores, reasons, change, records });
    });
  }
  return router;
}
