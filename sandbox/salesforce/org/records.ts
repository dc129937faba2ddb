import type { Kernel, Table } from '../../kernel/types.ts';
import { makeId } from '../ids.ts';
import type { Field, ObjectType } from '../model/field.ts';
import type { Model } from '../model/model.ts';

/** What a field holds. Dates are YYYY-MM-DD, datetimes `…T….000+0000`, both text. */
export type Value = string | number | boolean | null;

/** One record, by canonical field name. A missing field is null. Rows are never changed in place. */
export interface Row {
  Id: string;
  [field: string]: Value;
}

type Index = Map<string, Set<string>>;

function keyOf(value: Value): string {
  return typeof value === 'string' && value.length !== 18 ? value.toLowerCase() : String(value);
}

/** True for the fields that equality is looked up by: lookups, external ids, unique and look-up fields such as Email. */
export function isIndexed(field: Field): boolean {
  return field.type === 'reference' || field.externalId || field.unique || field.idLookup;
}

/** The org's records, one kernel table per object, with equality indexes built when first asked for. */
export class Records {
  readonly #kernel: Kernel;
  readonly #model: Model;
  readonly #tables = new Map<string, Table<Row>>();
  readonly #indexes = new Map<string, Map<string, Index>>();
  readonly #changes = new Map<string, number>();

  constructor(kernel: Kernel, model: Model) {
    this.#kernel = kernel;
    this.#model = model;
  }

  /** The table of an object, by canonical name. */
  table(object: string): Table<Row> {
    let table = this.#tables.get(object);
    if (table === undefined) {
      table = this.#kernel.table<Row>(`salesforce.${object}`);
      this.#tables.set(object, table);
    }
    return table;
  }

  get(object: string, id: string): Row | undefined {
    return this.table(object).get(id);
  }

  /** The record of an id, whatever its object. */
  find(id: string): { object: ObjectType; row: Row } | undefined {
    const object = this.#model.objectOfId(id);
    const row = object === undefined ? undefined : this.get(object.name, id);
    return object === undefined || row === undefined ? undefined : { object, row };
  }

  /** A fresh id of an object. */
  newId(object: ObjectType): string {
    return makeId(object.keyPrefix, this.#kernel.nextNumber(`salesforce.id.${object.keyPrefix}`));
  }

  /** Writes a record and keeps the indexes. */
  put(object: string, row: Row): void {
    const before = this.table(object).get(row.Id);
    this.table(object).set(row.Id, row);
    this.#reindex(object, row.Id, before, row);
  }

  /** Removes a record for good; only setup records go this way, others are marked deleted. */
  remove(object: string, id: string): void {
    const before = this.table(object).get(id);
    this.table(object).delete(id);
    this.#reindex(object, id, before, undefined);
  }

  /** Ids of the records whose field equals a value, deleted ones included. Text is compared without case. */
  idsWhere(object: string, field: string, value: Value): readonly string[] {
    let indexes = this.#indexes.get(object);
    if (indexes === undefined) {
      indexes = new Map();
      this.#indexes.set(object, indexes);
    }
    let index = indexes.get(field);
    if (index === undefined) {
      index = new Map();
      for (const row of this.table(object).values()) enter(index, row[field] ?? null, row.Id);
      indexes.set(field, index);
    }
    return [...(index.get(keyOf(value)) ?? [])];
  }

  /** Counts every write to an object: what was derived from its records is stale when this moved. */
  changes(object: string): number {
    return this.#changes.get(object) ?? 0;
  }

  /** Forgets a field's values, when a custom field is deleted. */
  dropField(object: string, field: string): void {
    this.#indexes.get(object)?.delete(field);
    for (const row of [...this.table(object).values()]) {
      if (row[field] === undefined) continue;
      const { [field]: _gone, ...rest } = row;
      this.put(object, rest as Row);
    }
  }

  #reindex(object: string, id: string, before: Row | undefined, after: Row | undefined): void {
    this.#changes.set(object, this.changes(object) + 1);
    const indexes = this.#indexes.get(object);
    if (indexes === undefined) return;
    for (const [field, index] of indexes) {
      const was = before?.[field] ?? null;
      const is = after?.[field] ?? null;
      if (before !== undefined && after !== undefined && was === is) continue;
      if (before !== undefined) index.get(keyOf(was))?.delete(id);
      if (after !== undefined) enter(index, is, id);
    }
  }
}

function enter(index: Index, value: Value, id: string): void {
  const key = keyOf(value);
  const ids = index.get(key);
  if (ids === undefined) index.set(key, new Set([id]));
  else ids.add(id);
}
