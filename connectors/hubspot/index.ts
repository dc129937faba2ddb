/** HubSpot behind the one port: what it can do, and nothing else. */

import type { Stream } from '../../core/domain/records.ts';
import type { Connector } from '../../core/ports/connector.ts';
import type { ConnectorContext } from '../http/context.ts';
import { accessTokens, type HubSpotSecrets } from './access-tokens.ts';
import { checkAccount } from './check-account.ts';
import { createClient } from './client.ts';
import { createSurvey } from './discover.ts';
import { createLimits } from './limits.ts';
import type { ObjectReader } from './mapping.ts';
import { createPerformer } from './perform.ts';
import { createFieldProvisioner } from './provision-fields.ts';
import { pullStream } from './pull.ts';
import { accountReader } from './pull-accounts.ts';
import { contactReader } from './pull-contacts.ts';
import { engagementReaders } from './pull-engagement.ts';
import { transactionReaders } from './pull-transactions.ts';
import { readChanges } from './read-changes.ts';
import { createUninstaller } from './remove-ours.ts';
import { type HubSpotSettings, mappingOf } from './settings.ts';
import { createTotals } from './totals.ts';
import { createScoreWriter } from './write-scores.ts';

export type { HubSpotSecrets } from './access-tokens.ts';
export { hubspotOAuth } from './oauth.ts';
export { type HubSpotSettings, hubspotSettingsSchema } from './settings.ts';

const TIMEOUT_MS = 30_000;
/** What an app that was installed by OAuth may call in an account. https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines */
const OAUTH_CALLS_PER_10_SECONDS = 110;

/** A connector to one HubSpot account. Throws no errors but those of core/domain/errors.ts. */
export function createHubSpot(
  context: ConnectorContext,
  settings: HubSpotSettings,
  secrets: HubSpotSecrets,
): Connector {
  const byGrant = 'grants' in secrets;
  const callsPer10Seconds = byGrant
    ? Math.min(settings.callsPer10Seconds, OAUTH_CALLS_PER_10_SECONDS)
    : settings.callsPer10Seconds;
  const limits = createLimits({ ...settings, callsPer10Seconds }, context);
  const accessToken = byGrant ? accessTokens(context, settings, secrets) : secrets.accessToken;
  const clientOf = (priority: number) =>
    createClient({
      baseUrl: settings.baseUrl,
      accessToken,
      limits,
      logger: context.logger,
      priority,
      timeoutMs: TIMEOUT_MS,
    });
  const batch = clientOf(5);
  // Somebody waits for what a webhook brings.
  const live = clientOf(0);
  const readers: Readonly<Partial<Record<Stream, readonly ObjectReader[]>>> = {
    accounts: [accountReader()],
    contacts: [contactReader(settings)],
    transactions: transactionReaders(settings, context.currency),
    engagement: engagementReaders(settings),
  };
  const all = Object.values(readers).flat();
  return {
    vendor: 'hubspot',
    connectionId: context.connectionId,
    source: {
      streams: ['accounts', 'contacts', 'transactions', 'engagement'],
      mapping: mappingOf(settings, context.currency),
      survey: createSurvey(batch, settings),
      totals: createTotals(batch, settings, context),
      pull: (stream, cursor) =>
        pullStream(batch, readers[stream] ?? [], cursor, context.clock, (object) =>
          context.logger.warn(
            { connectionId: context.connectionId, object },
            'HubSpot does not let us read this object: it is left out; "check" says what it takes',
          ),
        ),
    },
    inbound: { read: (deliveries) => readChanges(live, all, deliveries, settings.appId) },
    subscription: null,
    fields: createFieldProvisioner(batch),
    scores: createScoreWriter({ batch, live }),
    actions: createPerformer(live, context.timeZone),
    uninstall: createUninstaller(batch, byGrant),
    forgetter: null,
    opinions: null,
    check: () =>
      checkAccount(
        batch,
        all.map((reader) => reader.object),
        { configured: callsPer10Seconds, granted: () => limits.granted() },
      ),
    usage: limits.usage,
    close: async () => {},
  };
}
