import type { Field, ObjectType } from '../model/field.ts';
import type { Model } from '../model/model.ts';
import type { Access } from '../org/access.ts';
import type { Row, Value } from '../org/records.ts';
import type { Name } from './ast.ts';
import { noSuchColumn, noSuchRelationship } from './errors.ts';

/** Where a query runs: which objects there are, whose eyes, and how a row is found. */
export interface Scope {
  model: Model;
  access: Access;
  userId: string;
  /** The object of a name in FROM; data and tooling queries differ in it. */
  objectNamed(name: string): ObjectType | undefined;
  rows(object: ObjectType): Iterable<Row>;
  row(object: ObjectType, id: string): Row | undefined;
  /** Ids of the rows whose field equals a value. */
  idsWhere(object: ObjectType, field: string, value: Value): readonly string[];
}

/** One step from a record to its parent. `targets` has several objects for a lookup such as Task.WhoId or WhatId. */
export interface Step {
  relationship: string;
  lookup: string;
  targets: readonly ObjectType[];
}

/** A field path made concrete: the steps to the parent and the field there. */
export interface Path {
  steps: readonly Step[];
  field: Field;
}

/** What the parent of a lookup to several objects shows; each object answers with those it has. */
const NAME_FIELDS = new Set([
  'id',
  'name',
  'firstname',
  'lastname',
  'email',
  'phone',
  'title',
  'type',
  'username',
  'isactive',
]);

/**
 * Resolves a field path as seen by the running user.
 * @throws SalesforceError INVALID_FIELD with the vendor's text for an unknown or hidden field or an unknown relationship.
 */
export function resolvePath(scope: Scope, soql: string, root: ObjectType, alias: string | null, name: Name): Path {
  let parts = name.parts;
  const [first] = parts;
  if (parts.length > 1 && first !== undefined && isSelf(root, alias, first)) parts = parts.slice(1);
  const steps: Step[] = [];
  let at: readonly ObjectType[] = [root];
  for (const relationship of parts.slice(0, -1)) {
    const step = stepTo(scope, at, relationship);
    if (step === null || steps.length === 5) throw noSuchRelationship(soql, name.position, relationship);
    steps.push(step);
    at = step.targets;
  }
  const column = parts.at(-1) ?? '';
  const field = fieldOf(scope, at, column);
  const entity = at.length === 1 ? (at[0]?.name ?? '') : 'Name';
  if (field === null) throw noSuchColumn(soql, name.position, column, entity);
  return { steps, field };
}

function isSelf(root: ObjectType, alias: string | null, first: string): boolean {
  const lower = first.toLowerCase();
  return lower === alias?.toLowerCase() || lower === root.name.toLowerCase();
}

function stepTo(scope: Scope, from: readonly ObjectType[], relationship: string): Step | null {
  const lower = relationship.toLowerCase();
  for (const object of from) {
    for (const field of object.fields.values()) {
      if (field.relationshipName?.toLowerCase() !== lower) continue;
      const targets = field.referenceTo
        .map((target) => scope.objectNamed(target))
        .filter((target) => target !== undefined);
      return { relationship: field.relationshipName, lookup: field.name, targets };
    }
  }
  return null;
}

function fieldOf(scope: Scope, objects: readonly ObjectType[], column: string): Field | null {
  const several = objects.length > 1;
  if (several && !NAME_FIELDS.has(column.toLowerCase())) return null;
  for (const object of objects) {
    const field = scope.access.visibleField(scope.userId, object, column);
    if (field !== undefined) return field;
  }
  return null;
}

/** The parent a step leads to, with its object; null when the lookup is empty or dangling. */
export function parentOf(scope: Scope, row: Row, step: Step): { object: ObjectType; row: Row } | null {
  const id = row[step.lookup];
  if (typeof id !== 'string') return null;
  const prefix = id.slice(0, 3);
  const object =
    step.targets.length === 1 ? step.targets[0] : step.targets.find((target) => target.keyPrefix === prefix);
  const parent = object === undefined ? undefined : scope.row(object, id);
  return object === undefined || parent === undefined ? null : { object, row: parent };
}

/** Reads a path from a row; null on the way makes null. */
export function readerOf(scope: Scope, path: Path): (row: Row) => Value {
  const { steps, field } = path;
  const { name } = field;
  if (steps.length === 0) return (row) => row[name] ?? null;
  return (row) => {
    let at: Row | undefined = row;
    for (const step of steps) {
      at = at === undefined ? undefined : parentOf(scope, at, step)?.row;
    }
    return at?.[name] ?? null;
  };
}
