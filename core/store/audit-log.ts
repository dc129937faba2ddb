import type { AuditEntry, AuditLog } from '../ports/audit-log.ts';
import type { Database } from '../ports/database.ts';

/** The audit log of a workspace. */
export function createAuditLog(database: Database): AuditLog {
  return {
    entries: ({ before, limit }) =>
      database.query<AuditEntry>(
        `select a.seq::text as seq, a.at, a.actor, u.name, a.action, a.detail
         from audit_log a left join console_users u on a.actor = 'user:' || u.user_id
         where $1::bigint is null or a.seq < $1::bigint order by a.seq desc limit $2`,
        [before, limit],
      ),
  };
}
