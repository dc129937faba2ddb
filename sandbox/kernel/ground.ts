import type { Table } from './types.ts';

/** Rows that a table has from the beginning and makes up when they are asked for, the same each time. */
export interface Ground<Row> {
  readonly size: number;
  get(id: string): Row | undefined;
  /** All ids, in their order. */
  ids(): IterableIterator<string>;
  /** All rows, in the same order. */
  values(): IterableIterator<Row>;
}

/**
 * A table that stands on a ground: what was set lies on top of it. So a look-alike holds millions of records in the memory of those
 * that were changed.
 */
export function onGround<Row extends { id: string }>(table: Table<Row>, ground: Ground<Row>): Table<Row> {
  let covered = 0;
  for (const row of table.values()) if (ground.get(row.id) !== undefined) covered += 1;
  return {
    get: (id) => table.get(id) ?? ground.get(id),
    set: (id, row) => {
      if (table.get(id) === undefined && ground.get(id) !== undefined) covered += 1;
      table.set(id, row);
    },
    delete: (id) => {
      if (ground.get(id) !== undefined)
        throw new Error(`${id} is of a generated world: it can be archived, not deleted`);
      table.delete(id);
    },
    *ids() {
      yield* ground.ids();
      for (const id of table.ids()) if (ground.get(id) === undefined) yield id;
    },
    *values() {
      for (const row of ground.values()) yield table.get(row.id) ?? row;
      for (const row of table.values()) if (ground.get(row.id) === undefined) yield row;
    },
    get size() {
      return ground.size + table.size - covered;
    },
  };
}
