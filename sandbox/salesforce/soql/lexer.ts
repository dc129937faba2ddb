import { malformed } from './errors.ts';

/** One piece of a query. `position` counts characters from 0. */
export interface Token {
  kind: 'word' | 'string' | 'number' | 'temporal' | 'symbol' | 'end';
  /** As written, for a string its value with the escapes resolved. */
  text: string;
  position: number;
}

const SPACE = /\s+/y;
const TEMPORAL = /\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?/iy;
const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/iy;
const WORD = /[a-z_][\w]*(?:\.[a-z_][\w]*)*/iy;
const SYMBOL = /<=|>=|!=|<>|[(),=<>:]/y;

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  N: '\n',
  r: '\r',
  R: '\r',
  t: '\t',
  T: '\t',
  b: '\b',
  B: '\b',
  f: '\f',
  F: '\f',
  '"': '"',
  "'": "'",
  '\\': '\\',
  // Kept with their backslash: LIKE alone resolves them.
  _: '\\_',
  '%': '\\%',
};

/**
 * Splits a SOQL text into tokens, the last of kind `end`.
 * @throws SalesforceError MALFORMED_QUERY for an open string, a bad escape or a character SOQL does not have.
 */
export function tokenise(soql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(soql)?.[0] ?? null;
  };
  while (at < soql.length) {
    const space = take(SPACE);
    if (space !== null) {
      at += space.length;
      continue;
    }
    if (soql[at] === "'") {
      const { text, end } = readString(soql, at);
      tokens.push({ kind: 'string', text, position: at });
      at = end;
      continue;
    }
    const found =
      match('temporal', take(TEMPORAL)) ??
      match('number', take(NUMBER)) ??
      match('word', take(WORD)) ??
      match('symbol', take(SYMBOL));
    if (found === null) throw malformed(soql, at, `line 1:${at} no viable alternative at character '${soql[at]}'`);
    tokens.push({ ...found, position: at });
    at += found.text.length;
  }
  tokens.push({ kind: 'end', text: '<EOF>', position: soql.length });
  return tokens;
}

function match(kind: Token['kind'], text: string | null): { kind: Token['kind']; text: string } | null {
  return text === null ? null : { kind, text };
}

function readString(soql: string, start: number): { text: string; end: number } {
  let text = '';
  for (let at = start + 1; at < soql.length; at++) {
    const letter = soql[at] ?? '';
    if (letter === "'") return { text, end: at + 1 };
    if (letter !== '\\') {
      text += letter;
      continue;
    }
    const escaped = soql[at + 1] ?? '';
    const unicode = /^u([0-9a-f]{4})/i.exec(soql.slice(at + 1, at + 6));
    if (unicode !== null) {
      text += String.fromCharCode(Number.parseInt(unicode[1] ?? '', 16));
      at += 5;
      continue;
    }
    const resolved = ESCAPES[escaped];
    if (resolved === undefined)
      throw malformed(soql, at, `Invalid string literal '${escaped}'. Illegal character sequence`);
    text += resolved;
    at += 1;
  }
  throw malformed(soql, start, `line 1:${soql.length} mismatched character '<EOF>' expecting '''`);
}
