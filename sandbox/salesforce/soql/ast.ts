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
  orderBy: readonly OrderTerm[];
  limit: number | null;
  offset: number;
}

/** A name with its place; a field path such as Account.Owner.Name has several parts. */
export interface Name {
  parts: readonly string[];
  position: number;
}

/** One thing to select: a field path or a child subquery. */
export type SelectItem = { kind: 'field'; name: Name } | { kind: 'child'; query: Query };

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
