import { Router } from 'express';
import type { Kernel, SandboxOptions, VendorSandbox } from '../kernel/types.ts';
import { controlRoutes } from './control.ts';
import { eventControlRoutes } from './control-events.ts';
import { errorBody, invalidSession, SalesforceError } from './errors.ts';
import { dataRoutes } from './http/routes.ts';
import { oauthRoutes } from './oauth/routes.ts';
import { openOrg } from './org/org.ts';
import { OutboundSender } from './outbound.ts';
import { Bus } from './pubsub/bus.ts';
import { Capture } from './pubsub/capture.ts';
import { type PubSubServer, servePubSub } from './pubsub/server.ts';

/** Access tokens live two hours unless told otherwise, as with the vendor's default session. */
const TOKEN_LIFETIME_SECONDS = 7200;

/** The vendor's usual error for a status that a planted fault asks for: [errorCode, message]. */
const USUAL: Readonly<Record<number, readonly [string, string]>> = {
  400: ['MALFORMED_QUERY', 'unexpected token: <EOF>'],
  403: ['REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'],
  404: ['NOT_FOUND', 'The requested resource does not exist'],
  500: [
    'UNKNOWN_EXCEPTION',
    'An unexpected error occurred. Please include this ErrorId if you contact support: 1111111111-11111 (-1111111111)',
  ],
  503: ['SERVER_UNAVAILABLE', 'We are down for maintenance, or there were too many requests in an hour.'],
};

/** The look-alike, and its Pub/Sub API, which has a port of its own. */
export interface SalesforceSandbox extends VendorSandbox {
  servePubSub(port: number): Promise<PubSubServer>;
}

/** The Salesforce look-alike on a kernel: OAuth, REST, SOQL, collections, Bulk 2.0, tooling, cadences, outbound messages, events. */
export function createSalesforce(kernel: Kernel, options: SandboxOptions): SalesforceSandbox {
  const org = openOrg(kernel);
  const outbound = new OutboundSender(org);
  const router = Router();
  const bus = new Bus(org);
  router.use(controlRoutes(org, outbound));
  router.use(eventControlRoutes(bus, new Capture(org, bus)));
  router.use(oauthRoutes(org, options.tokenLifetimeSeconds ?? TOKEN_LIFETIME_SECONDS));
  router.use(dataRoutes(org));
  return {
    name: 'salesforce',
    router,
    faultReply: (status) => {
      const [errorCode, message] = USUAL[status] ?? ['UNKNOWN_EXCEPTION', 'An unexpected error occurred.'];
      const error = status === 401 ? invalidSession() : new SalesforceError(status, errorCode, message);
      return { headers: {}, body: errorBody(error) };
    },
    servePubSub: (port) => servePubSub(org, bus, port),
    close: () => outbound.close(),
  };
}
