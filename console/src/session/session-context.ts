import { createContext, useContext } from 'react';
import { StaypowerClient } from '../../../webhooks/client/staypower-client.ts';
import { ROLES, type Role, type Session } from './session-api.ts';

/** What pages know of who looks at them. */
export interface SignedIn {
  session: Session;
  /** Calls the API in their name. */
  client: StaypowerClient;
  /** Whether their role is enough for what needs another. */
  may(needs: Role): boolean;
  /** Goes back to the sign-in. */
  signOut(): void;
}

export const SignedInContext = createContext<SignedIn | null>(null);

/** Who is signed in; only below the SessionGate. */
export function useSignedIn(): SignedIn {
  const signedIn = useContext(SignedInContext);
  if (signedIn === null) throw new Error('This is shown to who is signed in alone.');
  return signedIn;
}

/** The API, as who is signed in may use it. */
export function useClient(): StaypowerClient {
  return useSignedIn().client;
}

/** A client with a session's rights. Its address is the page's own, below whatever path a proxy put it. */
export function clientOf({ csrfToken }: Session): StaypowerClient {
  return new StaypowerClient(new URL('.', document.baseURI).href, { csrfToken });
}

/** Whether a role is enough for what needs another. */
export function isEnough(has: Role, needs: Role): boolean {
  return ROLES.indexOf(has) >= ROLES.indexOf(needs);
}
