import { isDate, readSoqlDatetime } from '../datetime.ts';
import { notImplemented, SalesforceError } from '../errors.ts';
import type { Call, Condition, Literal, Name, Operator, OrderTerm, Query, SelectItem } from './ast.ts';
import { malformed } from './errors.ts';
import { type Token, tokenise } from './lexer.ts';

const CLAUSES = new Set([
  'WHERE',
  'ORDER',
  'LIMIT',
  'OFFSET',
  'GROUP',
  'HAVING',
  'FOR',
  'ALL',
  'WITH',
  'USING',
  'UPDATE',
]);
const UNKNOWN_CLAUSES = new Set(['HAVING', 'FOR', 'ALL', 'WITH', 'USING', 'UPDATE']);
/** Functions of SELECT; those of dates stand in GROUP BY too. */
const DATE_FUNCTIONS = new Set(['CALENDAR_YEAR', 'CALENDAR_MONTH']);
const FUNCTIONS = new Set([...DATE_FUNCTIONS, 'COUNT', 'SUM']);
const LITERAL_WORDS = /^(?:TODAY|YESTERDAY|TOMORROW|(?:LAST|NEXT|THIS)_\w+|N_\w+)$/i;

/**
 * Parses one SOQL query of the subset: fields, parent fields, child subqueries, COUNT(), aggregates, WHERE, GROUP BY,
 * ORDER BY, LIMIT, OFFSET.
 * @throws SalesforceError 400 MALFORMED_QUERY for what is not SOQL; 501 for SOQL the sandbox does not know (HAVING, other functions,
 * date literals, semi-joins).
 */
export function parseSoql(soql: string): Query {
  const cursor = new Cursor(soql, tokenise(soql));
  const query = parseQuery(cursor, false);
  const rest = cursor.peek();
  if (rest.kind !== 'end') throw cursor.unexpected(rest);
  return query;
}

class Cursor {
  readonly soql: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(soql: string, tokens: readonly Token[]) {
    this.soql = soql;
    this.#tokens = tokens;
  }

  peek(ahead = 0): Token {
    const token = this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)];
    return token ?? { kind: 'end', text: '<EOF>', position: this.soql.length };
  }

  next(): Token {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  isWord(word: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'word' && token.text.toUpperCase() === word;
  }

  isSymbol(symbol: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'symbol' && token.text === symbol;
  }

  takeWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.next();
    return true;
  }

  takeSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.next();
    return true;
  }

  expectWord(word: string): void {
    if (!this.takeWord(word)) throw this.unexpected(this.peek());
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw this.unexpected(this.peek());
  }

  name(): Name {
    const token = this.next();
    if (token.kind !== 'word') throw this.unexpected(token);
    return { parts: token.text.split('.'), position: token.position };
  }

  unexpected(token: Token): SalesforceError {
    return malformed(this.soql, token.position, `unexpected token: '${token.text}'`);
  }
}

function parseQuery(cursor: Cursor, isChild: boolean): Query {
  cursor.expectWord('SELECT');
  const isCount = cursor.isWord('COUNT') && cursor.isSymbol('(', 1) && cursor.isSymbol(')', 2);
  if (isCount) for (let i = 0; i < 3; i++) cursor.next();
  const items = isCount ? [] : parseItems(cursor, isChild);
  cursor.expectWord('FROM');
  const from = cursor.name();
  const alias = parseAlias(cursor);
  refuseUnknownClause(cursor);
  const where = cursor.takeWord('WHERE') ? parseCondition(cursor) : null;
  refuseUnknownClause(cursor);
  const groupBy = parseGroupBy(cursor);
  refuseUnknownClause(cursor);
  const orderBy = parseOrderBy(cursor);
  const limit = cursor.takeWord('LIMIT') ? wholeNumber(cursor) : null;
  const offset = cursor.takeWord('OFFSET') ? wholeNumber(cursor) : 0;
  if (offset > 2000) {
    throw new SalesforceError(400, 'NUMBER_OUTSIDE_VALID_RANGE', 'Maximum SOQL offset allowed is 2000');
  }
  refuseUnknownClause(cursor);
  return { text: cursor.soql, isCount, items, from, alias, where, groupBy, orderBy, limit, offset };
}

function parseItems(cursor: Cursor, isChild: boolean): SelectItem[] {
  const items: SelectItem[] = [];
  do {
    if (cursor.isSymbol('(')) {
      if (isChild) throw malformed(cursor.soql, cursor.peek().position, 'a subquery cannot hold a subquery');
      cursor.next();
      items.push({ kind: 'child', query: parseQuery(cursor, true) });
      cursor.expectSymbol(')');
      continue;
    }
    if (cursor.isWord('TYPEOF')) throw notImplemented('TYPEOF in SOQL');
    const token = cursor.peek();
    // FROM at once after SELECT or a comma is a missing field, not a field of that name.
    if (token.text.toUpperCase() === 'FROM') throw cursor.unexpected(token);
    const call = parseCall(cursor, FUNCTIONS);
    const next = cursor.peek();
    const alias = next.kind === 'word' && next.text.toUpperCase() !== 'FROM' ? cursor.next().text : null;
    items.push(call.fn === null ? { kind: 'field', name: call.name, alias } : { kind: 'call', call, alias });
  } while (cursor.takeSymbol(','));
  return items;
}

/** A field, or a known function of one. */
function parseCall(cursor: Cursor, functions: ReadonlySet<string>): Call {
  const name = cursor.name();
  if (!cursor.takeSymbol('(')) return { fn: null, name };
  const fn = name.parts.join('.').toUpperCase();
  if (!functions.has(fn)) throw notImplemented(`the SOQL function ${fn}()`);
  const inner = cursor.name();
  cursor.expectSymbol(')');
  return { fn, name: inner };
}

