import { createHash } from 'node:crypto';
import { storableText } from '../domain/storable.ts';
import type { Database } from '../ports/database.ts';
import type { DeliveryReaders, InboxMessage } from '../ports/inbox.ts';
import { insertMessages, wakeDrains } from './inbox.ts';
import { type QuarantinedRecord, quarantine } from './quarantine.ts';
import { firstDeliveries, removeDeliveries, type WaitingDelivery } from './raw-deliveries.ts';

/** Deliveries taken apart in one commit: about as many messages as a drain reads in one or two. */
const AT_A_TIME = { bytes: 200_000, rows: 500 };
/** Of more messages than this other processes are told: they may have lanes of their own. */
const WORTH_SHARING = 200;

/**
 * Takes the first deliveries of a connection apart into messages of the inbox, in the order they came; one process at a time. What
 * cannot be read goes to quarantine.
 *
 * @returns how many deliveries that were; null when another process is at it
 */
export async function takeApart(
  database: Database,
  connectionId: string,
  readers: DeliveryReaders,
  now: () => Date,
): Promise<number | null> {
  const [any] = await database.query('select 1 as one from raw_deliveries where connection_id = $1 limit 1', [
    connectionId,
  ]);
  if (!any) return 0;
  return database.holding([`deliveries/${connectionId}`], async ([mine]) => {
    if (mine === undefined) return null;
    const deliveries = await firstDeliveries(database, connectionId, AT_A_TIME);
    if (deliveries.length === 0) return 0;
    const commit = (delivered: readonly Read[]) => land(database, connectionId, delivered, now);
    try {
      await commit(deliveries.map((delivery) => readDelivery(delivery, readers)));
      return deliveries.length;
    } catch (error) {
      const [first] = deliveries;
      if (error instanceof TakenApartElsewhere || !first) throw error;
      // Something in one of them that the store does not take must not keep the others waiting.
      await commit([readDelivery(first, readers)]).catch((fault) => commit([setAside(first, fault)]));
      return 1;
    }
  });
}

/** In one commit. */
async function land(
  database: Database,
  connectionId: string,
  deliveries: readonly Read[],
  now: () => Date,
): Promise<void> {
  const messages = deliveries.flatMap(({ receivedAt, fault, messages }) =>
    messages.map((message) => ({ ...message, connectionId, receivedAt, drained: fault !== null })),
  );
  await database.transaction(async (sql) => {
    const seqs = deliveries.map(({ seq }) => seq);
    // A name is held no longer than its session lives: then another process may have been here.
    if ((await removeDeliveries(sql, connectionId, seqs)) < seqs.length) throw new TakenApartElsewhere();
    if (messages.length > 0) await insertMessages(sql, messages);
    for (const { fault } of deliveries) {
      if (fault !== null) await quarantine(sql, { ...fault, connectionId, at: now() });
    }
    if (messages.length > WORTH_SHARING) await wakeDrains(sql, database.schema);
  });
}

/** Takes apart all that waits, of every connection, as far as no other process is at it. */
export async function takeAllApart(database: Database, readers: DeliveryReaders, now: () => Date): Promise<void> {
  const rows = await database.query<{ connectionId: string }>(
    'select distinct connection_id as "connectionId" from raw_deliveries order by 1',
  );
  for (const { connectionId } of rows) {
    while (await takeApart(database, connectionId, readers, now));
  }
}

/** Rolls back what another process has done. The pass is repeated. */
class TakenApartElsewhere extends Error {
  override readonly message = 'deliveries were taken apart by another process meanwhile';
}

interface Read {
  seq: bigint;
  receivedAt: string;
  messages: readonly InboxMessage[];
  /** Why there is nothing in it but itself. */
  fault: Omit<QuarantinedRecord, 'connectionId' | 'at'> | null;
}

function readDelivery(delivery: WaitingDelivery, readers: DeliveryReaders): Read {
  const { seq, receivedAt, form, body } = delivery;
  try {
    return { seq, receivedAt, messages: readers[form](body), fault: null };
  } catch (error) {
    return setAside(delivery, error);
  }
}

/** A delivery as a message of its own that nobody reads, and its place in quarantine. */
function setAside({ seq, receivedAt, body }: WaitingDelivery, error: unknown): Read {
  const deliveryKey = `delivery ${createHash('sha256').update(body).digest('hex')}`;
  const payload = storableText(body.toString('utf8'));
  return {
    seq,
    receivedAt,
    messages: [{ deliveryKey, payload }],
    fault: {
      stage: 'inbox',
      kind: 'message',
      externalId: deliveryKey,
      code: 'data',
      message: error instanceof Error ? error.message : 'the delivery could not be read',
      remedy: 'Look at the payload and mend the sender.',
      payload,
    },
  };
}
