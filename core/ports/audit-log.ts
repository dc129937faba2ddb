/** Who did what. */
export interface AuditEntry {
  /** Rises with time: where the next page begins. */
  seq: string;
  at: string;
  /** "user:ID", "key:ID", "api-token", or who ran a command. */
  actor: string;
  /** The person's name at sign-in, where the actor is one who still has an account. */
  name: string | null;
  action: string;
  /** Counts, codes and ids. */
  detail: Readonly<Record<string, string | number>>;
}

/** Every change of a workspace, with who made it. */
export interface AuditLog {
  /** The latest first; `before` is the last seq of the page before. limit 1..500. */
  entries(page: { before: string | null; limit: number }): Promise<readonly AuditEntry[]>;
}
