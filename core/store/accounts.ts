import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { DataError } from '../domain/errors.ts';
import type { Role } from '../domain/roles.ts';
import type { Account, Accounts, NewSession, Session } from '../ports/accounts.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database, Sql } from '../ports/database.ts';
import { createApiKeys } from './api-keys.ts';
import { audit } from './audit.ts';
import { hashPassword, isPassword } from './password.ts';
import { keepSetting, readSetting } from './settings.ts';

/** A working day: who comes back tomorrow signs in again. */
const SESSION_MS = 12 * 3_600_000;
const SETUP_TOKEN = 'console-setup-token-hash';
/** Accounts change one at a time: two admins cannot remove one another at once, and only one first account is made. */
const TURN = 'console-accounts';

/** Accounts of a workspace's console. */
export function createAccounts(database: Database, { clock }: { clock: Clock }): Accounts {
  const at = () => clock.now().toISOString();
  const change = <T>(work: (sql: Sql) => Promise<T>) =>
    database.exclusive(TURN, () => database.transaction((sql) => work(sql)));
  return {
    ...createApiKeys(database, { clock }),
    needsSetup: () => isEmpty(database),
    newSetupToken: () =>
      change(async (sql) => {
        if (!(await isEmpty(sql))) return null;
        const token = secret();
        await keepSetting(sql, SETUP_TOKEN, hashOf(token));
        return token;
      }),
    setUp: async ({ setupToken, name, password }) => {
      const passwordHash = await hashPassword(password);
      return change(async (sql) => {
        const expected = await readSetting<string>(sql, SETUP_TOKEN);
        if (expected !== hashOf(setupToken) || !(await isEmpty(sql))) return null;
        const account = await insertUser(sql, { name, role: 'admin', passwordHash, at: at() });
        await sql.query('delete from settings where name = $1', [SETUP_TOKEN]);
        await audit(sql, at(), `user:${account.userId}`, 'console-set-up', {});
        return beginSession(sql, account, clock);
      });
    },
    signIn: async ({ name, password }) => {
      const [row] = await database.query<UserRow>('select * from console_users where name = $1', [spelled(name)]);
      if (!(await isPassword(password, row?.password_hash ?? null)) || row === undefined) return null;
      return database.transaction(async (sql) => {
        await sql.query('delete from console_sessions where expires_at < $1::timestamptz', [at()]);
        await audit(sql, at(), `user:${row.user_id}`, 'sign-in', {});
        return beginSession(sql, accountOf(row), clock);
      });
    },
    sessionOf: async (token) => {
      const [row] = await database.query<UserRow & { expires_at: string }>(
        `select u.*, s.expires_at from console_sessions s join console_users u on u.user_id = s.user_id
         where s.token_hash = $1 and s.expires_at > $2::timestamptz`,
        [hashOf(token), at()],
      );
      return row ? sessionOf(accountOf(row), row.expires_at) : null;
    },
    signOut: async (token) => {
      await database.query('delete from console_sessions where token_hash = $1', [hashOf(token)]);
    },
    changePassword: async (userId, { present, next, keep }) => {
      const [row] = await database.query<UserRow>('select * from console_users where user_id = $1', [userId]);
      if (!(await isPassword(present, row?.password_hash ?? null))) return false;
      const passwordHash = await hashPassword(next);
      await change(async (sql) => {
        await setPassword(sql, userId, passwordHash);
        await sql.query('delete from console_sessions where user_id = $1 and token_hash <> $2', [userId, hashOf(keep)]);
        await audit(sql, at(), `user:${userId}`, 'password-changed', {});
      });
      return true;
    },
    users: async () => {
      const rows = await database.query<UserRow>('select * from console_users order by name');
      return rows.map(accountOf);
    },
    addUser: async ({ name, role, by }) => {
      const password = secret();
      const passwordHash = await hashPassword(password);
      return change(async (sql) => {
        const { userId } = await insertUser(sql, { name, role, passwordHash, at: at() });
        await audit(sql, at(), by, 'user-added', { userId, role });
        return { userId, password };
      });
    },
    changeRole: (userId, { role, by }) =>
      change(async (sql) => {
        await assertNotLastAdmin(sql, userId, role);
        await sql.query('update console_users set role = $2 where user_id = $1', [userId, role]);
        await endSessions(sql, userId);
        await audit(sql, at(), by, 'role-changed', { userId, role });
      }),
    resetPassword: async (userId, { by }) => {
      const password = secret();
      const passwordHash = await hashPassword(password);
      await change(async (sql) => {
        await assertKnown(sql, userId);
        await setPassword(sql, userId, passwordHash);
        await endSessions(sql, userId);
        await audit(sql, at(), by, 'password-reset', { userId });
      });
      return { password };
    },
    removeUser: (userId, { by }) =>
      change(async (sql) => {
        await assertNotLastAdmin(sql, userId, null);
        await endSessions(sql, userId);
        await sql.query('delete from saved_views where user_id = $1', [userId]);
        await sql.query('delete from console_users where user_id = $1', [userId]);
        await audit(sql, at(), by, 'user-removed', { userId });
      }),
  };
}

