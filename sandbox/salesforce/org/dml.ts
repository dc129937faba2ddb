import { salesforceTime } from '../datetime.ts';
import { SalesforceError } from '../errors.ts';
import { normaliseId } from '../ids.ts';
import type { Field, ObjectType } from '../model/field.ts';
import { checkCampaignMember } from './campaign-rules.ts';
import { derive } from './derive.ts';
import { readInput } from './input.ts';
import type { Change, Org } from './org.ts';
import type { Row, Value } from './records.ts';
import { checkSetupRow, releaseSetupRow } from './setup-rules.ts';

/** What goes with a record that is deleted: [parent, child, lookup on the child]. */
const CASCADES: readonly (readonly [string, string, string])[] = [
  ['Account', 'Contact', 'AccountId'],
  ['Account', 'Opportunity', 'AccountId'],
  ['Contact', 'OpportunityContactRole', 'ContactId'],
  ['Opportunity', 'OpportunityContactRole', 'OpportunityId'],
  ['Order', 'OrderItem', 'OrderId'],
];

/** Whose permissions a write uses, whose name it is stamped with, and where its values come from. */
export interface Writer {
  userId: string;
  stampedAs: string;
  source: 'json' | 'csv';
  /** By which API and client: "com/salesforce/api/rest/66.0;client=X"; empty for the user interface. */
  origin: string;
}

/**
 * A run of writes that can be taken back as a whole (allOrNone). Listeners hear of the changes at `commit`.
 * Every method throws a SalesforceError for a row that is refused.
 */
export class Transaction {
  readonly #org: Org;
  readonly #writer: Writer;
  readonly #undo: (() => void)[] = [];
  #changes: Change[] = [];

  constructor(org: Org, writer: Writer) {
    this.#org = org;
    this.#writer = writer;
  }

