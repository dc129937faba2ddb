import { randomUUID } from 'node:crypto';
import type { Sql } from '../ports/database.ts';
import type { ErasureEntry } from '../ports/erasures.ts';
import {
  newSigningKeys,
  type Receipt,
  type ReceiptContent,
  type SigningKeys,
  signReceipt,
} from '../privacy/receipt.ts';
import { type AccountRef, markAccounts } from './account-records.ts';
import { audit } from './audit.ts';
import { keepClears } from './erasure-clears.ts';
import { findPerson, findPersonOf, messagesOf, personalRows } from './person.ts';
import { keepSetting, readSetting } from './settings.ts';
import { entomb, subjectHashes, tombstoneHasher } from './tombstones.ts';

type Facts = Omit<ReceiptContent, 'erasureId' | 'requestedBy' | 'erasedAt' | 'completedAt' | 'vendors'>;

/** Who is to be erased: a customer, or the person behind a contact at a vendor. */
export type ErasureSubject = { customerId: string } | { connectionId: string; externalId: string };

/**
 * Removes a person from every table, keeps them out by tombstones, and notes which records' fields are to be cleared. Within the
 * caller's commit.
 *
 * @returns the erasure's id; null when nothing is held on such a person
 */
export async function eraseFromStore(
  sql: Sql,
  subject: ErasureSubject,
  context: { workspace: string; requestedBy: string; now: Date },
): Promise<string | null> {
  const person = 'customerId' in subject ? await findPerson(sql, subject.customerId) : await findPersonOf(sql, subject);
  if (!person) return null;
  const { customerId } = person;
  const erasureId = randomUUID();
  const hashes = subjectHashes(await tombstoneHasher(sql), person);
  await keepClears(sql, erasureId, customerId);
  const modelsToReplace = await modelsThatSaw(sql, customerId);
  const emptied = messagesOf(person);
  const messages = await sql.query(
    `update inbox set payload = 'null'::jsonb where drained and ${emptied.where} returning delivery_key`,
    emptied.parameters,
  );
  // What their accounts showed of them goes with the next roll-up.
  await markAccounts(
    sql,
    await sql.query<AccountRef>(
      `select distinct connection_id as "connectionId", parent_external_id as "externalId" from customer_records
       where customer_id = $1::uuid and parent_external_id is not null`,
      [customerId],
    ),
  );
  const removed: Record<string, number> = {};
  for (const { table, where, parameters } of await personalRows(sql, person)) {
    const gone = await sql.query(`delete from ${table} where ${where} returning 1 as gone`, parameters);
    if (gone.length > 0) removed[table] = gone.length;
  }
  await entomb(sql, erasureId, hashes);
  const facts: Facts = {
    staypower: 'erasure-receipt',
    format: 1,
    workspace: context.workspace,
    subject: hashes,
    removed,
    messagesEmptied: messages.length,
    modelsToReplace,
  };
  await sql.query('insert into erasures (erasure_id, requested_by, erased_at, facts) values ($1, $2, $3, $4::jsonb)', [
    erasureId,
    context.requestedBy,
    context.now.toISOString(),
    JSON.stringify(facts),
  ]);
  await audit(sql, context.now.toISOString(), context.requestedBy, 'erase', { erasureId });
  return erasureId;
}

/** Champions that were fitted while the customer had statistics. */
async function modelsThatSaw(sql: Sql, customerId: string): Promise<string[]> {
  const [known] = await sql.query('select 1 from customer_stats where customer_id = $1::uuid', [customerId]);
  if (!known) return [];
  const rows = await sql.query<{ model_version: string }>('select model_version from models where champion order by 1');
  return rows.map((row) => row.model_version);
}

/** Whether an erasure has no receipt yet. */
export async function isErasureOpen(sql: Sql): Promise<boolean> {
  return (await sql.query('select 1 from erasures where receipt is null limit 1')).length > 0;
}

/** Outcomes that are no refusal. */
const DONE = ['cleared', 'forgotten', 'nothing'];

