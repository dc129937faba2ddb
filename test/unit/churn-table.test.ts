import { describe, expect, it } from 'vitest';
import { churnTable } from '../../cli/churn-table.ts';
import type { TextTable } from '../../cli/read-table.ts';

const text = (lines: string): TextTable => {
  const [header = [], ...rows] = lines
    .trim()
    .split('\n')
    .map((line) => line.trim().split(','));
  return { header, rows: rows.map((cells, i) => ({ line: i + 2, cells })) };
};
const columns = { label: 'Churn', positive: 'Yes' };

describe('a table of customers', () => {
  it('has numbers, categories and missing values', () => {
    const { rows, features, notes } = churnTable(
      text('tenure,plan,Churn\n1,basic,Yes\n,basic,No\n3,pro,No\nNA,,Yes'),
      columns,
    );
    expect(features).toEqual([
      { name: 'tenure', kind: 'number' },
      { name: 'plan', kind: 'category' },
    ]);
    expect(rows.map(({ values }) => values)).toEqual([
      [1, 'basic'],
      [null, 'basic'],
      [3, 'pro'],
      [null, null],
    ]);
    expect(rows.map(({ label }) => label)).toEqual([1, 0, 0, 1]);
    expect(notes).toEqual([]);
  });

  it.each([
    ['no such label', 'a,b\n1,2', /Churn: expected a column of this name|field Churn/],
    ['an outcome that is not known', 'a,Churn\n1,Yes\n2,', /^row 3, field Churn: expected an outcome/],
    ['no such outcome', 'a,Churn\n1,Left\n2,Stayed', /--positive: expected one of the outcomes.*Left, Stayed/],
    ['text in a column of numbers', 'a,Churn\n1,Yes\n2,No\nfew,No', /^row 4, field a: expected a number/],
    ['an endless number', 'a,Churn\n1,Yes\n2,No\n1e999,No', /^row 4, field a: expected a number/],
    ['nothing to learn from', 'id,Churn\n1,Yes\n2,No', /at least one column to learn from/],
  ])('refuses %s, naming the place', (_, lines, message) => {
    expect(() => churnTable(text(lines), columns)).toThrow(message);
  });

  it('leaves out names, numberings and empty columns, and says so', () => {
    const lines = Array.from({ length: 60 }, (_, i) => `${i},c${i},s${i % 55},,${i % 3},${i % 2 ? 'Yes' : 'No'}`);
    const { features, notes } = churnTable(
      text(`CustomerId,name,surname,note,seats,Churn\n${lines.join('\n')}`),
      columns,
    );
    expect(features).toEqual([{ name: 'seats', kind: 'number' }]);
    expect(notes).toEqual([
      'Column "surname" tells of persons (name) and was left out.',
      'Column "CustomerId" numbers the rows, and was left out.',
      'Column "name" has another text in every row, as names have, and was left out.',
      'Column "note" is empty, and was left out.',
    ]);
  });

  it('says that more than two outcomes are taken as two', () => {
    const { notes } = churnTable(text('a,Churn\n1,Yes\n2,No\n3,Paused'), columns);
    expect(notes).toEqual(['Column "Churn" has 3 values: all but "Yes" count as staying.']);
  });
});

describe('a file of folds', () => {
  const table = text('a,Churn\n1,Yes\n2,No\n1,Yes\n3,No');

  it('goes by its rows', () => {
    expect(churnTable(table, columns, text('row,fold\n3,0\n2,1\n1,0\n0,1')).folds).toEqual([1, 0, 1, 0]);
    expect(churnTable(table, columns, text('fold\n5\n6\n7\n8')).folds).toEqual([5, 6, 7, 8]);
  });

  it('of the table without copies drops them', () => {
    const found = churnTable(table, columns, text('row,fold,y\n0,1,1\n1,0,0\n2,1,0'));
    expect(found.folds).toEqual([1, 0, 1]);
    expect(found.rows).toHaveLength(3);
    expect(found.notes[0]).toContain('1 exact copies of other rows were dropped');
  });

  it.each([
    ['another number of rows', 'row,fold\n0,1\n1,0', /--folds: expected 4 rows as in the table, or 3/],
    ['a row twice', 'row,fold\n0,1\n0,0\n1,1\n2,0', /^row 3, field row/],
    ['a row that is not there', 'row,fold\n0,1\n1,0\n2,1\n9,0', /^row 5, field row/],
    ['a fold without number', 'row,fold\n0,a\n1,0\n2,1\n3,0', /^row 2, field fold/],
    ['other outcomes', 'row,fold,y\n0,1,0\n1,0,0\n2,1,1\n3,0,0', /^row 2, field y: expected the outcome of row 0/],
    ['no column fold', 'row\n0\n1\n2\n3', /fold/],
  ])('is refused with %s', (_, lines, message) => {
    expect(() => churnTable(table, columns, text(lines))).toThrow(message);
  });
});

describe('a table of customers on days', () => {
  const snapshot = { customer: 'who', day: 'day', leftOn: 'left' };

  it('keeps whose, when and when left apart from what is learned from', () => {
    const { features, snapshots } = churnTable(
      text('who,day,left,a,Churn\nx,2026-01-05,2026-02-01,1,Yes\ny,2026-01-05,,2,No'),
      { ...columns, snapshot },
    );
    expect(features).toEqual([{ name: 'a', kind: 'number' }]);
    const [first, second] = snapshots ?? [];
    expect((first?.leftOn ?? 0) - (first?.day ?? 0)).toBe(27);
    expect(second).toMatchObject({ customer: 'y', leftOn: null });
  });

  it('refuses a day that is none', () => {
    expect(() =>
      churnTable(text('who,day,left,a,Churn\nx,5.1.2026,,1,Yes\ny,2026-01-05,,2,No'), { ...columns, snapshot }),
    ).toThrow(/^row 2, field day: expected a day as YYYY-MM-DD/);
  });
});
