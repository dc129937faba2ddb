/** Where the core gets the time from. */
export interface Clock {
  now(): Date;
}

/** Where the core gets chance from; deterministic by its seed. */
export interface Random {
  /** 0 <= x < 1. */
  next(): number;
}
