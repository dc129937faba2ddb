import { StaypowerApiError } from '../../../webhooks/client/staypower-client.ts';

/** What somebody may do, from the least to the most. */
export const ROLES = ['viewer', 'rep', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who is signed in. */
export interface Session {
  userId: string;
  name: string;
  role: Role;
  expiresAt: string;
  /** Goes with every request that changes something. */
  csrfToken: string;
}

/** Whether somebody is signed in, and whether the first account is still to be made. */
export interface SessionState {
  session: Session | null;
  needsSetup: boolean;
}

/** Asks who is signed in. */
export function readSession(): Promise<SessionState> {
  return call('GET', '');
}

/** Signs in. Throws StaypowerApiError for a wrong name or password. */
export function signIn(given: { name: string; password: string }): Promise<SessionState> {
  return call('POST', '', given);
}

/** Makes the first account. Throws StaypowerApiError for a wrong setup token. */
export function setUp(given: { setupToken: string; name: string; password: string }): Promise<SessionState> {
  return call('POST', '/setup', given);
}

/** Signs out. */
export function signOut(csrfToken: string): Promise<SessionState> {
  return call('DELETE', '', undefined, csrfToken);
}

/** Changes one's own password. Throws StaypowerApiError where the present one is wrong or the new one too short. */
export function changePassword(given: { present: string; next: string }, csrfToken: string): Promise<unknown> {
  return call('POST', '/password', given, csrfToken);
}

async function call<Answer>(method: string, path: string, body?: object, csrfToken?: string): Promise<Answer> {
  const response = await fetch(`session${path}`, {
    method,
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(csrfToken !== undefined && { 'x-csrf-token': csrfToken }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Answer & { error?: { code: string; message: string } };
  if (response.ok) return answer;
  const { code = 'unknown', message = `The server answered ${response.status}.` } = answer.error ?? {};
  throw new StaypowerApiError(response.status, code, message);
}