interface UserRow {
  user_id: string;
  name: string;
  role: Role;
  password_hash: string;
  created_at: string;
}

function accountOf(row: UserRow): Account {
  return { userId: row.user_id, name: row.name, role: row.role, createdAt: row.created_at };
}

function sessionOf({ userId, name, role }: Account, expiresAt: string): Session {
  return { userId, name, role, expiresAt };
}

async function beginSession(sql: Sql, account: Account, clock: Clock): Promise<NewSession> {
  const token = secret();
  const expiresAt = new Date(clock.now().getTime() + SESSION_MS).toISOString();
  await sql.query('insert into console_sessions (token_hash, user_id, expires_at) values ($1, $2, $3::timestamptz)', [
    hashOf(token),
    account.userId,
    expiresAt,
  ]);
  return { token, session: sessionOf(account, expiresAt) };
}

async function insertUser(
  sql: Sql,
  given: { name: string; role: Role; passwordHash: string; at: string },
): Promise<Account> {
  const name = spelled(given.name);
  const [taken] = await sql.query('select 1 from console_users where name = $1', [name]);
  if (taken) {
    throw new DataError({ field: 'name', expected: 'a name that nobody has', remedy: 'choose another name' });
  }
  const account: Account = { userId: randomUUID(), name, role: given.role, createdAt: given.at };
  await sql.query(
    'insert into console_users (user_id, name, role, password_hash, created_at) values ($1, $2, $3, $4, $5::timestamptz)',
    [account.userId, account.name, account.role, given.passwordHash, account.createdAt],
  );
  return account;
}

async function setPassword(sql: Sql, userId: string, passwordHash: string): Promise<void> {
  await sql.query('update console_users set password_hash = $2 where user_id = $1', [userId, passwordHash]);
}

async function endSessions(sql: Sql, userId: string): Promise<void> {
  await sql.query('delete from console_sessions where user_id = $1', [userId]);
}

async function isEmpty(sql: Sql): Promise<boolean> {
  const [row] = await sql.query('select 1 from console_users limit 1');
  return row === undefined;
}

async function assertKnown(sql: Sql, userId: string): Promise<Role> {
  const [row] = await sql.query<{ role: Role }>('select role from console_users where user_id = $1', [userId]);
  if (row) return row.role;
  throw new DataError({ field: 'id', expected: 'the id of an account', found: userId, remedy: 'read the list again' });
}

/** Without an admin nobody could make another. */
async function assertNotLastAdmin(sql: Sql, userId: string, next: Role | null): Promise<void> {
  const role = await assertKnown(sql, userId);
  if (role !== 'admin' || next === 'admin') return;
  const [other] = await sql.query("select 1 from console_users where role = 'admin' and user_id <> $1 limit 1", [
    userId,
  ]);
  if (other) return;
  throw new DataError({
    field: 'role',
    expected: 'one admin at least',
    remedy: 'make somebody else an admin first',
  });
}

function spelled(name: string): string {
  return name.trim().toLowerCase();
}

function secret(): string {
  return randomBytes(18).toString('base64url');
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
