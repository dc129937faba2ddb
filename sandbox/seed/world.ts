/**
 * The world the sandbox is seeded with: people, what they bought, what they did, and in which system each fact is on record.
 * Vendor folders turn a World into their own records (`seedHubSpot(kernel, world)` and its like).
 */
import type { VendorName } from '../kernel/types.ts';

/** A person, on record in one to three systems under the same e-mail address. */
export interface WorldPerson {
  /** Stable, e.g. "p00042" or the customer_id of an imported file. */
  id: string;
  firstName: string;
  lastName: string;
  email: string;
  phone: string | null;
  companyId: string | null;
  /** Index into World.owners. */
  owner: number;
  createdAt: string;
  systems: readonly VendorName[];
  doNotContact: boolean;
}

/** A sale, refund or cancellation. `systems` has more than one entry for a double: one sale on record in two systems. */
export interface WorldOrder {
  id: string;
  personId: string;
  kind: 'order' | 'refund' | 'cancel';
  /** The order that a refund or cancellation refers to. */
  refersTo: string | null;
  at: string;
  /** Decimal string, >= 0; the refunded amount for a refund. */
  amount: string;
  currency: string;
  systems: readonly VendorName[];
  /** The shop's order number where the systems share one; null where they do not. */
  reference: string | null;
}

/** Something a person did. */
export interface WorldEvent {
  id: string;
  personId: string;
  system: VendorName;
  channel: 'web' | 'email' | 'meeting' | 'product' | 'support' | 'task';
  /** e.g. "Page Viewed", "email_reply", "meeting_held", "case_opened". */
  name: string;
  at: string;
}

export interface WorldCompany {
  id: string;
  name: string;
  domain: string;
}

export interface WorldOwner {
  id: string;
  firstName: string;
  lastName: string;
  email: string;
}

/** Everything the sandbox is seeded with. Sorted by time; ids unique. */
export interface World {
  seed: number;
  people: readonly WorldPerson[];
  companies: readonly WorldCompany[];
  owners: readonly WorldOwner[];
  orders: readonly WorldOrder[];
  events: readonly WorldEvent[];
}
