import { Router } from 'express';
import type { Accounts } from '../../core/ports/accounts.ts';
import type { AuditLog } from '../../core/ports/audit-log.ts';
import {
  addKey,
  addUser,
  changeUserRole,
  listAudit,
  listKeys,
  listUsers,
  removeUser,
  resetPassword,
  revokeKey,
} from './contract/accounts.ts';
import { serve } from './operation.ts';

/** /users, /keys and /audit: who may do what, and who did. */
export function accountRoutes(accounts: Accounts, auditLog: AuditLog): Router {
  const router = Router();
  serve(router, listUsers, async () => ({ users: await accounts.users() }));
  serve(router, addUser, ({ body, caller }) => accounts.addUser({ ...body, by: caller.actor }));
  serve(router, changeUserRole, async ({ params: { id }, body: { role }, caller }) => {
    await accounts.changeRole(id, { role, by: caller.actor });
    return { role };
  });
  serve(router, resetPassword, ({ params: { id }, caller }) => accounts.resetPassword(id, { by: caller.actor }));
  serve(router, removeUser, async ({ params: { id }, caller }) => {
    await accounts.removeUser(id, { by: caller.actor });
    return { removed: id };
  });
  serve(router, listKeys, async () => ({ keys: await accounts.keys() }));
  serve(router, addKey, ({ body, caller }) => accounts.addKey({ ...body, by: caller.actor }));
  serve(router, revokeKey, async ({ params: { id }, caller }) => {
    await accounts.revokeKey(id, { by: caller.actor });
    return { removed: id };
  });
  serve(router, listAudit, async ({ query: { before, limit } }) => ({
    entries: await auditLog.entries({ before: before ?? null, limit }),
  }));
  return router;
}
