import type { Request, Response } from 'express';
import { note } from '../../kernel/http.ts';
import { invalidSession, notFound, SalesforceError } from '../errors.ts';
import { sessionOf } from '../oauth/tokens.ts';
import type { Org } from '../org/org.ts';
import { type Call, textOf } from './call.ts';

/** The API versions the sandbox answers, newest last. */
export const VERSIONS: readonly number[] = Array.from({ length: 22 }, (_, index) => 46 + index);

const DAY_MS = 86_400_000;

interface Usage {
  windowStart: number;
  calls: number;
}

/**
 * Lets a data call in: token, allocation, version; and says how much of the allocation is used.
 * @throws SalesforceError 401 INVALID_SESSION_ID, 403 REQUEST_LIMIT_EXCEEDED, 404 NOT_FOUND.
 */
export function letIn(org: Org, req: Request, res: Response): Call {
  const session = sessionOf(org, bearerOf(req));
  if (session === null) throw invalidSession();
  const used = countCall(org);
  const limit = org.settings.dailyApiRequests;
  res.set('Sforce-Limit-Info', `api-usage=${Math.min(used, limit)}/${limit}`);
  if (used > limit) throw new SalesforceError(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
  const version = textOf(req.params.version).replace(/^v/, '');
  if (!/^\d{2}\.0$/.test(version) || !VERSIONS.includes(Number(version))) throw notFound();
  return {
    org,
    req,
    res,
    userId: session.userId,
    version,
    basePath: `/services/data/v${version}`,
    say: (what) => note(res, what),
  };
}

/** The access token of a request; Salesforce takes `Bearer` and the older `OAuth`. */
export function bearerOf(req: Request): string {
  return /^(?:Bearer|OAuth)\s+(\S+)$/i.exec(req.headers.authorization ?? '')?.[1] ?? '';
}

/** Calls used in the present window of 24 hours. */
export function usedCalls(org: Org): number {
  const usage = org.kernel.table<Usage>('salesforce.usage').get('calls');
  return usage === undefined || org.kernel.now().getTime() - usage.windowStart >= DAY_MS ? 0 : usage.calls;
}

function countCall(org: Org): number {
  const table = org.kernel.table<Usage>('salesforce.usage');
  const now = org.kernel.now().getTime();
  const calls = usedCalls(org);
  const windowStart = calls === 0 ? now : (table.get('calls')?.windowStart ?? now);
  table.set('calls', { windowStart, calls: calls + 1 });
  return calls + 1;
}
