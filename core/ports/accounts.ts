import type { Role } from '../domain/roles.ts';

/** Somebody who may sign in. */
export interface Account {
  userId: string;
  /** What is typed at sign-in. */
  name: string;
  role: Role;
  /** ISO 8601. */
  createdAt: string;
}

/** A browser that has signed in. */
export interface Session {
  userId: string;
  name: string;
  role: Role;
  expiresAt: string;
}

/** A session that has just begun, with the secret that its cookie carries. */
export interface NewSession {
  token: string;
  session: Session;
}

/** A key by which a program calls the API. */
export interface ApiKey {
  keyId: string;
  label: string;
  role: Role;
  createdAt: string;
  createdBy: string;
}

/** Who may use the console and the API. Secrets are kept as hashes; every change is in the audit log under the name of `by`. */
export interface Accounts {
  /** Whether nobody has an account yet. */
  needsSetup(): Promise<boolean>;
  /** A new token for the first account, in place of any before; null once somebody has an account. */
  newSetupToken(): Promise<string | null>;
  /** Makes the first account, an admin's. Null when the token is wrong or the workspace is set up. */
  setUp(given: { setupToken: string; name: string; password: string }): Promise<NewSession | null>;
  /** Null for a wrong name or password: which, is not said. */
  signIn(given: { name: string; password: string }): Promise<NewSession | null>;
  /** The session of a cookie; null when there is none, or it has ended. */
  sessionOf(token: string): Promise<Session | null>;
  signOut(token: string): Promise<void>;
  /** Ends the person's other sessions. False when the present password is wrong. */
  changePassword(userId: string, given: { present: string; next: string; keep: string }): Promise<boolean>;

  users(): Promise<readonly Account[]>;
  /** Returns a first password, shown once. Throws DataError when the name is taken. */
  addUser(given: { name: string; role: Role; by: string }): Promise<{ userId: string; password: string }>;
  /** Ends the person's sessions. Throws DataError for an unknown person and for the last admin. */
  changeRole(userId: string, given: { role: Role; by: string }): Promise<void>;
  /** A new password, shown once; ends the person's sessions. Throws DataError for an unknown person. */
  resetPassword(userId: string, given: { by: string }): Promise<{ password: string }>;
  /** Throws DataError for an unknown person and for the last admin. */
  removeUser(userId: string, given: { by: string }): Promise<void>;

  keys(): Promise<readonly ApiKey[]>;
  /** Returns the key, shown once. */
  addKey(given: { label: string; role: Role; by: string }): Promise<{ keyId: string; key: string }>;
  /** Throws DataError for an unknown key. */
  revokeKey(keyId: string, given: { by: string }): Promise<void>;
  /** The key that a program showed; null when it is unknown or revoked. */
  keyOf(key: string): Promise<{ keyId: string; role: Role } | null>;
}
