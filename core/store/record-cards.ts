import type { CalendarDay } from '../domain/calendar-day.ts';
import type { FieldValue } from '../domain/fields.ts';
import type { Database, Sql } from '../ports/database.ts';
import type { CardRecord, RecordCards, RecordView } from '../ports/record-cards.ts';
import { fieldValues } from '../scores/fields.ts';
import { recordFacts } from '../scores/record-facts.ts';
import { type RecordFacts, recordView, type Showing } from '../scores/record-view.ts';
import type { Score } from '../scores/score.ts';
import { type LANGUAGES, recordWordsOf } from '../scores/words/index.ts';
import { findCustomer } from './find-customer.ts';
import { erasuresOf } from './tombstones.ts';

/** What is shown of the records of a workspace's store: contacts by the scores as they are, accounts by what is written to them. */
export function createRecordCards(
  database: Database,
  { language, today }: { language: (typeof LANGUAGES)[number]; today: () => CalendarDay },
): RecordCards {
  const showing = (from: Showing['from']): Showing => ({
    words: recordWordsOf(language),
    locale: language,
    today: today(),
    from,
  });
  const scored = (score: Score) => recordView(recordFacts(fieldValues(score)), showing('store'), { erased: false });
  const unscored = (erased: boolean) => recordView({ scored_at: null }, showing('store'), { erased });
  return {
    ofCustomer: async (customer) => {
      const customerId = await findCustomer(database, customer);
      const score = customerId === null ? null : await scoreOf(database, customerId);
      return score && scored(score);
    },
    ofRecord: async (record): Promise<RecordView> => {
      if (record.kind === 'account') {
        return recordView(await accountFacts(database, record), showing('record'), { erased: false });
      }
      const { connectionId, externalId } = record;
      const customerId = await customerOfContact(database, record);
      const score = customerId === null ? null : await scoreOf(database, customerId);
      return score ? scored(score) : unscored((await erasuresOf(database, connectionId, [externalId])).has(externalId));
    },
  };
}

/** The customer that a vendor's contact belongs to; null when it never came here. */
export async function customerOfContact(sql: Sql, record: Omit<CardRecord, 'kind'>): Promise<string | null> {
  const [row] = await sql.query<{ customer_id: string }>(
    `select customer_id from customer_records where external_id = $2 and connection_id = $1 and kind = 'contact'`,
    [record.connectionId, record.externalId],
  );
  return row?.customer_id ?? null;
}

async function scoreOf(sql: Sql, customerId: string): Promise<Score | null> {
  const [row] = await sql.query<{ score: Score }>('select score from scores where customer_id = $1::uuid', [
    customerId,
  ]);
  return row?.score ?? null;
}

async function accountFacts(sql: Sql, { connectionId, externalId }: CardRecord): Promise<RecordFacts> {
  const [row] = await sql.query<{ values: Readonly<Record<string, FieldValue>> }>(
    `select written || coalesce(desired, '{}') as values from account_records where connection_id = $1 and external_id = $2`,
    [connectionId, externalId],
  );
  return { scored_at: null, ...recordFacts(row?.values ?? {}) };
}
