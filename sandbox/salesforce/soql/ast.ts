/** A parsed query. Positions count characters from 0 and feed the error texts. */
export interface Query {
  text: string;
  /** SELECT COUNT(). */
  isCount: boolean;
  items: readonly SelectItem[];
  /** The object, or in a subquery the child relationship. */
  from: Name;
  alias: string | null;
  where: Condition | null;
  /** GROUP BY, outermost first. */
  groupBy: readonly Call[];
  orderBy: readonly OrderTerm[];
  limit: number | null;
  offset: number;
}

/** A name with its place; a field path such as Account.Owner.Name has several parts. */
export interface Name {
  parts: readonly string[];
  position: number;
}

/** A field as it stands (`fn` null) or inside a function, e.g. SUM(Amount). */
export interface Call {
  /** In upper case. */
  fn: string | null;
  name: Name;
}

/** One thing to select: a field path, a child subquery, or a function of a field with the name of its column, if it has one. */
export type SelectItem =
  | { kind: 'field'; name: Name; alias: string | null }
  | { kind: 'child'; query: Query }
  | { kind: 'call'; call: Call; alias: string | null };

/** The comparison operators. */
export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'IN' | 'NOT IN';

/** WHERE, as a tree. */
export type Condition =
  | { kind: 'and' | 'or'; terms: readonly Condition[] }
  | { kind: 'not'; term: Condition }
  | { kind: 'compare'; name: Name; operator: Operator; values: readonly Literal[] };

/** A value in a condition; `text` of a temporal one is still as written. */
export interface Literal {
  kind: 'string' | 'number' | 'boolean' | 'null' | 'date' | 'datetime';
  text: string;
  position: number;
}

/** One ORDER BY term. */
export interface OrderTerm {
  name: Name;
  descending: boolean;
  nullsFirst: boolean;
}
