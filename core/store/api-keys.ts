import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { DataError } from '../domain/errors.ts';
import type { Role } from '../domain/roles.ts';
import type { Accounts } from '../ports/accounts.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database } from '../ports/database.ts';
import { audit } from './audit.ts';

/** Keys of programs. What is kept of a key is its hash: 192 random bits need no slow one. */
export function createApiKeys(
  database: Database,
  { clock }: { clock: Clock },
): Pick<Accounts, 'keys' | 'addKey' | 'revokeKey' | 'keyOf'> {
  const at = () => clock.now().toISOString();
  return {
    keys: async () => {
      const rows = await database.query<{
        key_id: string;
        label: string;
        role: Role;
        created_at: string;
        created_by: string;
      }>('select key_id, label, role, created_at, created_by from api_keys order by created_at, key_id');
      return rows.map((row) => ({
        keyId: row.key_id,
        label: row.label,
        role: row.role,
        createdAt: row.created_at,
        createdBy: row.created_by,
      }));
    },
    addKey: ({ label, role, by }) =>
      database.transaction(async (sql) => {
        const keyId = randomUUID();
        const key = `sp_${randomBytes(24).toString('base64url')}`;
        await sql.query(
          `insert into api_keys (key_id, label, role, key_hash, created_at, created_by)
           values ($1, $2, $3, $4, $5::timestamptz, $6)`,
          [keyId, label, role, hashOf(key), at(), by],
        );
        await audit(sql, at(), by, 'api-key-added', { keyId, role });
        return { keyId, key };
      }),
    revokeKey: (keyId, { by }) =>
      database.transaction(async (sql) => {
        const [gone] = await sql.query('delete from api_keys where key_id = $1 returning key_id', [keyId]);
        if (!gone)
          throw new DataError({
            field: 'id',
            expected: 'the id of a key',
            found: keyId,
            remedy: 'read the list again',
          });
        await audit(sql, at(), by, 'api-key-revoked', { keyId });
      }),
    keyOf: async (key) => {
      const [row] = await database.query<{ key_id: string; role: Role }>(
        'select key_id, role from api_keys where key_hash = $1',
        [hashOf(key)],
      );
      return row ? { keyId: row.key_id, role: row.role } : null;
    },
  };
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
