import { z } from 'zod';
import { ROLES } from '../../../core/domain/roles.ts';
import { operation } from '../operation.ts';
import { name } from './schemas.ts';

const role = name('Role', z.enum(ROLES));
const params = z.object({ id: z.string() });
const removed = name('RemovedAccess', z.object({ removed: z.string() }));

export const listUsers = operation({
  id: 'listUsers',
  method: 'get',
  path: '/users',
  role: 'admin',
  summary: 'Who may sign in to the console.',
  answer: name(
    'Users',
    z.object({
      users: z.array(z.object({ userId: z.string(), name: z.string(), role, createdAt: z.string() })),
    }),
  ),
});

export const addUser = operation({
  id: 'addUser',
  method: 'post',
  path: '/users',
  summary: 'Gives somebody an account. The first password is not shown again.',
  body: name('NewUser', z.strictObject({ name: z.string().trim().min(1).max(200), role })),
  status: 201,
  answer: name('AddedUser', z.object({ userId: z.string(), password: z.string() })),
  refusals: [400],
});

export const changeUserRole = operation({
  id: 'changeUserRole',
  method: 'post',
  path: '/users/:id/role',
  summary: 'Gives somebody another role, and ends their sessions. The last admin stays one.',
  params,
  body: name('NewRole', z.strictObject({ role })),
  answer: name('ChangedRole', z.object({ role })),
  refusals: [400],
});

export const resetPassword = operation({
  id: 'resetPassword',
  method: 'post',
  path: '/users/:id/reset-password',
  summary: 'Gives somebody a new password, shown once, and ends their sessions.',
  params,
  answer: name('NewPassword', z.object({ password: z.string() })),
  refusals: [400],
});

export const removeUser = operation({
  id: 'removeUser',
  method: 'delete',
  path: '/users/:id',
  summary: 'Takes somebody’s account away, and ends their sessions. The last admin stays.',
  params,
  answer: removed,
  refusals: [400],
});

export const listKeys = operation({
  id: 'listKeys',
  method: 'get',
  path: '/keys',
  role: 'admin',
  summary: 'The keys by which programs call the API.',
  answer: name(
    'ApiKeys',
    z.object({
      keys: z.array(
        z.object({
          keyId: z.string(),
          label: z.string(),
          role,
          createdAt: z.string(),
          createdBy: z.string(),
        }),
      ),
    }),
  ),
});

export const addKey = operation({
  id: 'addKey',
  method: 'post',
  path: '/keys',
  summary: 'Makes a key for a program. It is not shown again.',
  body: name('NewKey', z.strictObject({ label: z.string().trim().min(1).max(200), role })),
  status: 201,
  answer: name('AddedKey', z.object({ keyId: z.string(), key: z.string() })),
  refusals: [400],
});

export const revokeKey = operation({
  id: 'revokeKey',
  method: 'delete',
  path: '/keys/:id',
  summary: 'Revokes a key: it is refused from now on.',
  params,
  answer: removed,
  refusals: [400],
});

export const listAudit = operation({
  id: 'listAudit',
  method: 'get',
  path: '/audit',
  role: 'admin',
  summary: 'Who did what, the latest first.',
  query: z.strictObject({
    before: z
      .string()
      .regex(/^\d{1,18}$/)
      .optional()
      .describe('The last seq of the page before.'),
    limit: z.coerce.number().int().min(1).max(500).default(100),
  }),
  answer: name(
    'AuditEntries',
    z.object({
      entries: z.array(
        z.object({
          seq: z.string(),
          at: z.string(),
          actor: z.string(),
          name: z.string().nullable(),
          action: z.string(),
          detail: z.record(z.string(), z.union([z.string(), z.number()])),
        }),
      ),
    }),
  ),
  refusals: [400],
});
