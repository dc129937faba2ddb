import type { Database } from '../ports/database.ts';
import type { Erasures } from '../ports/erasures.ts';
import { listErasures, receiptOf } from './erasures.ts';
import { findCustomer } from './find-customer.ts';
import { findPerson } from './person.ts';
import { countsOf } from './read-person.ts';

/** Where people are looked for who are to be forgotten, and receipts of those who were. */
export function createErasures(database: Database): Erasures {
  return {
    find: async (who) => {
      const customerId = await findCustomer(database, who);
      const person = customerId === null ? null : await findPerson(database, customerId);
      const [row] = await database.query<{ count: number }>(
        `select count(*)::int as count from source_records where pending and kind = 'contact'`,
      );
      return {
        person: person && { customerId: person.customerId, rows: await countsOf(database, person) },
        unrecognised: row?.count ?? 0,
      };
    },
    list: () => listErasures(database),
    receipt: (erasureId) => receiptOf(database, erasureId),
  };
}