function parseGroupBy(cursor: Cursor): Call[] {
  if (!cursor.takeWord('GROUP')) return [];
  cursor.expectWord('BY');
  const terms: Call[] = [];
  do terms.push(parseCall(cursor, DATE_FUNCTIONS));
  while (cursor.takeSymbol(','));
  return terms;
}

function parseAlias(cursor: Cursor): string | null {
  const token = cursor.peek();
  if (token.kind !== 'word' || CLAUSES.has(token.text.toUpperCase())) return null;
  return cursor.next().text;
}

function refuseUnknownClause(cursor: Cursor): void {
  const word = cursor.peek().text.toUpperCase();
  if (cursor.peek().kind === 'word' && UNKNOWN_CLAUSES.has(word)) throw notImplemented(`the SOQL clause ${word}`);
}

/** AND and OR may not be mixed on one level: Salesforce asks for parentheses. */
function parseCondition(cursor: Cursor): Condition {
  const terms = [parseTerm(cursor)];
  let joined: 'and' | 'or' | null = null;
  for (;;) {
    const kind = cursor.isWord('AND') ? 'and' : cursor.isWord('OR') ? 'or' : null;
    if (kind === null) break;
    if (joined !== null && joined !== kind) throw cursor.unexpected(cursor.peek());
    cursor.next();
    joined = kind;
    terms.push(parseTerm(cursor));
  }
  const [only] = terms;
  return joined === null && only !== undefined ? only : { kind: joined ?? 'and', terms };
}

function parseTerm(cursor: Cursor): Condition {
  if (cursor.takeWord('NOT')) return { kind: 'not', term: parseTerm(cursor) };
  if (cursor.takeSymbol('(')) {
    const inner = parseCondition(cursor);
    cursor.expectSymbol(')');
    return inner;
  }
  const name = cursor.name();
  if (cursor.isSymbol('(')) throw notImplemented(`the SOQL function ${name.parts.join('.')}() in WHERE`);
  const operator = parseOperator(cursor);
  const values = operator === 'IN' || operator === 'NOT IN' ? parseList(cursor) : [parseLiteral(cursor)];
  return { kind: 'compare', name, operator, values };
}

function parseOperator(cursor: Cursor): Operator {
  const token = cursor.next();
  if (token.kind === 'symbol') {
    if (token.text === '<>') return '!=';
    if (['=', '!=', '<', '<=', '>', '>='].includes(token.text)) return token.text as Operator;
  }
  const word = token.text.toUpperCase();
  if (token.kind === 'word' && (word === 'LIKE' || word === 'IN')) return word;
  if (token.kind === 'word' && word === 'NOT' && cursor.takeWord('IN')) return 'NOT IN';
  if (token.kind === 'word' && (word === 'INCLUDES' || word === 'EXCLUDES'))
    throw notImplemented(`the SOQL operator ${word}`);
  throw cursor.unexpected(token);
}

function parseList(cursor: Cursor): Literal[] {
  cursor.expectSymbol('(');
  if (cursor.isWord('SELECT')) throw notImplemented('semi-joins (IN (SELECT …)) in SOQL');
  const values: Literal[] = [];
  do values.push(parseLiteral(cursor));
  while (cursor.takeSymbol(','));
  cursor.expectSymbol(')');
  return values;
}

function parseLiteral(cursor: Cursor): Literal {
  const token = cursor.next();
  const { position, text } = token;
  if (token.kind === 'string') return { kind: 'string', text, position };
  if (token.kind === 'number') return { kind: 'number', text, position };
  if (token.kind === 'temporal') return parseTemporal(cursor, token);
  if (token.kind === 'word') {
    const word = text.toUpperCase();
    if (word === 'NULL') return { kind: 'null', text, position };
    if (word === 'TRUE' || word === 'FALSE') return { kind: 'boolean', text: word, position };
    if (LITERAL_WORDS.test(word)) throw notImplemented(`the SOQL date literal ${word}`);
  }
  throw cursor.unexpected(token);
}

function parseTemporal(cursor: Cursor, token: Token): Literal {
  const { position, text } = token;
  if (isDate(text)) return { kind: 'date', text, position };
  const datetime = readSoqlDatetime(text);
  if (datetime !== null) return { kind: 'datetime', text: datetime, position };
  throw malformed(
    cursor.soql,
    position,
    `line 1:${position} no viable alternative at character '${text}': expected YYYY-MM-DD, or YYYY-MM-DDThh:mm:ss followed by Z, +hh:mm or -hh:mm`,
  );
}

function parseOrderBy(cursor: Cursor): OrderTerm[] {
  if (!cursor.takeWord('ORDER')) return [];
  cursor.expectWord('BY');
  const terms: OrderTerm[] = [];
  do {
    const name = cursor.name();
    if (cursor.isSymbol('(')) throw notImplemented(`the SOQL function ${name.parts.join('.')}() in ORDER BY`);
    const descending = cursor.takeWord('DESC');
    if (!descending) cursor.takeWord('ASC');
    let nullsFirst = true;
    if (cursor.takeWord('NULLS')) {
      nullsFirst = cursor.takeWord('FIRST');
      if (!nullsFirst) cursor.expectWord('LAST');
    }
    terms.push({ name, descending, nullsFirst });
  } while (cursor.takeSymbol(','));
  return terms;
}

function wholeNumber(cursor: Cursor): number {
  const token = cursor.next();
  if (token.kind !== 'number' || !/^\d+$/.test(token.text)) throw cursor.unexpected(token);
  return Number(token.text);
}
