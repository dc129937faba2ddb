import { DataError } from '../domain/errors.ts';

/** Something that one customer could be given, and what it takes. */
export interface AllocationOption {
  /** The action's name. */
  action: string;
  /** Expected net worth; options of 0 or less are never chosen. */
  worth: number;
  /** By index of the limit: how much of it this takes, above 0. */
  uses: readonly { limit: number; amount: number }[];
}

/** A customer and what could be done; at most one of it is. */
export interface AllocationCustomer {
  customerId: string;
  options: readonly AllocationOption[];
}

/** Something there is only so much of: an owner's minutes, money, customers of a channel, offers. */
export interface AllocationLimit {
  name: string;
  /** 0 or more. */
  available: number;
}

/** Whom to give what, at most one thing each, within limits, for the highest sum of worth. */
export interface AllocationProblem {
  customers: readonly AllocationCustomer[];
  limits: readonly AllocationLimit[];
}

/** Index of the chosen option of each customer, in order; -1 is none. */
export type Choices = Int32Array;

/** What a plan is worth. */
export function worthOfChoices({ customers }: AllocationProblem, choices: Choices): number {
  return customers.reduce((sum, { options }, i) => sum + (options[choices[i] as number]?.worth ?? 0), 0);
}

/** What a plan takes of each limit. */
export function usedBy({ customers, limits }: AllocationProblem, choices: Choices): Float64Array {
  const used = new Float64Array(limits.length);
  for (const [i, { options }] of customers.entries()) {
    for (const { limit, amount } of options[choices[i] as number]?.uses ?? [])
      used[limit] = (used[limit] ?? 0) + amount;
  }
  return used;
}

/** Throws DataError for a number that is none, or a limit that is not there. */
export function checkAllocation({ customers, limits }: AllocationProblem): void {
  const refuse = (field: string, expected: string, found: unknown, row?: string) => {
    throw new DataError({
      ...(row !== undefined && { row }),
      field,
      expected,
      found: String(found),
      remedy: 'check how it is computed, or the limits in the configuration',
    });
  };
  for (const { name, available } of limits) {
    if (!(available >= 0)) refuse(name, 'a limit of 0 or more', available);
  }
  for (const { customerId, options } of customers) {
    for (const { action, worth, uses } of options) {
      if (!Number.isFinite(worth)) refuse(`worth of ${action}`, 'a finite number', worth, customerId);
      for (const { limit, amount } of uses) {
        if (limits[limit] === undefined) refuse(`limit of ${action}`, 'the index of a limit', limit, customerId);
        if (!(amount > 0 && Number.isFinite(amount)))
          refuse(`use of ${action}`, 'a number above 0', amount, customerId);
      }
    }
  }
}
