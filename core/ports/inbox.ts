import type { Json } from '../domain/json.ts';

/** A message as it came in, verified and not yet read. */
export interface InboxMessage {
  /** The vendor's own identity of the event: a second message with the same key on the same connection is dropped. */
  deliveryKey: string;
  payload: Json;
  /** The vendor's id of what it is about: messages about one record are read in the order they came. Absent where it names none. */
  about?: string;
}

/** How the body of a delivery is to be read: a vendor's webhooks, or HubSpot's custom workflow actions. */
export type DeliveryForm = 'hubspot' | 'hubspot-workflow' | 'salesforce' | 'segment';

/** What a vendor sent in one call, verified and not yet looked into. */
export interface RawDelivery {
  connectionId: string;
  form: DeliveryForm;
  body: Buffer;
}

/** Takes the bodies of a form apart into messages. Throws DataError for a body that is none of that form. */
export type DeliveryReaders = Readonly<Record<DeliveryForm, (body: Buffer) => readonly InboxMessage[]>>;

/** Where what vendors send is put before they get their 2xx. */
export interface Inbox {
  /**
   * Resolves once the delivery is on disk, as it came; it is taken apart by whoever drains the inbox. Throws InboxFullError when too
   * much waits already.
   */
  keep(delivery: RawDelivery): Promise<void>;
  /** Resolves once the messages are on disk. Returns how many were new. Throws InboxFullError when too many wait already. */
  append(connectionId: string, messages: readonly InboxMessage[]): Promise<number>;
}
