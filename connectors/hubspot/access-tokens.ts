import { AuthError } from '../../core/domain/errors.ts';
import type { Grants } from '../../core/ports/grants.ts';
import type { ConnectorContext } from '../http/context.ts';
import { createGrantAccess } from '../http/grant-access.ts';
import type { AccessTokens } from './client.ts';
import { type HubSpotApp, refreshHubSpot } from './oauth.ts';
import type { HubSpotSettings } from './settings.ts';

/** Access to an account: a static token, or an app with the tokens that an admin approved in the browser. */
export type HubSpotSecrets = { accessToken: string } | (HubSpotApp & { grants: Grants });

/** The access tokens of a connection that was made in the browser. */
export function accessTokens(
  { connectionId, clock }: ConnectorContext,
  settings: HubSpotSettings,
  { grants, ...app }: HubSpotApp & { grants: Grants },
): AccessTokens {
  const access = createGrantAccess(connectionId, grants, (grant) => refreshHubSpot(settings, app, clock, grant), clock);
  return {
    current: async () => {
      const grant = await access.current();
      if (grant !== null) return grant.accessToken;
      throw new AuthError(`${connectionId} is not connected yet.`, {
        revoked: true,
        remedy: `Run "staypower connect ${connectionId}", or set its ACCESS_TOKEN in the environment.`,
      });
    },
    renew: async (refused) => (await access.renew(refused)).accessToken,
  };
}
