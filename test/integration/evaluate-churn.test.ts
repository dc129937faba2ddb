import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { churnFeatures, inventedCustomers } from '../support/churn.ts';
import { staypower } from '../support/command.ts';

const home = mkdtempSync(join(tmpdir(), 'staypower-churn-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Two snapshots of each customer; leavers leave 20 days after the second. */
const lines = inventedCustomers(120).flatMap(({ values, label }, i) =>
  ['2026-01-05', '2026-02-02'].map((day, k) => {
    const left = label === 1 ? '2026-02-22' : '';
    return [`c${i}`, day, left, ...values.map((value) => value ?? ''), label === 1 && k === 1 ? 'Yes' : 'No'].join();
  }),
);
const header = ['who', 'day', 'left', ...churnFeatures.map(({ name }) => name), 'Churn'].join();
const table = join(home, 'customers.csv');
writeFileSync(table, [header, ...lines].join('\n'));

describe('evaluate churn', () => {
  test('prints one line of JSON with every model, the naive rows and a card, and writes one page', async () => {
    const html = join(home, 'churn.html');
    const early = ['--alerts-per-week', '10', '--customer', 'who', '--day', 'day', '--left-on', 'left'];
    const { code, stdout } = await staypower(
      [
        'evaluate',
        'churn',
        '--table',
        table,
        '--label',
        'Churn',
        '--positive',
        'Yes',
        '--json',
        '--html',
        html,
        ...early,
      ],
      { home },
    );
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    const found = JSON.parse(stdout);
    expect(found.models.map((model: { name: string }) => model.name)).toEqual([
      'logistic',
      'random-forest',
      'gradient-boosting',
      'ensemble',
    ]);
    for (const key of ['name', 'parameters', 'logLikelihood', 'converged', 'fitSeconds', 'metrics']) {
      expect(found.models[0]).toHaveProperty(key);
    }
    expect(found.naive[0].name).toBe('base-rate');
    expect(found.card.sections.length).toBeGreaterThan(5);
    expect(found.models[3].earlyWarning).toMatchObject({ alertsPerWeek: 10, weeks: 2 });
    const page = readFileSync(html, 'utf8');
    expect(page.match(/<svg/g)).toHaveLength(2);
    expect(page).toContain('Model card');
    expect(page).toContain('base-rate (naive)');
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
  }, 60_000);

  test('compares groups of a column that it leaves out, and has survival models take part with a tenure', async () => {
    const people = inventedCustomers(150).map(({ values, label }, i) =>
      [i % 2 ? 'f' : 'm', 1 + ((i * 7) % 24), ...values.map((value) => value ?? ''), label === 1 ? 'Yes' : 'No'].join(),
    );
    const head = ['gender', 'months', ...churnFeatures.map(({ name }) => name), 'Churn'].join();
    writeFileSync(join(home, 'people.csv'), [head, ...people].join('\n'));
    const { code, stdout } = await staypower(
      [
        ...['evaluate', 'churn', '--table', 'people.csv', '--label', 'Churn', '--positive', 'Yes'],
        ...['--tenure', 'months', '--by', 'gender', '--without-sensitive', '--html', 'people.html'],
      ],
      { home },
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^survival +0\.\d{3}/m);
    expect(stdout).toContain('ensemble, groups by gender');
    expect(stdout).toMatch(/^m +75 +\d+\.\d % \(\d/m);
    expect(stdout).toContain('Note: Column "gender" tells of persons (gender) and was left out');
    const page = readFileSync(join(home, 'people.html'), 'utf8');
    expect(page).toContain('ensemble: groups by gender');
    expect(page).toContain('<h3>Groups by gender</h3>');
  }, 60_000);

  test.each([
    ['half of the early warning options', ['--customer', 'who'], /--alerts-per-week.*together/],
    ['costs that are none', ['--costs', '5'], /1:5/],
    ['an unknown treatment', ['--imbalance', 'luck'], /class-weights, smote, none/],
    ['a column to compare by that is not there', ['--by', 'nobody'], /nobody: expected a column/],
    ['an outcome that is not there', ['--positive', 'Gone'], /--positive.*No, Yes/],
  ])('refuses %s', async (_, more, message) => {
    const { code, stderr, stdout } = await staypower(
      ['evaluate', 'churn', '--table', table, '--label', 'Churn', '--positive', 'Yes', ...more],
      { home },
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
  });
});
