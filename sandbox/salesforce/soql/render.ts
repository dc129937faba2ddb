import type { ObjectType } from '../model/field.ts';
import type { Row, Value } from '../org/records.ts';
import { type Plan, runChild } from './plan.ts';
import { type Path, parentOf, readerOf, type Scope } from './resolve.ts';

/** A record of a reply: `attributes`, then fields, nested parents and child lists in the order of the query. */
export interface RenderedRecord {
  attributes: { type: string; url: string };
  [key: string]: unknown;
}

/** Renders one row of a plan as JSON. `basePath` is `/services/data/vXX.X`. */
export function renderRow(scope: Scope, plan: Plan, row: Row, basePath: string, withDeleted: boolean): RenderedRecord {
  const record = head(plan.object, row, basePath);
  for (const column of plan.columns) {
    if (column.kind === 'field') {
      place(scope, record, row, column.path, basePath);
      continue;
    }
    const rows = runChild(scope, column.child, row.Id, withDeleted);
    const records = rows.map((child) => renderRow(scope, column.child.plan, child, basePath, withDeleted));
    record[column.child.relationship] =
      records.length === 0 ? null : { totalSize: records.length, done: true, records };
  }
  return record;
}

function head(object: ObjectType, row: Row, basePath: string): RenderedRecord {
  return { attributes: { type: object.name, url: `${basePath}/sobjects/${object.name}/${row.Id}` } };
}

/** Puts a field in its place; fields of one parent share one nested record, a missing parent is null. */
function place(scope: Scope, record: RenderedRecord, row: Row, path: Path, basePath: string): void {
  let target = record;
  let at = row;
  for (const step of path.steps) {
    const parent = parentOf(scope, at, step);
    if (parent === null) {
      target[step.relationship] = null;
      return;
    }
    const held = target[step.relationship] ?? head(parent.object, parent.row, basePath);
    target[step.relationship] = held;
    target = held as RenderedRecord;
    at = parent.row;
  }
  target[path.field.name] = at[path.field.name] ?? null;
}

/** Header of a Bulk result: the paths as selected, in canonical case. */
export function csvHeader(plan: Plan): string[] {
  return plan.columns.flatMap((column) =>
    column.kind === 'field'
      ? [[...column.path.steps.map((step) => step.relationship), column.path.field.name].join('.')]
      : [],
  );
}

/** Cells of one row of a Bulk result. Bulk writes datetimes with Z and nothing for null. */
export function csvReaders(scope: Scope, plan: Plan): ((row: Row) => string)[] {
  return plan.columns.flatMap((column) => {
    if (column.kind !== 'field') return [];
    const read = readerOf(scope, column.path);
    const isDatetime = column.path.field.type === 'datetime';
    return [(row: Row) => csvCell(read(row), isDatetime)];
  });
}

function csvCell(value: Value, isDatetime: boolean): string {
  if (value === null) return '';
  return isDatetime ? String(value).replace('+0000', 'Z') : String(value);
}
