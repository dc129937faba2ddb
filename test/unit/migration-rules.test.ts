import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MIGRATIONS_FOLDER, splitStatements } from '../../core/store/migrate.ts';

/**
 * What a distributed PostgreSQL (Citus) refuses or does not do, held to by reading the migrations and the SQL of the product
 * (DESIGN section 5).
 */
interface Table {
  name: string;
  /** Column by which rows are distributed; null for a small table that stays on one machine. */
  distribution: string | null;
  /** Columns of each primary key and unique constraint or index. */
  keys: readonly (readonly string[])[];
}

const files = readdirSync(MIGRATIONS_FOLDER).sort();

/** Faults of one migration's text, given the tables of those before it. */
function faultsOf(
  text: string,
  known: ReadonlyMap<string, Table> = new Map(),
): { faults: string[]; tables: Map<string, Table> } {
  const faults: string[] = [];
  const tables = new Map(known);
  for (const [, comment = '', statement = ''] of text.matchAll(/((?:^--[^\n]*\n)*)((?:^(?!--)[^\n]+\n?)+)/gm)) {
    const create = /^create table (\w+)/i.exec(statement);
    if (create) {
      const [, name = ''] = create;
      const placed = /-- (?:distributed: (\w+)|(local))\s*$/m.exec(comment);
      if (!placed) faults.push(`${name}: say "-- distributed: COLUMN" or "-- local" before it`);
      const inline = [...statement.matchAll(/^\s*(\w+) [^,\n]*\b(?:primary key|unique)\b/gim)].map((match) => [
        match[1] ?? '',
      ]);
      const listed = [...statement.matchAll(/(?:primary key|unique)\s*\(([^)]*)\)/gi)].map((match) =>
        (match[1] ?? '').split(/,\s*/),
      );
      tables.set(name, {
        name,
        distribution: placed?.[1] ?? null,
        keys: [...inline.filter(([column]) => column !== 'primary' && column !== 'unique'), ...listed],
      });
      const table = tables.get(name);
      if (table?.distribution && !new RegExp(`^\\s*${table.distribution} `, 'm').test(statement)) {
        faults.push(`${name}: has no column ${table.distribution} to be distributed by`);
      }
      if (table?.distribution && /\b(?:serial|bigserial|generated)\b|references\b/i.test(statement)) {
        faults.push(`${name}: no identity column and no foreign key on a distributed table`);
      }
    }
    const index = /^create unique index \w+ on (\w+)\s*(?:using \w+\s*)?\(([^)]*)\)/i.exec(statement);
    if (index) {
      const table = tables.get(index[1] ?? '');
      if (table) tables.set(table.name, { ...table, keys: [...table.keys, (index[2] ?? '').split(/,\s*/)] });
    }
  }
  for (const table of tables.values()) {
    if (table.distribution === null) continue;
    if (table.keys.length === 0) faults.push(`${table.name}: has no key`);
    for (const key of table.keys) {
      if (!key.includes(table.distribution))
        faults.push(`${table.name}: key (${key.join(', ')}) lacks ${table.distribution}`);
    }
  }
  for (const statement of splitStatements(text)) {
    if (/;/.test(statement.replace(/'[^']*'/g, ''))) faults.push(`more than one statement: ${statement.slice(0, 40)}`);
  }
  return { faults, tables };
}

/** SQL texts of a source file: template and string literals that begin like a statement. */
function statementsIn(source: string): string[] {
  const literals = source.matchAll(/`((?:[^`\\]|\\.)*)`|'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"/g);
  return [...literals]
    .map((match) => match[1] ?? match[2] ?? match[3] ?? '')
    .filter((text) =>
      /^\s*(?:select|insert into|update|delete from|create|with|truncate|\(\w+(?:, \w+)*\) do )/i.test(text),
    );
}

function faultsOfSql(statement: string): string[] {
  const faults: string[] = [];
  const bare = statement.replace(/'[^']*'/g, "''");
  if (/;\s*\S/.test(bare)) faults.push('more than one statement');
  const doUpdate = /\bdo update\b([\s\S]*)/i.exec(bare)?.[1] ?? '';
  if (/\b(?:now\(\)|current_timestamp|current_date|clock_timestamp|random\(\)|nextval)/i.test(doUpdate))
    faults.push('a changing value in DO UPDATE');
  if (
    /\bset\b[\s\S]*\bcustomer_id\s*=/i.test(
      /\bset\b([\s\S]*?)(?:\bfrom\b|\bwhere\b|$)/i.exec(
        /\b(?:update|do update)\b[\s\S]*/i.exec(bare)?.[0] ?? '',
      )?.[0] ?? '',
    )
  ) {
    faults.push('an update of customer_id');
  }
  if (/\bskip locked\b/i.test(bare)) faults.push('SKIP LOCKED');
  return faults;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

describe('migrations', () => {
  it('are numbered without gaps and named', () => {
    expect(files.map((file) => /^(\d{3})-[a-z0-9-]+\.sql$/.exec(file)?.[1])).toEqual(
      files.map((_, index) => String(index + 1).padStart(3, '0')),
    );
  });

  it('keep the rules of a distributed store', () => {
    let tables = new Map<string, Table>();
    for (const file of files) {
      const result = faultsOf(readFileSync(join(MIGRATIONS_FOLDER, file), 'utf8'), tables);
      tables = result.tables;
      expect({ file, faults: result.faults }).toEqual({ file, faults: [] });
    }
    expect([...tables.values()].filter((table) => table.distribution !== null).length).toBeGreaterThan(10);
    for (const name of [
      'transactions',
      'events',
      'customers',
      'customer_stats',
      'scores',
      'score_history',
      'playbook_runs',
      'outbox',
    ]) {
      expect(tables.get(name)?.distribution).toBe('customer_id');
    }
  });

  it.each([
    [
      'a key without the distribution column',
      '-- distributed: customer_id\ncreate table t (\n  customer_id uuid,\n  id text not null primary key\n);\n',
      /key \(id\) lacks customer_id/,
    ],
    [
      'a listed key without it',
      '-- distributed: customer_id\ncreate table t (\n  customer_id uuid,\n  a text,\n  primary key (a)\n);\n',
      /key \(a\) lacks customer_id/,
    ],
    [
      'a unique index without it',
      '-- distributed: customer_id\ncreate table t (\n  customer_id uuid not null primary key,\n  a text\n);\n\ncreate unique index i on t (a);\n',
      /key \(a\) lacks/,
    ],
    ['a table that does not say', 'create table t (\n  id text\n);\n', /say "-- distributed/],
    [
      'a column that is not there',
      '-- distributed: customer_id\ncreate table t (\n  id text not null primary key\n);\n',
      /has no column customer_id/,
    ],
  ])('would be refused with %s', (_, text, fault) => {
    expect(faultsOf(text).faults.join('\n')).toMatch(fault);
  });
});

describe('the SQL of core', () => {
  const statements = sourceFiles(join(MIGRATIONS_FOLDER, '../..')).flatMap((file) =>
    statementsIn(readFileSync(file, 'utf8')).map((statement) => ({ file, statement })),
  );

  it('keeps the rules of a distributed store', () => {
    expect(statements.length).toBeGreaterThan(80);
    expect(
      statements.flatMap(({ file, statement }) =>
        faultsOfSql(statement).map((fault) => `${file}: ${fault}: ${statement}`),
      ),
    ).toEqual([]);
  });

  it.each([
    ['select 1; select 2', 'more than one statement'],
    ['insert into t (a) values (1) on conflict (a) do update set at = now()', 'a changing value in DO UPDATE'],
    ['(customer_id) do update set at = now()', 'a changing value in DO UPDATE'],
    ['update t set customer_id = $1 where customer_id = $2', 'an update of customer_id'],
    ['update t x set a = 1, customer_id = m.id from m where x.a = m.a', 'an update of customer_id'],
    ['select 1 from t for update skip locked', 'SKIP LOCKED'],
  ])('would be refused with %j', (statement, fault) => {
    expect(statementsIn(`const a = \`${statement}\`;`)).toHaveLength(1);
    expect(faultsOfSql(statement)).toContain(fault);
  });

  it.each([
    'update t set a = $1 where customer_id = $2',
    "select ';' as a",
    'insert into t (customer_id) values ($1) on conflict (customer_id) do update set a = excluded.a',
  ])('would be let through with %j', (statement) => {
    expect(faultsOfSql(statement)).toEqual([]);
  });
});
