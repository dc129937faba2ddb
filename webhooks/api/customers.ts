import { Router } from 'express';
import type { CustomerExplanation, Queries } from '../../core/ports/engine.ts';
import { getCustomer, getExplanation, getScores, listCustomers } from './contract/customers.ts';
import { Refusal, serve } from './operation.ts';

/** GET /customers, /customers/{id}, /customers/{id}/scores, /customers/{id}/explanation. */
export function customerRoutes(queries: Queries): Router {
  const router = Router();
  const find = async (id: string): Promise<CustomerExplanation> => {
    const found = await queries.explain(id);
    if (found) return found;
    throw new Refusal(404, 'not-found', 'No scored customer has this id, e-mail address or external id.');
  };
  serve(router, listCustomers, async ({ query: { limit, after, churnBand, valueBand } }) => {
    const customers = await queries.customers({
      limit,
      after: after ?? null,
      ...(churnBand && { churnBand }),
      ...(valueBand && { valueBand }),
    });
    return { customers, next: customers.length === limit ? (customers.at(-1)?.customerId ?? null) : null };
  });
  serve(router, getCustomer, async ({ params }) => {
    return without(await find(params.id), 'contributions', 'baselines', 'history', 'merges');
  });
  serve(router, getScores, async ({ params }) => {
    return without(await find(params.id), 'contributions', 'baselines', 'reasons', 'change', 'records', 'merges');
  });
  serve(router, getExplanation, async ({ params }) => {
    const { customerId, reasons, change, contributions, baselines, merges } = await find(params.id);
    return { customerId, reasons, change, contributions, baselines, merges };
  });
  return router;
}

function without<Whole extends object, Key extends keyof Whole>(
  whole: Whole,
  ...keys: readonly Key[]
): Omit<Whole, Key> {
  const rest: Partial<Whole> = { ...whole };
  for (const key of keys) delete rest[key];
  return rest as Omit<Whole, Key>;
}
