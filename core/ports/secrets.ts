/** One secret of a connection, without its value. */
export interface SecretState {
  /** Environment variable that holds it. */
  variable: string;
  /** What it is, in words. */
  what: string;
  needed: boolean;
  /** Values that count now: two while one is being replaced, 0 where it is not set. */
  live: number;
  /** Whether a new value can stand before the old one while both count. */
  rotates: boolean;
}

/** The secrets of a workspace as one process knows them: none of their values. */
export interface SecretStates {
  connections: readonly { connectionId: string; vendor: string; secrets: readonly SecretState[] }[];
  encryption: {
    /** The key that seals from now on, by a part of its hash; null where none is set. */
    keyId: string | null;
    /** Keys that open: two while one is being replaced. */
    keys: number;
    /** What is in the store under a key, and how much of it under another than the first. */
    sealed: number;
    sealedByOther: number;
  };
}

/** Secrets, and how they are replaced. */
export interface Secrets {
  states(): Promise<SecretStates>;
  /**
   * Seals everything in the store with the first key, so that the old one can go.
   *
   * @returns what was sealed with another key before
   * @throws ConfigError where no key is set, or one is missing that something was sealed with; then nothing has changed
   */
  sealAnew(given: { by: string }): Promise<{ keyId: string; connections: number; webhooks: number }>;
}
