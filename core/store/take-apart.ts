import { createHash } from 'node:crypto';
import { storableText } from '../domain/storable.ts';
import type { Database, Sql } from '../ports/database.ts';
import type { DeliveryReaders, InboxMessage } from '../ports/inbox.ts';
import { INBOX_CHANNEL, insertMessages } from './inbox.ts';
import { quarantine } from './quarantine.ts';
import { firstDeliveries, hasDeliveries, removeDeliveries, type WaitingDeliveries } from './raw-deliveries.ts';

/** What is taken apart in one commit: about as many messages as a drain reads in one or two. */
const AT_A_TIME = { bytes: 200_000, rows: 500 };
/** Of more messages than this other processes are told: they may have lanes of their own. */
const WORTH_SHARING = 200;

/** What became of an attempt: all that waited was taken apart, or a part of it; or another process is at it. */
export type TakenApart = 'all' | 'part' | 'elsewhere';

/**
 * Takes the first deliveries of a connection apart into messages of the inbox, in the order they came; one process at a time. What
 * cannot be read goes to quarantine.
 */
export async function takeApart(
  database: Database,
  connectionId: string,
  readers: DeliveryReaders,
  now: () => Date,
): Promise<TakenApart> {
  if (!(await hasDeliveries(database, connectionId))) return 'all';
  return database.holding([`deliveries/${connectionId}`], async ([mine]) => {
    if (mine === undefined) return 'elsewhere';
    const rows = await firstDeliveries(database, connectionId, AT_A_TIME);
    const [first] = rows;
    if (!first) return 'all';
    try {
      await settle(database, connectionId, rows, (sql) => landTogether(sql, connectionId, rows, readers, now));
      return isFull(rows) ? 'part' : 'all';
    } catch (error) {
      if (error instanceof TakenApartElsewhere) return 'elsewhere';
    }
    // Something in one of them that the store does not take must not keep the others waiting.
    await settle(database, connectionId, [first], (sql) => landOneByOne(sql, connectionId, first, readers, now));
    return 'part';
  });
}

/** Whether more may wait than was read. */
function isFull(rows: readonly WaitingDeliveries[]): boolean {
  const bytes = rows.flatMap(({ bodies }) => bodies).reduce((sum, { length }) => sum + length, 0);
  return bytes >= AT_A_TIME.bytes || rows.length >= AT_A_TIME.rows;
}

/** Takes apart all that waits, of every connection, as far as no other process is at it. */
export async function takeAllApart(database: Database, readers: DeliveryReaders, now: () => Date): Promise<void> {
  const rows = await database.query<{ connectionId: string }>(
    'select distinct connection_id as "connectionId" from raw_deliveries order by 1',
  );
  for (const { connectionId } of rows) {
    while ((await takeApart(database, connectionId, readers, now)) === 'part');
  }
}

/** Rolls back what another process has done. */
class TakenApartElsewhere extends Error {}

/** Lands rows and lets go of them, in one commit. */
async function settle(
  database: Database,
  connectionId: string,
  rows: readonly WaitingDeliveries[],
  landIn: (sql: Sql) => Promise<number>,
): Promise<void> {
  await database.transaction(async (sql) => {
    const seqs = rows.map(({ seq }) => seq);
    // Another process may have been here before us; and a name is held no longer than its session lives.
    if ((await removeDeliveries(sql, connectionId, seqs)) < seqs.length) throw new TakenApartElsewhere();
    if ((await landIn(sql)) > WORTH_SHARING) await sql.notify(INBOX_CHANNEL);
  });
}

/** Returns how many messages that were. */
async function landTogether(
  sql: Sql,
  connectionId: string,
  rows: readonly WaitingDeliveries[],
  readers: DeliveryReaders,
  now: () => Date,
): Promise<number> {
  const messages: Parameters<typeof insertMessages>[1][number][] = [];
  for (const { form, bodies, receivedAt } of rows) {
    for (const body of bodies) {
      const read = readOrFault(() => readers[form](body));
      if ('fault' in read) await setAside(sql, { connectionId, body, receivedAt, fault: read.fault, now });
      else for (const each of read.messages) messages.push({ ...each, connectionId, receivedAt, drained: false });
    }
  }
  if (messages.length > 0) await insertMessages(sql, messages);
  return messages.length;
}

/** The same, where the store refused something: that alone is set aside. */
async function landOneByOne(
  sql: Sql,
  connectionId: string,
  { form, bodies, receivedAt, seq }: WaitingDeliveries,
  readers: DeliveryReaders,
  now: () => Date,
): Promise<number> {
  let landed = 0;
  for (const body of bodies) {
    await sql.query('savepoint delivery');
    try {
      landed += await landTogether(sql, connectionId, [{ form, bodies: [body], receivedAt, seq }], readers, now);
    } catch (fault) {
      await sql.query('rollback to savepoint delivery');
      await setAside(sql, { connectionId, body, receivedAt, fault, now });
    }
  }
  return landed;
}

function readOrFault(read: () => readonly InboxMessage[]): { messages: readonly InboxMessage[] } | { fault: unknown } {
  try {
    return { messages: read() };
  } catch (fault) {
    return { fault };
  }
}

/** Keeps a delivery as a message of its own that nobody reads, and in quarantine. */
async function setAside(
  sql: Sql,
  given: { connectionId: string; body: Buffer; receivedAt: string; fault: unknown; now: () => Date },
): Promise<void> {
  const { connectionId, body, receivedAt, fault, now } = given;
  const deliveryKey = `delivery ${createHash('sha256').update(body).digest('hex')}`;
  const payload = storableText(body.toString('utf8'));
  await insertMessages(sql, [{ deliveryKey, payload, connectionId, receivedAt, drained: true }]);
  await quarantine(sql, {
    connectionId,
    stage: 'inbox',
    kind: 'message',
    externalId: deliveryKey,
    code: 'data',
    message: fault instanceof Error ? fault.message : 'the delivery could not be read',
    remedy: 'Look at the payload and mend the sender.',
    payload,
    at: now(),
  });
}
