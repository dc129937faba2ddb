import { AuthError, RateLimitError, VendorError } from '../../core/domain/errors.ts';
import type { Forgetter } from '../../core/ports/connector.ts';
import { retrying } from '../http/retry.ts';
import { userIdOf } from './mapping.ts';

/** Ids that one regulation takes. */
const MOST_IDS = 5_000;
const TIMEOUT_MS = 30_000;
const RETRY_AFTER_MS = 10_000;

/**
 * Has Segment delete what it holds of users, pass the deletion on to its destinations, and drop whatever still comes of them. Segment
 * takes the request at once and works it off by itself, which may last weeks; asked twice it does it once more, which does no harm.
 * https://docs.segmentapis.com/tag/Deletion-and-Suppression
 */
export function createForgetter(publicApiUrl: string, token: string): Forgetter {
  return {
    takes: (externalId) => userIdOf(externalId) !== null,
    forget: async (externalIds) => {
      const userIds = externalIds.flatMap((externalId) => userIdOf(externalId) ?? []);
      for (let at = 0; at < userIds.length; at += MOST_IDS) {
        const some = userIds.slice(at, at + MOST_IDS);
        await retrying(() => regulate(publicApiUrl, token, some), { retries: 2 });
      }
    },
  };
}

async function regulate(url: string, token: string, subjectIds: readonly string[]): Promise<void> {
  let status: number;
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}/regulations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ regulationType: 'SUPPRESS_WITH_DELETE', subjectType: 'USER_ID', subjectIds }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    ({ status } = response);
  } catch (cause) {
    throw new VendorError('Segment gave no answer to a deletion. It is asked again later.', {
      retry: 'later',
      status: 0,
      cause,
    });
  }
  if (status >= 200 && status < 300) return;
  if (status === 401 || status === 403) {
    throw new AuthError(
      `Segment refused the Public API token (${status}). Make one whose role may delete and suppress users (Settings, Workspace settings, Access management, Tokens).`,
      { revoked: true },
    );
  }
  if (status === 429) {
    throw new RateLimitError('Segment’s limit of deletions is reached.', {
      retryAfterMs: RETRY_AFTER_MS,
      scope: 'burst',
    });
  }
  throw new VendorError(`Segment answered a deletion with ${status}. Look at its plan and the token's workspace.`, {
    retry: status >= 500 ? 'later' : 'never',
    status,
    vendorCode: String(status),
  });
}
