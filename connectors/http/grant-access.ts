import { AuthError, StaypowerError } from '../../core/domain/errors.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Grant, Grants } from '../../core/ports/grants.ts';
import { retrying } from './retry.ts';

/** The tokens of one connection as its calls use them. */
export interface GrantAccess {
  /** The present grant, renewed first when it is about to expire; null when nobody connected it. Throws AuthError. */
  current(): Promise<Grant | null>;
  /** A grant other than the one whose access token was refused; calls that come together share one renewal. Throws AuthError. */
  renew(refusedToken: string): Promise<Grant>;
}

/** An access token with less than this to live is renewed before it is used. */
const EARLY_MS = 60_000;
/**
 * What was read, also that there is nothing, is good for this long. A process that has been idle would else spend its one retry on a token that another process
 * had renewed and that has expired since.
 */
const REMEMBERED_MS = 60_000;

/**
 * Holds a connection's grant and renews it through the store, which all processes share.
 *
 * @param refresh asks the vendor; it is tried at most twice, for a refresh token may be spent by a try that seemed to fail
 */
export function createGrantAccess(
  connectionId: string,
  grants: Grants,
  refresh: (grant: Grant) => Promise<Grant>,
  clock: Clock,
): GrantAccess {
  let held: Grant | null = null;
  let readAtMs = Number.NEGATIVE_INFINITY;
  let renewing: Promise<Grant> | null = null;
  const renew = (refusedToken: string): Promise<Grant> => {
    if (renewing !== null) return renewing;
    if (held !== null && held.accessToken !== refusedToken) return Promise.resolve(held);
    const renewal = grants.renew(connectionId, refusedToken, (grant) => retrying(() => refresh(grant), { retries: 1 }));
    renewing = renewal.then(
      (grant) => {
        held = grant;
        readAtMs = clock.now().getTime();
        renewing = null;
        return grant;
      },
      (error: unknown) => {
        // What the store says counts, not what we remember: the admin may have connected it again meanwhile.
        readAtMs = Number.NEGATIVE_INFINITY;
        renewing = null;
        throw notRenewed(connectionId, error);
      },
    );
    return renewing;
  };
  return {
    current: async () => {
      if (renewing !== null) return renewing;
      const nowMs = clock.now().getTime();
      if (nowMs - readAtMs > REMEMBERED_MS) {
        held = await grants.read(connectionId);
        readAtMs = nowMs;
      }
      if (held === null) return null;
      return expiresSoon(held, clock) ? renew(held.accessToken) : held;
    },
    renew,
  };
}

/** A call is not to be repeated over a renewal that has been repeated itself: the next cycle tries again. */
function notRenewed(connectionId: string, error: unknown): unknown {
  if (!(error instanceof StaypowerError) || error.retry !== 'later') return error;
  return new AuthError(`The access token of ${connectionId} could not be renewed for now: ${error.message}`, {
    revoked: false,
    cause: error,
  });
}

function expiresSoon({ accessExpiresAt }: Grant, clock: Clock): boolean {
  return accessExpiresAt !== null && Date.parse(accessExpiresAt) - clock.now().getTime() < EARLY_MS;
}
