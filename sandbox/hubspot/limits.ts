import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import { note } from '../kernel/http.ts';
import type { Kernel, SandboxOptions } from '../kernel/types.ts';

const TEN_SECONDS_MS = 10_000;
const DAILY = 625_000;
/** Association calls have a lower limit of their own on Professional and Enterprise. */
const ASSOCIATIONS = 150;
/** The highest limit an account can buy; beyond it a test has set limits out of its way. */
const MOST = 250;

/**
 * HubSpot's limits: so many calls in any rolling ten seconds for each app, of them at most 150 to the associations API, and five
 * searches a second for the account. Search replies carry no limit headers. A refused call is not counted against the window.
 */
export function limits(kernel: Kernel, options: SandboxOptions) {
  const perTenSeconds = options.hubspotBurstPer10s ?? 190;
  const searches = options.hubspotSearchPerSecond ?? 5;
  const calls: number[] = [];
  const associated: number[] = [];
  const associations = perTenSeconds > MOST ? perTenSeconds : Math.min(perTenSeconds, ASSOCIATIONS);
  const searched: number[] = [];
  let today = 0;
  const refuse = (res: Response, policyName: string, words: string) => {
    note(res, { operation: 'free' });
    res.status(429).json({
      status: 'error',
      message: `You have reached your ${words} limit.`,
      errorType: 'RATE_LIMIT',
      correlationId: randomUUID(),
      policyName,
      groupName: 'publicapi:private-apps:calls-by-portal',
    });
  };
  return (req: Request, res: Response, next: NextFunction) => {
    if (!req.path.startsWith('/crm/') && !req.path.startsWith('/automation/')) return next();
    const now = kernel.now().getTime();
    if (req.path.endsWith('/search')) {
      while (searched.length > 0 && (searched[0] ?? 0) <= now - 1_000) searched.shift();
      if (searched.length >= searches) return refuse(res, 'SECONDLY', 'secondly');
      searched.push(now);
      return next();
    }
    while (calls.length > 0 && (calls[0] ?? 0) <= now - TEN_SECONDS_MS) calls.shift();
    if (calls.length >= perTenSeconds) return refuse(res, 'TEN_SECONDLY_ROLLING', 'ten_secondly_rolling');
    if (/\/associations\//.test(req.path)) {
      while (associated.length > 0 && (associated[0] ?? 0) <= now - TEN_SECONDS_MS) associated.shift();
      if (associated.length >= associations) return refuse(res, 'TEN_SECONDLY_ROLLING', 'ten_secondly_rolling');
      associated.push(now);
    }
    calls.push(now);
    today += 1;
    res.set({
      'X-HubSpot-RateLimit-Daily': String(DAILY),
      'X-HubSpot-RateLimit-Daily-Remaining': String(Math.max(DAILY - today, 0)),
      'X-HubSpot-RateLimit-Interval-Milliseconds': String(TEN_SECONDS_MS),
      'X-HubSpot-RateLimit-Max': String(perTenSeconds),
      'X-HubSpot-RateLimit-Remaining': String(perTenSeconds - calls.length),
    });
    next();
  };
}