  /** Creates a record and returns it. */
  create(object: ObjectType, input: Readonly<Record<string, unknown>>): Row {
    if (!object.createable) throw notAllowed('INSERT', object);
    const values = readInput(this.#context('create'), object, input);
    const at = salesforceTime(this.#org.now());
    const row: Row = {
      ...this.#defaults(object),
      ...Object.fromEntries([...values].filter(([, value]) => value !== null)),
      Id: '',
      CreatedDate: at,
      CreatedById: this.#writer.stampedAs,
    };
    return this.#keep(object, { ...row, Id: this.#org.records.newId(object) }, undefined, at);
  }

  /** Changes the given fields of a record and returns it as it is then. */
  update(object: ObjectType, id: string, input: Readonly<Record<string, unknown>>): Row {
    if (!object.updateable) throw notAllowed('UPDATE', object);
    const before = this.existing(object, id);
    const values = readInput(this.#context('update'), object, input);
    return this.#keep(
      object,
      { ...before, ...Object.fromEntries(values), Id: before.Id },
      before,
      salesforceTime(this.#org.now()),
    );
  }

  /** Deletes a record: setup records for good, others into the recycle bin, with what hangs on them. */
  delete(object: ObjectType, id: string): void {
    if (!object.deletable) throw notAllowed('DELETE', object);
    const before = this.existing(object, id);
    if (object.setup) {
      releaseSetupRow(this.#org.records, object.name, before);
      this.#drop(object, before);
      return;
    }
    this.#recycle(object, before);
  }

  /** Takes a record out of the recycle bin, with what was deleted along with it; one that was merged away stays there. */
  undelete(object: ObjectType, id: string): void {
    const row = this.#org.records.get(object.name, normaliseId(id) ?? '');
    if (row?.IsDeleted !== true || (row.MasterRecordId ?? null) !== null) {
      throw new SalesforceError(400, 'UNDELETE_FAILED', 'entity is not in the recycle bin');
    }
    this.#restore(object, row, salesforceTime(this.#org.now()));
  }

  /** The record of an id. Throws ENTITY_IS_DELETED, INVALID_CROSS_REFERENCE_KEY or MALFORMED_ID. */
  existing(object: ObjectType, id: string): Row {
    const full = normaliseId(id);
    if (full === null) throw new SalesforceError(400, 'MALFORMED_ID', `malformed id ${id}`);
    const row = this.#org.records.get(object.name, full);
    if (row === undefined) throw new SalesforceError(404, 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
    if (row.IsDeleted === true) throw new SalesforceError(404, 'ENTITY_IS_DELETED', 'entity is deleted');
    return row;
  }

  /** Writes a whole row with its own stamps; for the merge, which is the platform's own doing. */
  put(object: ObjectType, row: Row): void {
    const before = this.#org.records.get(object.name, row.Id);
    this.#org.records.put(object.name, row);
    this.#remember(object, row, before);
    if (object.name === 'OrderItem') this.#totalOrder(row);
  }

  /** Tells the listeners. */
  commit(): void {
    const changes = this.#changes;
    this.#changes = [];
    if (changes.length === 0) return;
    const { stampedAs: userId, origin } = this.#writer;
    for (const listener of this.#org.listeners) listener({ changes, userId, origin });
  }

  /** Takes every write back. */
  rollBack(): void {
    for (const undo of this.#undo.reverse()) undo();
    this.#changes = [];
  }

  #context(mode: 'create' | 'update') {
    const { access, records } = this.#org;
    return { access, records, userId: this.#writer.userId, mode, source: this.#writer.source };
  }

  #defaults(object: ObjectType): Record<string, Value> {
    const defaults: Record<string, Value> = { IsDeleted: false };
    for (const field of object.fields.values()) {
      if (field.defaultValue !== null) defaults[field.name] = field.defaultValue;
    }
    if (object.fields.has('ownerid')) defaults.OwnerId = this.#writer.userId;
    return defaults;
  }

  #keep(object: ObjectType, row: Row, before: Row | undefined, at: string): Row {
    const { records, kernel } = this.#org;
    const derived = derive(object.name, row, { records, before, at, nextNumber: (name) => kernel.nextNumber(name) });
    const after: Row = {
      ...derived,
      LastModifiedDate: at,
      LastModifiedById: this.#writer.stampedAs,
      SystemModstamp: at,
    };
    checkSetupRow(this.#org.model, records, object.name, after);
    checkCampaignMember(records, object.name, after);
    for (const field of object.fields.values()) if (field.unique) this.#refuseDuplicate(object, field, after);
    // A field permission without read access is no permission: Salesforce deletes it.
    if (object.name === 'FieldPermissions' && after.PermissionsRead !== true) {
      if (before !== undefined) this.#drop(object, before);
      return after;
    }
    this.put(object, after);
    return after;
  }

  #refuseDuplicate(object: ObjectType, field: Field, row: Row): void {
    const value = row[field.name] ?? null;
    if (value === null) return;
    for (const id of this.#org.records.idsWhere(object.name, field.name, value)) {
      if (id === row.Id || this.#org.records.get(object.name, id)?.IsDeleted === true) continue;
      throw new SalesforceError(
        400,
        'DUPLICATE_VALUE',
        `duplicate value found: ${field.name} duplicates value on record with id: ${id}`,
      );
    }
  }

  #recycle(object: ObjectType, before: Row): void {
    const at = salesforceTime(this.#org.now());
    this.put(object, {
      ...before,
      IsDeleted: true,
      LastModifiedDate: at,
      LastModifiedById: this.#writer.stampedAs,
      SystemModstamp: at,
    });
    for (const [parent, child, lookup] of CASCADES) {
      const childObject = this.#org.model.object(child);
      if (parent !== object.name || childObject === undefined) continue;
      for (const id of this.#org.records.idsWhere(child, lookup, before.Id)) {
        const row = this.#org.records.get(child, id);
        if (row !== undefined && row.IsDeleted !== true) this.#recycle(childObject, row);
      }
    }
  }

  #restore(object: ObjectType, row: Row, at: string): void {
    const stamps = { LastModifiedDate: at, LastModifiedById: this.#writer.stampedAs, SystemModstamp: at };
    this.put(object, { ...row, ...stamps, IsDeleted: false });
    for (const [parent, child, lookup] of CASCADES) {
      const childObject = this.#org.model.object(child);
      if (parent !== object.name || childObject === undefined) continue;
      for (const id of this.#org.records.idsWhere(child, lookup, row.Id)) {
        const other = this.#org.records.get(child, id);
        // Only what went with it, at the same moment, comes back with it.
        const wentAlong = other?.IsDeleted === true && other.SystemModstamp === row.SystemModstamp;
        if (other !== undefined && wentAlong) this.#restore(childObject, other, at);
      }
    }
  }

  /**
   * Order.TotalAmount is the sum of the order's products, which changes the order.
   * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_order.htm
   */
  #totalOrder(item: Row): void {
    const { records, model } = this.#org;
    const orders = model.object('Order');
    const order = typeof item.OrderId === 'string' ? records.get('Order', item.OrderId) : undefined;
    if (orders === undefined || order === undefined) return;
    const items = records.idsWhere('OrderItem', 'OrderId', order.Id).map((id) => records.get('OrderItem', id));
    const cents = items.reduce(
      (sum, each) => sum + (each?.IsDeleted === true ? 0 : Math.round(Number(each?.TotalPrice ?? 0) * 100)),
      0,
    );
    this.put(orders, { ...order, TotalAmount: cents / 100, SystemModstamp: item.SystemModstamp ?? null });
  }

  #drop(object: ObjectType, before: Row): void {
    this.#org.records.remove(object.name, before.Id);
    this.#undo.push(() => this.#org.records.put(object.name, before));
  }

  #remember(object: ObjectType, row: Row, before: Row | undefined): void {
    const { records } = this.#org;
    this.#undo.push(() =>
      before === undefined ? records.remove(object.name, row.Id) : records.put(object.name, before),
    );
    this.#changes.push({ object, row, before });
  }
}

function notAllowed(verb: string, object: ObjectType): SalesforceError {
  return new SalesforceError(
    400,
    'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    `entity type cannot be ${verb === 'INSERT' ? 'inserted' : verb === 'UPDATE' ? 'updated' : 'deleted'}: ${object.label}`,
  );
}

/** Runs one write alone: kept and told to the listeners when it succeeds, taken back when it throws. */
export function transact<Result>(org: Org, writer: Writer, work: (transaction: Transaction) => Result): Result {
  const transaction = new Transaction(org, writer);
  try {
    const result = work(transaction);
    transaction.commit();
    return result;
  } catch (error) {
    transaction.rollBack();
    throw error;
  }
}
