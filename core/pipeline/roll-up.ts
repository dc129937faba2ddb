import type { Database } from '../ports/database.ts';
import { mustWrite, valuesToSend } from '../scores/dead-band.ts';
import { rollUp } from '../scores/roll-up.ts';
import { dirtyAccounts, hasDirtyAccounts, settleAccounts } from '../store/account-records.ts';
import { inTurn } from '../store/turn.ts';

/** Accounts rolled up in one commit. */
const ACCOUNTS_PER_COMMIT = 500;

/**
 * Step 5b: rolls the scores of customers up to the accounts that their contacts belong to, for accounts with a change among them. What
 * an account shall show is kept as for contacts: only what left its dead-band, and then all of it.
 *
 * @param carrying connections whose accounts can carry fields
 * @returns how many accounts were rolled up
 */
export async function rollUpAccounts(
  database: Database,
  { carrying }: { carrying: ReadonlySet<string> },
): Promise<number> {
  if (!(await hasDirtyAccounts(database))) return 0;
  for (let done = 0; ; ) {
    const count = await inTurn(database, async (sql) => {
      const accounts = await dirtyAccounts(sql, ACCOUNTS_PER_COMMIT);
      await settleAccounts(
        sql,
        accounts.map(({ connectionId, externalId, written, desired, members }) => {
          const values = rollUp(members);
          const writes = carrying.has(connectionId) && (desired !== null || mustWrite(written, values));
          const toSend = writes ? valuesToSend(written, values) : {};
          return { connectionId, externalId, desired: Object.keys(toSend).length === 0 ? null : toSend };
        }),
      );
      return accounts.length;
    });
    done += count;
    if (count < ACCOUNTS_PER_COMMIT) return done;
  }
}
