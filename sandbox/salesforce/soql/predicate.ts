import { normaliseId } from '../ids.ts';
import { type Field, isNumeric, type ObjectType } from '../model/field.ts';
import { isIndexed, type Row, type Value } from '../org/records.ts';
import type { Condition, Literal, Operator, Query } from './ast.ts';
import { queryError } from './errors.ts';
import { readerOf, resolvePath, type Scope } from './resolve.ts';

/** Whether a row is in the answer. */
export type Predicate = (row: Row) => boolean;

type Comparison = Extract<Condition, { kind: 'compare' }>;

/**
 * Turns WHERE into a function. Text compares without case; `!=` and NOT IN keep rows where the field is empty, as Salesforce does.
 * @throws SalesforceError INVALID_FIELD for an unknown, hidden or unfilterable field or a value of the wrong type.
 */
export function compilePredicate(scope: Scope, query: Query, object: ObjectType, condition: Condition): Predicate {
  if (condition.kind === 'not') {
    const inner = compilePredicate(scope, query, object, condition.term);
    return (row) => !inner(row);
  }
  if (condition.kind === 'compare') return compileComparison(scope, query, object, condition);
  const terms = condition.terms.map((term) => compilePredicate(scope, query, object, term));
  return condition.kind === 'and'
    ? (row) => terms.every((term) => term(row))
    : (row) => terms.some((term) => term(row));
}

/**
 * The ids that alone can match, when an equality on an indexed field stands at the top of WHERE; null means: look at every row.
 */
export function candidateIds(scope: Scope, query: Query, object: ObjectType): readonly string[] | null {
  const { where } = query;
  const terms = where === null ? [] : where.kind === 'and' ? where.terms : [where];
  for (const term of terms) {
    if (term.kind !== 'compare' || (term.operator !== '=' && term.operator !== 'IN')) continue;
    const path = resolvePath(scope, query.text, object, query.alias, term.name);
    if (path.steps.length > 0 || !isIndexed(path.field)) continue;
    const values = term.values.map((literal) => literalValue(query, path.field, literal, term.operator));
    if (values.includes(null)) continue;
    if (path.field.name === 'Id') return [...new Set(values.map(String))];
    return [...new Set(values.flatMap((value) => scope.idsWhere(object, path.field.name, value)))];
  }
  return null;
}

function compileComparison(scope: Scope, query: Query, object: ObjectType, comparison: Comparison): Predicate {
  const { name, operator } = comparison;
  const path = resolvePath(scope, query.text, object, query.alias, name);
  const { field } = path;
  if (!field.filterable) {
    throw queryError(
      query.text,
      name.position,
      'INVALID_FIELD',
      `field '${field.name}' can not be filtered in a query call`,
    );
  }
  const values = comparison.values.map((literal) => literalValue(query, field, literal, operator));
  const read = readerOf(scope, path);
  const isText =
    typeof (values.find((value) => value !== null) ?? null) === 'string' &&
    field.type !== 'id' &&
    field.type !== 'reference';
  const fold = (value: Value): Value => (isText && typeof value === 'string' ? value.toLowerCase() : value);
  const empty = field.type === 'boolean' ? false : null;
  const get = (row: Row): Value => fold(read(row) ?? empty);
  const [wanted = null] = values.map(fold);
  switch (operator) {
    case '=':
      return (row) => get(row) === wanted;
    case '!=':
      return (row) => get(row) !== wanted;
    case 'IN':
    case 'NOT IN': {
      const set = new Set(values.map(fold));
      return operator === 'IN' ? (row) => set.has(get(row)) : (row) => !set.has(get(row));
    }
    case 'LIKE': {
      const pattern = likePattern(String(values[0] ?? ''));
      return (row) => pattern.test(String(read(row) ?? ''));
    }
    default:
      return ordered(operator, get, wanted);
  }
}

function ordered(operator: '<' | '<=' | '>' | '>=', get: (row: Row) => Value, wanted: Value): Predicate {
  if (wanted === null) return () => false;
  const test = (compare: (value: string | number | boolean) => boolean): Predicate => {
    return (row) => {
      const value = get(row);
      return value !== null && compare(value);
    };
  };
  switch (operator) {
    case '<':
      return test((value) => value < wanted);
    case '<=':
      return test((value) => value <= wanted);
    case '>':
      return test((value) => value > wanted);
    case '>=':
      return test((value) => value >= wanted);
  }
}

/** % is any run of characters, _ one character, \% and \_ themselves. */
function likePattern(like: string): RegExp {
  let source = '';
  for (let i = 0; i < like.length; i++) {
    const letter = like[i] ?? '';
    const after = like[i + 1];
    if (letter === '\\' && (after === '%' || after === '_')) {
      source += after;
      i += 1;
    } else if (letter === '%') source += '.*';
    else if (letter === '_') source += '.';
    else source += letter.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  }
  return new RegExp(`^${source}$`, 'is');
}

/** The literal as the field keeps it. */
function literalValue(query: Query, field: Field, literal: Literal, operator: Operator): Value {
  const refuse = (message: string): never => {
    throw queryError(query.text, literal.position, 'INVALID_FIELD', message);
  };
  const unquoted = (type: string) =>
    refuse(
      `value of filter criterion for field '${field.name}' must be of type ${type} and should not be enclosed in quotes`,
    );
  if (literal.kind === 'null') return null;
  if (field.type === 'id' || field.type === 'reference') return idOf(query, literal, operator);
  if (
    operator === 'LIKE' &&
    (field.type === 'date' || field.type === 'datetime' || field.type === 'boolean' || isNumeric(field))
  ) {
    return refuse(`invalid operator on ${field.type} field`);
  }
  if (field.type === 'boolean') return literal.kind === 'boolean' ? literal.text === 'TRUE' : unquoted('boolean');
  if (isNumeric(field)) return literal.kind === 'number' ? Number(literal.text) : unquoted('double');
  if (field.type === 'date') return literal.kind === 'date' ? literal.text : unquoted('date');
  if (field.type === 'datetime') return literal.kind === 'datetime' ? literal.text : unquoted('dateTime');
  if (literal.kind !== 'string') {
    return refuse(
      `value of filter criterion for field '${field.name}' must be of type string and should be enclosed in quotes`,
    );
  }
  if (operator === 'LIKE') return literal.text;
  return literal.text === '' ? null : literal.text.replace(/\\([_%])/g, '$1');
}

function idOf(query: Query, literal: Literal, operator: Operator): string {
  const refuse = (message: string) =>
    queryError(query.text, literal.position, 'INVALID_QUERY_FILTER_OPERATOR', message);
  if (operator === 'LIKE') throw refuse('invalid operator on id field');
  if (literal.kind === 'string') {
    // EntityDefinition ids are the objects' names.
    const id =
      normaliseId(literal.text) ?? (query.from.parts[0]?.toLowerCase() === 'customfield' ? literal.text : null);
    if (id !== null) return id;
  }
  throw refuse(`invalid ID field: ${literal.text}`);
}
