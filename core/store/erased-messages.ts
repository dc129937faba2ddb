import type { SourceRecord } from '../domain/records.ts';
import type { Sql } from '../ports/database.ts';
import { messagesOf } from './person.ts';

/**
 * Empties messages of one batch that turned out to speak of people who were erased before they were read. The messages themselves stay,
 * so that a repeated one is still known.
 *
 * @param erased what the messages said and was not landed
 */
export async function emptyMessagesOf(
  sql: Sql,
  connectionId: string,
  erased: readonly SourceRecord[],
  deliveryKeys: readonly string[],
): Promise<void> {
  if (erased.length === 0) return;
  const contacts = erased.flatMap((record) => {
    if (record.kind === 'contact' || record.kind === 'deletion') return [record.externalId];
    return 'contactExternalId' in record && record.contactExternalId !== null ? [record.contactExternalId] : [];
  });
  const named = erased.flatMap((record) =>
    record.kind === 'contact' ? [...record.emails, ...record.userIds, ...record.anonymousIds] : [],
  );
  const { where, parameters } = messagesOf({
    contacts: [...new Set(contacts)].map((externalId) => ({ connectionId, kind: 'contact', externalId })),
    identifiers: named.map((text) => text.trim().toLowerCase()),
  });
  await sql.query(
    `update inbox set payload = 'null'::jsonb where connection_id = $${parameters.length + 1}
       and delivery_key = any($${parameters.length + 2}::text[]) and ${where}`,
    [...parameters, connectionId, deliveryKeys],
  );
}
