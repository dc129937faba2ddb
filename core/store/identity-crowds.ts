import { type Crowd, type IdentityNode, MOST_RECORDS_OF_A_CUSTOMER } from '../identity/components.ts';
import type { KeyType } from '../identity/keys.ts';
import type { Sql } from '../ports/database.ts';
import { quarantine, release } from './quarantine.ts';

const SHARED: Readonly<Record<KeyType, string>> = {
  email: 'an e-mail address',
  'user-id': 'a user id',
  'anonymous-id': 'an anonymous id',
  'vendor-merge': 'a merge',
};

/** Says which records are kept apart, one line for each crowd, under its oldest record; and no more of those that are not. */
export async function quarantineCrowds(
  sql: Sql,
  nodes: readonly IdentityNode[],
  crowds: readonly Crowd[],
  now: Date,
): Promise<void> {
  await release(
    sql,
    'identify',
    nodes.map(({ connectionId, externalId }) => ({ connectionId, kind: 'contact', externalId })),
  );
  for (const { records, keyType } of crowds) {
    const [oldest] = records;
    if (!oldest) continue;
    const how = keyType === null ? 'are linked by the addresses and ids that they share' : `share ${SHARED[keyType]}`;
    await quarantine(sql, {
      connectionId: oldest.connectionId,
      stage: 'identify',
      kind: 'contact',
      externalId: oldest.externalId,
      code: 'crowd',
      message: `${records.length} records ${how}: at most ${MOST_RECORDS_OF_A_CUSTOMER} can be one customer, so each stays a customer of its own.`,
      remedy: 'Correct the shared address or id at its source, or merge the records there if they are one person.',
      payload: null,
      at: now,
    });
  }
}