/** Signs the receipts of the erasures that nothing waits for any more, and lets go of the record ids that they needed. */
export async function completeErasures(sql: Sql, now: Date): Promise<readonly Receipt[]> {
  const open = await sql.query<{ erasure_id: string; requested_by: string; erased_at: string; facts: Facts }>(
    `select erasure_id, requested_by, erased_at, facts from erasures e where receipt is null and not exists (
       select 1 from erasure_clears c where c.erasure_id = e.erasure_id and c.outcome is null) order by erased_at`,
  );
  const receipts: Receipt[] = [];
  for (const row of open) {
    const outcomes = await sql.query<{ connection_id: string; outcome: string }>(
      'delete from erasure_clears where erasure_id = $1 returning connection_id, outcome',
      [row.erasure_id],
    );
    const vendors = [...Map.groupBy(outcomes, (each) => each.connection_id)].map(([connectionId, each]) => ({
      connectionId,
      cleared: each.filter(({ outcome }) => outcome === 'cleared').length,
      forgotten: each.filter(({ outcome }) => outcome === 'forgotten').length,
      refused: each.map(({ outcome }) => outcome).filter((outcome) => !DONE.includes(outcome)),
    }));
    const receipt = signReceipt(
      {
        ...row.facts,
        erasureId: row.erasure_id,
        requestedBy: row.requested_by,
        erasedAt: row.erased_at,
        completedAt: now.toISOString(),
        vendors: vendors.sort((a, b) => (a.connectionId < b.connectionId ? -1 : 1)),
      },
      await signingKeys(sql),
    );
    await sql.query('update erasures set receipt = $2::jsonb where erasure_id = $1', [
      row.erasure_id,
      JSON.stringify(receipt),
    ]);
    receipts.push(receipt);
  }
  return receipts;
}

const SIGNING_KEYS = 'receipt-signing-keys';

/** The pair of keys that signs this workspace's receipts; made the first time. */
export async function signingKeys(sql: Sql): Promise<SigningKeys> {
  const present = await readSetting<{ privateKey: string; publicKey: string }>(sql, SIGNING_KEYS);
  if (present) return present;
  const made = newSigningKeys();
  await keepSetting(sql, SIGNING_KEYS, { ...made });
  return made;
}

/** Erasures, the newest first. */
export async function listErasures(sql: Sql): Promise<readonly ErasureEntry[]> {
  return sql.query<ErasureEntry>(
    `select erasure_id as "erasureId", requested_by as "requestedBy", erased_at as "erasedAt",
            (select count(*)::int from erasure_clears c where c.erasure_id = e.erasure_id and c.outcome is null) as waiting
     from erasures e order by erased_at desc, erasure_id`,
  );
}

/** The receipt of an erasure; null while it waits for a vendor, and for an id that is unknown. */
export async function receiptOf(sql: Sql, erasureId: string): Promise<Receipt | null> {
  const [row] = await sql.query<{ receipt: Receipt | null }>('select receipt from erasures where erasure_id = $1', [
    erasureId,
  ]);
  return row?.receipt ?? null;
}

/** How many people were erased who were on record when a model was trained. */
export async function erasedSinceTraining(sql: Sql, modelVersion: string): Promise<number> {
  const [row] = await sql.query<{ erased: number }>(
    `select count(*)::int as erased from erasures e join models m on m.model_version = $1
     where e.erased_at >= m.trained_at and e.facts->'modelsToReplace' ? $1`,
    [modelVersion],
  );
  return row?.erased ?? 0;
}

/** What of erasures is not through yet. */
export interface ErasureNotes {
  /** Records whose fields at the vendors are not confirmed to be cleared. */
  recordsWaiting: number;
  /** People who were on record when the present model was trained, and were erased since. */
  erasedSinceTraining: number;
}

/** What is to be said about erasures to whoever looks after the workspace. */
export async function erasureNotes(sql: Sql): Promise<ErasureNotes> {
  const [waiting] = await sql.query<{ records: number }>(
    'select count(*)::int as records from erasure_clears where outcome is null',
  );
  const [champion] = await sql.query<{ model_version: string }>(
    'select model_version from models where champion order by as_of desc, trained_at desc limit 1',
  );
  return {
    recordsWaiting: waiting?.records ?? 0,
    erasedSinceTraining: champion ? await erasedSinceTraining(sql, champion.model_version) : 0,
  };
}

/** Whom vendors were told to forget, the oldest first. */
export async function erasureRequests(sql: Sql): Promise<readonly { connectionId: string; externalId: string }[]> {
  return sql.query(
    `select connection_id as "connectionId", external_id as "externalId" from erasure_requests order by requested_at, external_id`,
  );
}

/** Keeps a record out that was asked to be forgotten before it ever came here, and notes the request as done. */
export async function refuseUnknown(sql: Sql, record: { connectionId: string; externalId: string }): Promise<void> {
  const hasher = await tombstoneHasher(sql);
  await entomb(sql, `request ${record.connectionId}`, [hasher.record(record.connectionId, record.externalId)]);
  await sql.query('delete from erasure_requests where connection_id = $1 and external_id = $2', [
    record.connectionId,
    record.externalId,
  ]);
}
