import { STREAMS, type Stream } from '../../core/domain/records.ts';
import type { Connector } from '../../core/ports/connector.ts';
import type { ConnectorContext } from '../http/context.ts';
import type { SalesforceSecrets } from './auth.ts';
import { checkOrganisation } from './check.ts';
import { createClient } from './client.ts';
import { COLLECTION_ROWS } from './collections.ts';
import { createDescriber } from './describe.ts';
import { createSurvey } from './discover.ts';
import { type Organisation, plainSource, plainSources } from './object-source.ts';
import { createPerformer } from './perform.ts';
import { provisionFields } from './provision-fields.ts';
import { subscribeBy } from './pubsub/index.ts';
import { pullStream } from './pull.ts';
import { ACCOUNT } from './pull-accounts.ts';
import { contactObject } from './pull-contacts.ts';
import { ENGAGEMENT } from './pull-engagement.ts';
import { opportunitySources } from './pull-opportunities.ts';
import { orderObject } from './pull-orders.ts';
import { feedbackSource } from './read-feedback.ts';
import { ROLE, readNotifications } from './read-notifications.ts';
import { readScores } from './read-scores.ts';
import { createUninstaller } from './remove-ours.ts';
import { mappingOf, type SalesforceSettings } from './settings.ts';
import { revokeToken } from './token-endpoint.ts';
import { createTotals } from './totals.ts';
import { writeScores } from './write-scores.ts';

export type { SalesforceSecrets } from './auth.ts';
export { salesforceOAuth } from './oauth.ts';
export { type SalesforceSettings, salesforceSettingsSchema } from './settings.ts';

/** A Salesforce organisation behind the port: contacts, accounts, sales and engagement in; scores, tasks and cadences out. */
export function createSalesforce(
  context: ConnectorContext,
  settings: SalesforceSettings,
  secrets: SalesforceSecrets,
): Connector {
  const client = createClient(context, settings, secrets);
  const organisation: Organisation = {
    client,
    describer: createDescriber(client),
    settings,
    currency: context.currency,
  };
  const contact = contactObject(settings);
  const orders = settings.readOrders ? [orderObject(context.currency)] : [];
  const engagement = settings.engagementObjects.map((object) => ENGAGEMENT[object]);
  const plain = [ACCOUNT, contact, ...orders, ...engagement];
  const events =
    settings.pubSub &&
    subscribeBy(settings.pubSub, context, client, new Set(['Opportunity', ROLE, ...plain.map(({ object }) => object)]));
  const sourcesOf = async (stream: Stream) => {
    switch (stream) {
      case 'accounts':
        return [plainSource(organisation, ACCOUNT)];
      case 'contacts':
        return [plainSource(organisation, contact)];
      case 'transactions':
        return [...opportunitySources(organisation), ...(await plainSources(organisation, orders))];
      case 'engagement':
        return plainSources(organisation, engagement);
      case 'inbox':
        return [];
    }
  };
  const missedDeletions = (object: string) =>
    context.logger.warn(
      { connectionId: context.connectionId, object },
      'the last pull is more than 15 days back: records deleted before may have left the recycle bin unseen',
    );
  return {
    vendor: 'salesforce',
    connectionId: context.connectionId,
    source: {
      streams: STREAMS.filter((stream) => stream !== 'inbox'),
      mapping: mappingOf(settings, context.currency),
      survey: createSurvey(organisation),
      totals: createTotals(organisation),
      pull: async function* (stream, cursor) {
        yield* pullStream(client, await sourcesOf(stream), cursor, missedDeletions);
      },
    },
    inbound: {
      read: (deliveries) => readNotifications(organisation, plain, deliveries),
    },
    subscription: events?.subscription ?? null,
    fields: { provision: (fields, options) => provisionFields(organisation, fields, options) },
    scores: {
      batchRows: COLLECTION_ROWS,
      kinds: ['contact', 'account'],
      carries: () => true,
      write: (rows, lane) => writeScores(organisation, rows, lane),
      read: (records, names) => readScores(client, records, names),
    },
    actions: createPerformer(client),
    uninstall: createUninstaller(organisation, leaveOf(context, settings, secrets)),
    forgetter: null,
    opinions: settings.readFeedback ? feedbackSource(organisation) : null,
    check: async () => {
      const report = await checkOrganisation(organisation, [ACCOUNT, contact, ...orders], engagement);
      return events === null || report.account === ''
        ? report
        : { ...report, problems: [...report.problems, ...(await events.check())] };
    },
    usage: client.usage,
    close: async () => events?.close(),
  };
}

/** Ends what an admin approved in a browser; null where the secrets are of another kind. */
function leaveOf(
  { connectionId }: ConnectorContext,
  { loginUrl }: SalesforceSettings,
  secrets: SalesforceSecrets,
): (() => Promise<void>) | null {
  if (!('clientSecret' in secrets) || secrets.grants === undefined) return null;
  const { grants } = secrets;
  return async () => {
    const grant = await grants.read(connectionId);
    if (grant !== null) await revokeToken(loginUrl, grant.refreshToken);
  };
}
