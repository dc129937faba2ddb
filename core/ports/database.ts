/**
 * What the store needs of a database. Both drivers (PGlite, PostgreSQL) speak the same SQL and return the same JavaScript values:
 * int8 -> bigint, int4/float8 -> number, numeric -> string, date -> "YYYY-MM-DD", timestamptz -> ISO 8601 string in UTC,
 * jsonb -> parsed JSON, bool -> boolean, text[] -> string[]. Parameters take the same values back.
 */
export interface Sql {
  /** One statement with $1, $2 ... parameters. Unqualified names resolve in the workspace's schema. */
  query<Row extends object>(text: string, parameters?: readonly unknown[]): Promise<Row[]>;
  /** Wakes whoever listens on the channel, in whatever process, once the transaction commits; at once outside of one. */
  notify(channel: string): Promise<void>;
}

/** One workspace's schema in one database. */
export interface Database extends Sql {
  readonly engine: 'pglite' | 'postgres';
  /** The schema, e.g. "ws_default". */
  readonly schema: string;
  /** Runs `work` in a transaction: commits when it resolves, rolls back when it throws. Not nested. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /**
   * Runs `work` while nobody else, in this process or another on the same store, runs work under the same name in this workspace.
   * Waits for its turn; the turn ends with the work or with the process. Queries of `work` go through this database as usual.
   */
  exclusive<T>(name: string, work: () => Promise<T>): Promise<T>;
  /**
   * Takes those of the names that nobody holds, here or in another process, without waiting, and runs `work` with them; they are free
   * again when it ends, and when the process or its connection does: what must not happen twice checks that itself when it commits.
   * The same names as those of `exclusive`.
   */
  holding<T>(names: readonly string[], work: (held: readonly string[]) => Promise<T>): Promise<T>;
  /** Calls `wake` after what was told by `notify` on the channel, in this process or another. Resolves to the way to stop. */
  listen(channel: string, wake: () => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}
