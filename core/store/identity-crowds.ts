import { type Crowd, type IdentityNode, MOST_RECORDS_OF_A_CUSTOMER } from '../identity/components.ts';
import type { KeyType } from '../identity/keys.ts';
import type { Sql } from '../ports/database.ts';
import { type JudgedKey, keyText, knownFindings, replaceFindings } from './quality-findings.ts';
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
  await keepFindings(sql, nodes, crowds, now);
}

/** Notes on each record of a crowd that it is in doubt whose it is: its scores say so. */
async function keepFindings(
  sql: Sql,
  nodes: readonly IdentityNode[],
  crowds: readonly Crowd[],
  now: Date,
): Promise<void> {
  const keyOf = ({ connectionId, externalId }: IdentityNode): JudgedKey => ({
    connectionId,
    kind: 'contact',
    externalId,
  });
  const sizes = new Map(
    crowds.flatMap(({ records }) => records.map((record) => [keyText(keyOf(record)), records.length] as const)),
  );
  const known = await knownFindings(sql, nodes.map(keyOf));
  const concerned = nodes.filter(
    (node) =>
      sizes.has(keyText(keyOf(node))) ||
      (known.get(keyText(keyOf(node))) ?? []).some(({ rule }) => rule === 'email-crowd'),
  );
  await replaceFindings(
    sql,
    concerned.map((node) => {
      const size = sizes.get(keyText(keyOf(node)));
      return {
        ...keyOf(node),
        contactExternalId: node.externalId,
        findings:
          size === undefined
            ? []
            : [
                {
                  rule: 'email-crowd',
                  severity: 'warn',
                  field: 'email, user id',
                  expected: `an address or id that at most ${MOST_RECORDS_OF_A_CUSTOMER} records share`,
                  found: `one that ${size} share`,
                  remedy: 'Correct it at its source, or merge the records there if they are one person.',
                } as const,
              ],
      };
    }),
    { rules: (rule) => rule === 'email-crowd', known, now },
  );
}
