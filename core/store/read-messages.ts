import { StaypowerError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import type { Delivery, Inbound } from '../ports/connector.ts';

/** A message of the inbox that waits to be read. */
export interface WaitingMessage {
  delivery_key: string;
  payload: Json;
  received_at: string;
}

/** A message that cannot be read, for quarantine. */
export interface Unreadable {
  externalId: string;
  message: string;
  remedy: string;
  payload: string;
}

/**
 * Reads a batch at its vendor; when one message breaks the reader, each is read alone so that only that one is set aside.
 *
 * @throws StaypowerError when the vendor cannot be asked now
 */
export async function readMessages(
  inbound: Inbound,
  batch: readonly WaitingMessage[],
): Promise<{ records: Awaited<ReturnType<Inbound['read']>>['records']; rejected: readonly Unreadable[] }> {
  const delivery = (message: WaitingMessage): Delivery => ({
    payload: message.payload,
    receivedAt: message.received_at,
  });
  try {
    const page = await inbound.read(batch.map(delivery));
    return {
      records: page.records,
      rejected: page.rejected.map((fault) => ({
        externalId: fault.externalId,
        message: `${fault.field}: expected ${fault.expected}, found ${JSON.stringify(fault.found)}`,
        remedy: fault.remedy,
        payload: fault.payload,
      })),
    };
  } catch (error) {
    if (error instanceof StaypowerError && error.retry !== 'never') throw error;
    const [only] = batch;
    if (batch.length === 1 && only) {
      return {
        records: [],
        rejected: [
          {
            externalId: only.delivery_key,
            message: error instanceof Error ? error.message : 'the message could not be read',
            remedy: 'Look at the payload; mend the mapping or the sender and replay it.',
            payload: JSON.stringify(only.payload),
          },
        ],
      };
    }
    const middle = batch.length >> 1;
    const left = await readMessages(inbound, batch.slice(0, middle));
    const right = await readMessages(inbound, batch.slice(middle));
    return { records: [...left.records, ...right.records], rejected: [...left.rejected, ...right.rejected] };
  }
}
