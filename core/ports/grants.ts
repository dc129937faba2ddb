/** What an authorization by OAuth gave, in one shape for all vendors. The tokens are secret. */
export interface Grant {
  accessToken: string;
  refreshToken: string;
  /** ISO 8601; null where the vendor does not say how long the access token lives (Salesforce). */
  accessExpiresAt: string | null;
  scopes: readonly string[];
  /** The vendor's id of the account: portal or organisation. */
  account: string;
  /** The vendor's id of the person who signed in; null where the vendor does not say. */
  userId: string | null;
  /** Address of the account's own API; null where all accounts share one. */
  instanceUrl: string | null;
}

/** A connection made by OAuth, without its secrets. */
export interface GrantStatus {
  connectionId: string;
  vendor: string;
  account: string;
  scopes: readonly string[];
  connectedAt: string;
  renewedAt: string;
  /** Why it must be connected again, in words for the admin; null while it is good. */
  lostReason: string | null;
}

/** Tokens of the connections that were made by OAuth, shared by all processes of a workspace. */
export interface Grants {
  /**
   * The tokens of a connection; null when nobody connected it.
   *
   * @throws AuthError (revoked) when the vendor has ended it, ConfigError when no key opens it
   */
  read(connectionId: string): Promise<Grant | null>;
  /**
   * Tokens other than those that were refused. At most one process at a time asks the vendor, whose answer is stored before it is
   * handed out; who comes later gets it from the store.
   *
   * @param refusedToken the access token that the vendor no longer takes
   * @param refresh asks the vendor; an AuthError with `revoked` marks the connection as lost
   * @throws AuthError, and what `refresh` throws
   */
  renew(connectionId: string, refusedToken: string, refresh: (grant: Grant) => Promise<Grant>): Promise<Grant>;
}

/** A right that is asked for, in the vendor's words and in ours. */
export interface Scope {
  name: string;
  why: string;
  /** An account that cannot grant it is connected all the same. */
  optional: boolean;
}

/** A vendor's authorization-code flow with PKCE (RFC 6749, RFC 7636) for one app. */
export interface OAuthApp {
  readonly scopes: readonly Scope[];
  /** Where the admin's browser goes to approve. */
  authorizationUrl(ask: { state: string; codeChallenge: string; redirectUri: string }): string;
  /** @throws AuthError, VendorError, RateLimitError */
  exchange(answer: { code: string; codeVerifier: string; redirectUri: string }): Promise<Grant>;
}

/** A sign-in that waits for the admin. */
export interface SignIn {
  /** Where the admin's browser goes. */
  authorizationUrl: string;
  /** ISO 8601; the vendor must have sent the browser back before. */
  expiresAt: string;
}

/** A connection that was just made. */
export interface Connected {
  connectionId: string;
  account: string;
  /** Rights that were granted, and optional ones that were not. */
  granted: readonly string[];
  notGranted: readonly Scope[];
}

/** Connections that are made in a browser: what the command and the server's pages do alike. */
export interface SignIns {
  /** Those for which an app is set up. */
  readonly connections: readonly { connectionId: string; vendor: string; scopes: readonly Scope[] }[];
  /**
   * Begins a sign-in.
   *
   * @param begunBy a secret of the browser or process that begins it; only its holder can end it
   * @throws DataError for a connection that is not in `connections`
   */
  begin(connectionId: string, options: { redirectUri: string; begunBy: string }): Promise<SignIn>;
  /**
   * Ends a sign-in: takes its state, which works once, gives the code for tokens and keeps them.
   *
   * @throws AuthError when the state is unknown, used, too old or another's, the vendor refuses the code, or another account was
   *   approved than the connection has been reading
   */
  end(vendor: string, callback: { state: string; code: string }, begunBy: string): Promise<Connected>;
}
