import { identityKeys } from '../identity/keys.ts';
import type { Sql } from '../ports/database.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The identity keys that a text may stand for: an e-mail address and a user id of the customer's own. */
export function keyHashesOf(text: string): readonly string[] {
  return identityKeys({
    kind: 'contact',
    externalId: '',
    emails: [text],
    userIds: [text],
    anonymousIds: [],
    phone: null,
    name: null,
    accountExternalId: null,
    ownerId: null,
    doNotContact: false,
    createdAt: null,
    partial: false,
  }).map((key) => key.hash);
}

/** A customer id from itself, an e-mail address, a user id of the customer's own, or the external id of a record. */
export async function findCustomer(sql: Sql, customer: string): Promise<string | null> {
  if (UUID.test(customer)) return customer;
  const [row] = await sql.query<{ resolved_to: string }>(
    `select s.resolved_to from source_records s
     where s.kind = 'contact' and s.resolved_to is not null and (s.external_id = $1 or exists (
       select 1 from identity_keys k where k.connection_id = s.connection_id and k.external_id = s.external_id and k.key_hash = any($2::text[])))
     limit 1`,
    [customer, keyHashesOf(customer)],
  );
  return row?.resolved_to ?? null;
}
