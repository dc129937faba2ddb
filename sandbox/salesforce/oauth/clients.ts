import { CREDENTIALS } from '../../credentials.ts';
import type { Org } from '../org/org.ts';

/** A connected app. With a public key it may use the JWT flow only with assertions that key verifies. */
export interface ConnectedApp {
  clientId: string;
  clientSecret: string;
  /** PEM (SPKI or X.509); null takes any well-formed assertion. */
  publicKeyPem: string | null;
}

/** The app every sandbox has. */
export const DEMO_APP: ConnectedApp = {
  ...CREDENTIALS.salesforce,
  publicKeyPem: null,
};

/** The app of a client id; undefined when there is none. */
export function appOf(org: Org, clientId: string): ConnectedApp | undefined {
  const registered = org.kernel.table<ConnectedApp>('salesforce.apps').get(clientId);
  return registered ?? (clientId === DEMO_APP.clientId ? DEMO_APP : undefined);
}

/** Registers an app or changes one. */
export function registerApp(org: Org, app: ConnectedApp): void {
  org.kernel.table<ConnectedApp>('salesforce.apps').set(app.clientId, app);
}
