import { randomUUID } from 'node:crypto';
import type { ContactRecord, RecordKind } from '../domain/records.ts';
import { identityKeys } from '../identity/keys.ts';
import type { Sql } from '../ports/database.ts';

/** A record of a connection, of whatever kind. */
interface RecordKey {
  connectionId: string;
  kind: RecordKind | 'action';
  externalId: string;
}

/** One customer with everything by which rows about them can be found. */
export interface Person {
  customerId: string;
  /** Their contacts, deleted ones among them. */
  contacts: readonly RecordKey[];
  /** Their contacts, transactions, events and actions. */
  records: readonly RecordKey[];
  /** Hashes of their addresses and ids, as identity keeps them. */
  keyHashes: readonly string[];
  /** Addresses and ids of their own in lower case, as they stand in vendors' messages. */
  identifiers: readonly string[];
}

/** Rows of one table that are about a person. */
export interface PersonalRows {
  table: string;
  /** Condition with its parameters from $1 on. */
  where: string;
  parameters: readonly unknown[];
}

interface ContactRow {
  connection_id: string;
  external_id: string;
  payload: ContactRecord;
}

/** Everything by which rows about a customer can be found; null when there is no such customer and no record of one. */
export async function findPerson(sql: Sql, customerId: string): Promise<Person | null> {
  const own = await sql.query<ContactRow>(
    `select connection_id, external_id, payload from source_records where kind = 'contact' and resolved_to = $1::uuid`,
    [customerId],
  );
  const [known] = await sql.query('select 1 from customers where customer_id = $1::uuid', [customerId]);
  if (!known && own.length === 0) return null;
  return personWith(sql, customerId, own);
}

/**
 * The person behind a contact, also one that was deleted and belongs to no customer any more: then the customer who has the same address
 * or id, else the record alone. Null when the record never came here.
 */
export async function findPersonOf(
  sql: Sql,
  record: { connectionId: string; externalId: string },
): Promise<Person | null> {
  const own = await sql.query<ContactRow & { resolved_to: string | null }>(
    `select connection_id, external_id, payload, resolved_to from source_records
     where kind = 'contact' and connection_id = $1 and external_id = $2`,
    [record.connectionId, record.externalId],
  );
  if (own.length === 0) return null;
  const [fellow] = await sql.query<{ resolved_to: string }>(
    `select s.resolved_to from identity_keys k
     join source_records s on s.connection_id = k.connection_id and s.external_id = k.external_id and s.kind = 'contact'
     where k.key_hash = any($1::text[]) and not k.disabled and s.resolved_to is not null limit 1`,
    [hashesOf(own)],
  );
  const customerId = own[0]?.resolved_to ?? fellow?.resolved_to;
  return customerId ? findPerson(sql, customerId) : personWith(sql, randomUUID(), own);
}

async function personWith(sql: Sql, customerId: string, own: readonly ContactRow[]): Promise<Person> {
  const contacts = [...own, ...(await unresolvedFellows(sql, own))];
  const facts = await sql.query<{ connection_id: string; kind: RecordKind; external_id: string }>(
    `select f.connection_id, f.kind, f.external_id from source_records f
     where f.kind <> 'contact' and (f.resolved_to = $1::uuid or (f.connection_id, f.contact_external_id) in
       (select * from unnest($2::text[], $3::text[])))`,
    [customerId, contacts.map((row) => row.connection_id), contacts.map((row) => row.external_id)],
  );
  const actions = await sql.query<{ connection_id: string; action_key: string }>(
    'select connection_id, action_key from outbox where customer_id = $1::uuid',
    [customerId],
  );
  const keys = contacts.map(
    (row): RecordKey => ({ connectionId: row.connection_id, kind: 'contact', externalId: row.external_id }),
  );
  return {
    customerId,
    contacts: keys,
    records: [
      ...keys,
      ...facts.map((row) => ({ connectionId: row.connection_id, kind: row.kind, externalId: row.external_id })),
      ...actions.map(
        (row): RecordKey => ({ connectionId: row.connection_id, kind: 'action', externalId: row.action_key }),
      ),
    ],
    keyHashes: hashesOf(contacts),
    identifiers: [
      ...new Set(
        contacts
          .flatMap(({ payload }) => [...payload.emails, ...payload.userIds, ...payload.anonymousIds])
          .map((text) => text.trim().toLowerCase())
          .filter((text) => text !== ''),
      ),
    ],
  };
}

/** Contacts with the same address or id that belong to no customer: they were deleted at their vendor, or have just landed. */
async function unresolvedFellows(sql: Sql, own: readonly ContactRow[]): Promise<readonly ContactRow[]> {
  const fellows = await sql.query<ContactRow>(
    `select s.connection_id, s.external_id, s.payload from source_records s
     where s.kind = 'contact' and s.resolved_to is null and (s.connection_id, s.external_id) in (
       select k.connection_id, k.external_id from identity_keys k where k.key_hash = any($1::text[]) and not k.disabled)`,
    [hashesOf(own)],
  );
  const present = new Set(own.map((row) => `${row.connection_id}\0${row.external_id}`));
  return fellows.filter((row) => !present.has(`${row.connection_id}\0${row.external_id}`));
}

