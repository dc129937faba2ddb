import { CREDENTIALS } from '../../sandbox/index.ts';
import type { Sandbox } from '../../sandbox/kernel/types.ts';

/** Endpoints and credentials of a sandbox as the product's environment. */
export function sandboxEnvironment({ urls, pubSubUrl }: Sandbox): Record<string, string> {
  return {
    SALESFORCE_LOGIN_URL: urls.salesforce,
    SALESFORCE_PUBSUB_URL: pubSubUrl,
    SALESFORCE_CLIENT_ID: CREDENTIALS.salesforce.clientId,
    SALESFORCE_CLIENT_SECRET: CREDENTIALS.salesforce.clientSecret,
    HUBSPOT_BASE_URL: urls.hubspot,
    HUBSPOT_ACCESS_TOKEN: CREDENTIALS.hubspot.accessToken,
    SEGMENT_HOST: urls.segment,
    SEGMENT_PROFILES_URL: urls.segment,
    SEGMENT_WRITE_KEY: CREDENTIALS.segment.writeKey,
  };
}
