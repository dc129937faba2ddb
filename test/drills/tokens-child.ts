/**
 * A process that uses a connection: told to read once, it does and says how that went. With DIE_AT it kills itself (SIGKILL: nothing is
 * cleaned up) in its first renewal: "asking" = before the vendor is asked, "answered" = between its answer and our commit, "stored" =
 * right after the commit.
 */
import type { Database, Sql } from '../../core/ports/database.ts';
import { openStore } from '../../core/store/open.ts';
import type { Sandbox } from '../../sandbox/kernel/types.ts';
import { grantHouse, type OAuthVendor, readOnce } from '../support/grants.ts';

const { DATABASE_URL = '', WORKSPACE = '', VENDOR = '', SANDBOX_URLS = '{}', STAYPOWER_KEY = '', DIE_AT } = process.env;
const die = () => process.kill(process.pid, 'SIGKILL');

function mortal(database: Database): Database {
  return {
    ...database,
    query: (async (text: string, parameters?: readonly unknown[]) => {
      const rows = await database.query(text, parameters);
      if (DIE_AT === 'asking' && text.includes('set renewal_began_at = $2')) die();
      return rows;
    }) as Sql['query'],
    transaction: async (work) => {
      if (DIE_AT === 'answered') die();
      const result = await database.transaction(work);
      if (DIE_AT === 'stored') die();
      return result;
    },
  };
}

const database = await openStore({ databaseUrl: DATABASE_URL, folder: '', workspace: WORKSPACE });
const sandbox: Sandbox = {
  urls: JSON.parse(SANDBOX_URLS) as Sandbox['urls'],
  pubSubUrl: '',
  close: async () => undefined,
};
const house = grantHouse(sandbox, mortal(database), { env: { STAYPOWER_KEY } });
const connector = house.connector(VENDOR as OAuthVendor);
process.on('message', async ({ delayMs }: { delayMs: number }) => {
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  const error = await readOnce(connector).then(
    () => null,
    (cause: unknown) => String(cause),
  );
  process.send?.({ error });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ error: null });