function hashesOf(contacts: readonly ContactRow[]): readonly string[] {
  return [...new Set(contacts.flatMap((row) => identityKeys(row.payload).map((key) => key.hash)))];
}

/** Not about people, though keyed like it (roll-ups of accounts), or what an erasure itself needs until it is through. */
const LEFT_OUT = ['account_records', 'erasure_clears'];

/**
 * Where rows about a person are: asked of the schema, so that a table added later is found as well. A table with a `customer_id` holds
 * them by it, one with `connection_id` and `external_id` by the keys of the person's records. Messages are found by `messagesOf`.
 */
export async function personalRows(sql: Sql, person: Person): Promise<readonly PersonalRows[]> {
  const columns = await sql.query<{ table_name: string; column_name: string; udt_name: string; is_nullable: string }>(
    `select c.table_name, c.column_name, c.udt_name, c.is_nullable from information_schema.columns c
     join pg_tables t on t.schemaname = c.table_schema and t.tablename = c.table_name
     where c.table_schema = current_schema() order by c.table_name, c.column_name`,
  );
  return [...Map.groupBy(columns, (column) => column.table_name)].flatMap(([table, own]): PersonalRows[] => {
    if (LEFT_OUT.includes(table)) return [];
    const columnOf = (name: string) => own.find((column) => column.column_name === name);
    const customer = columnOf('customer_id');
    const isKeyed = columnOf('connection_id') !== undefined && columnOf('external_id') !== undefined;
    const byCustomer = { where: `customer_id = $1::${customer?.udt_name}`, parameters: [person.customerId] };
    if (customer && (customer.is_nullable === 'NO' || !isKeyed)) return [{ table, ...byCustomer }];
    if (!isKeyed) return [];
    const byRecord = columnOf('kind') ? ofRecords(person.records, customer ? 1 : 0) : ofContacts(person.contacts);
    // Where it may be absent it is whose the record was at the time: an earlier customer of the same person's, perhaps.
    if (customer) {
      return [
        {
          table,
          where: `(${byCustomer.where} or ${byRecord.where})`,
          parameters: [...byCustomer.parameters, ...byRecord.parameters],
        },
      ];
    }
    if (table !== 'quarantine') return [{ table, ...byRecord }];
    // A message that could not be read waits there under an id of its own, and may name the person.
    const named = speaksOf(
      person,
      "case when payload is json then payload::jsonb else to_jsonb(coalesce(payload, '')) end",
      3,
    );
    return [
      {
        table,
        where: `(${byRecord.where} or ${named.where})`,
        parameters: [...byRecord.parameters, ...named.parameters],
      },
    ];
  });
}

function ofContacts(contacts: Person['contacts']): Omit<PersonalRows, 'table'> {
  return {
    where: '(connection_id, external_id) in (select * from unnest($1::text[], $2::text[]))',
    parameters: [contacts.map((key) => key.connectionId), contacts.map((key) => key.externalId)],
  };
}

function ofRecords(records: Person['records'], after: number): Omit<PersonalRows, 'table'> {
  const arrays = [1, 2, 3].map((index) => `$${after + index}::text[]`).join(', ');
  return {
    where: `(connection_id, kind, external_id) in (select * from unnest(${arrays}))`,
    parameters: [
      records.map((key) => key.connectionId),
      records.map((key) => key.kind),
      records.map((key) => key.externalId),
    ],
  };
}

/** Ids of vendors are told from other numbers and words in running text from this length on. */
const LEAST_ID_IN_TEXT = 15;

/**
 * Messages in the inbox that speak of a person: an address or id of theirs stands among the values, or the id of their record in a
 * message of its connection (Salesforce's are XML: there within the text).
 */
export function messagesOf(person: Pick<Person, 'contacts' | 'identifiers'>): PersonalRows {
  return { table: 'inbox', ...speaksOf(person, 'payload', 0) };
}

function speaksOf(
  person: Pick<Person, 'contacts' | 'identifiers'>,
  json: string,
  after: number,
): Omit<PersonalRows, 'table'> {
  const [named, connections, ids] = [1, 2, 3].map((index) => `$${after + index}::text[]`);
  return {
    where: `exists (select 1 from jsonb_path_query(${json}, '$.** ? (@.type() == "string" || @.type() == "number")') as v(value)
      where lower(v.value #>> '{}') = any(${named}) and jsonb_typeof(v.value) = 'string'
        or exists (select 1 from unnest(${connections}, ${ids}) as r(connection, id) where r.connection = connection_id
          and (v.value #>> '{}' = r.id or length(r.id) >= ${LEAST_ID_IN_TEXT} and strpos(v.value #>> '{}', r.id) > 0)))`,
    parameters: [
      person.identifiers,
      person.contacts.map((contact) => contact.connectionId),
      person.contacts.map((contact) => contact.externalId),
    ],
  };
}
