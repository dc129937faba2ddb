import type { Clock } from '../ports/clock.ts';
import type { Database, Sql } from '../ports/database.ts';
import { audit } from './audit.ts';
import { sealAnew } from './grants.ts';
import type { Keyring } from './keyring.ts';
import { sealWebhooksAnew } from './webhook-endpoints.ts';

/**
 * Seals everything in the store with the first key of the ring.
 *
 * @param by who asks, for the audit log
 * @returns how many connections and webhook endpoints were sealed with another key before
 * @throws ConfigError when something cannot be opened
 */
export async function sealEverythingAnew(
  database: Database,
  keyring: Keyring,
  { clock, by }: { clock: Clock; by: string },
): Promise<{ keyId: string; connections: number; webhooks: number }> {
  const connections = await sealAnew(database, keyring);
  const webhooks = await sealWebhooksAnew(database, keyring);
  const { keyId } = keyring;
  await audit(database, clock.now().toISOString(), by, 'rotate-key', { keyId, connections, webhooks });
  return { keyId, connections, webhooks };
}

/** What is sealed in the store, and how much of it by another key than this one. */
export async function sealedCounts(sql: Sql, keyId: string | null): Promise<{ sealed: number; sealedByOther: number }> {
  const [row] = await sql.query<{ sealed: number; others: number }>(
    `select count(*)::int as sealed, (count(*) filter (where key_id is distinct from $1::text))::int as others from (
       select key_id from connection_grants
       union all select secret->>'keyId' from webhook_endpoints, jsonb_array_elements(secrets) as secret) as kept`,
    [keyId],
  );
  return { sealed: row?.sealed ?? 0, sealedByOther: row?.others ?? 0 };
}
