import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CREDENTIALS, startSandbox } from '../../sandbox/index.ts';
import type { Sandbox } from '../../sandbox/kernel/types.ts';
import { generateWorld } from '../../sandbox/seed/generate.ts';
import { staypower } from '../support/command.ts';

const root = mkdtempSync(join(tmpdir(), 'staypower-cli-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const folder = () => mkdtempSync(join(root, `${++folders}-`));
const file = (where: string, name: string, text: string) => {
  const path = join(where, name);
  writeFileSync(path, text);
  return path;
};

const COMMANDS = [
  'demo',
  'init',
  'connect',
  'rotate-key',
  'check',
  'map',
  'reconcile',
  'provision',
  'unprovision',
  'run',
  'sync',
  'train',
  'score',
  'write-back',
  'models list',
  'models show',
  'models promote',
  'models rollback',
  'monitor',
  'replay-score',
  'undo',
  'pause',
  'resume',
  'explain',
  'playbooks list',
  'playbooks validate',
  'playbooks export',
  'playbooks import',
  'playbooks simulate',
  'effect',
  'advise',
  'allocate',
  'campaigns',
  'scenario run',
  'scenario list',
  'scenario compare',
  'undo-join',
  'erase',
  'erasures',
  'export-person',
  'export',
  'import',
  'quarantine',
  'evaluate clv',
  'evaluate churn',
  'evaluate uplift',
  'serve',
  'worker',
  'webhook add',
  'webhook list',
  'webhook remove',
  'webhook rotate-secret',
  'webhook deliveries',
  'webhook replay',
  'sandbox',
  'workspace create',
  'workspace list',
  'workspace delete',
  'prune',
  'backup',
  'restore',
  'move',
];

describe('help', () => {
  test.each(COMMANDS)('%s explains itself with an example and offers JSON', async (command) => {
    const { code, stdout } = await staypower([...command.split(' '), '--help'], { home: folder() });
    expect(code).toBe(0);
    expect(stdout).toContain('Example:');
    expect(stdout).toContain(`staypower ${command}`);
    expect(stdout).toContain('--json');
  });

  test('an unknown command is refused', async () => {
    const { code, stderr } = await staypower(['scroe'], { home: folder() });
    expect(code).toBe(1);
    expect(stderr).toContain('score');
  });
});

describe('demo', () => {
  test('a first run fills the records; a second one over the same day reads only news and writes nothing', async () => {
    const home = folder();
    const args = ['demo', '--once', '--json', '--customers', '150', '--as-of', '2026-10-31'];
    const first = await staypower(args, { home });
    expect(first.stderr.includes('rror')).toBe(false);
    expect(first.code).toBe(0);
    expect(first.stdout.trimEnd().split('\n')).toHaveLength(1);
    const report = JSON.parse(first.stdout);
    expect(Object.keys(report)).toEqual([
      'pulled',
      'customers',
      'scored',
      'recordsWritten',
      'fieldsWritten',
      'tasksOpened',
      'heldOut',
      'deferred',
      'rejected',
      'apiCalls',
      'minimumApiCalls',
      'asOf',
      'currency',
      'horizonDays',
      'models',
    ]);
    expect(report.rejected).toBe(0);
    // Every generated person once, in spite of three systems and doubled records.
    expect(report.customers).toBe(150);
    expect(report.fieldsWritten).toBeGreaterThan(150 * 10);
    expect(report.apiCalls).toBeLessThanOrEqual(1.1 * report.minimumApiCalls);
    expect(report.models.map((model: { name: string }) => model.name)).toEqual(
      expect.arrayContaining(['bg-nbd', 'mbg-nbd', 'gamma-gamma']),
    );

    const second = JSON.parse((await staypower(args, { home })).stdout);
    expect(second).toMatchObject({ pulled: 0, recordsWritten: 0, fieldsWritten: 0, tasksOpened: 0, rejected: 0 });
    expect(second.customers).toBe(150);
    expect(second.apiCalls).toBeLessThanOrEqual(1.1 * second.minimumApiCalls);
  }, 120_000);

  test.each([
    ['a word for an amount', 'customer_id,date,amount\n1,2026-01-01,9.50\n2,2026-01-02,nine\n', /row 3.*amount.*nine/s],
    ['a missing column', 'customer_id,date\n1,2026-01-01\n', /amount/],
    ['an empty file', '', /orders\.csv: expected transactions .*customer_id, date and amount.*an empty file/],
    ['a header alone', 'customer_id,date,amount\n', /orders\.csv.*a first line alone/],
    ['a day that does not exist', 'customer_id,date,amount\n1,2026-02-30,9.50\n', /row 2.*date.*2026-02-30/s],
  ])('%s in the transactions is named, and nothing is left behind', async (_, text, message) => {
    const home = folder();
    const { code, stderr, stdout } = await staypower(
      ['demo', '--once', '--json', '--transactions', file(home, 'orders.csv', text)],
      { home },
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(JSON.parse(stdout).error.code).toBe('data');
    expect(readdirSync(home).filter((name) => name === 'store')).toEqual([]);
    expect(readdirSync(join(home, 'sandbox'))).toEqual([]);
  });
});

describe('configuration', () => {
  test('all problems are reported together, with path, expectation and remedy', async () => {
    const home = folder();
    file(
      home,
      'staypower.yaml',
      'currency: euro\ntimezone: UTC\nconnections:\n  - vendor: hubspot\n    settings: { appID: 1 }\n',
    );
    const { code, stderr, stdout } = await staypower(['check', '--json'], { home });
    expect(code).toBe(1);
    expect(stderr).toMatch(/currency: expected a three-letter ISO 4217 code/);
    expect(stderr).toMatch(/timezone: expected a key that is known/);
    expect(stderr).toMatch(/connections\.0\.settings\.appID: expected a key that is known/);
    expect(JSON.parse(stdout).error.problems).toHaveLength(3);
  });

  test('broken YAML is named with its line', async () => {
    const home = folder();
    file(home, 'staypower.yaml', 'currency: EUR\nconnections: [\n');
    const { code, stderr } = await staypower(['check'], { home });
    expect(code).toBe(1);
    expect(stderr).toMatch(/staypower\.yaml line \d+/);
  });

  test('a secret that is missing or empty stops the start and leaves nothing behind', async () => {
    const home = folder();
    file(home, 'staypower.yaml', 'connections:\n  - vendor: hubspot\n  - vendor: salesforce\n');
    const { code, stderr } = await staypower(['run'], {
      home,
      env: { HUBSPOT_ACCESS_TOKEN: '', SALESFORCE_CLIENT_ID: 'x' },
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/HUBSPOT_ACCESS_TOKEN: .*found an empty value/);
    expect(stderr).toMatch(/SALESFORCE_CLIENT_SECRET: .*found nothing/);
    expect(readdirSync(home)).toEqual(['staypower.yaml']);
  });

  test('init writes a configuration that works, and overwrites nothing', async () => {
    const home = folder();
    expect((await staypower(['init', '--connect', 'hubspot', '--currency', 'EUR'], { home })).code).toBe(0);
    const again = await staypower(['init'], { home });
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('staypower.yaml');
    const check = await staypower(['check'], { home, env: { HUBSPOT_ACCESS_TOKEN: ' ' } });
    expect(check.stderr).toContain('HUBSPOT_ACCESS_TOKEN');
  });
});

describe('against the sandbox', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox(
      { stateDir: null, seed: 9 },
      generateWorld({ seed: 9, customers: 0, asOf: '2026-10-31' }),
    );
  });
  afterAll(() => sandbox.close());
  const env = () => ({
    HUBSPOT_BASE_URL: sandbox.urls.hubspot,
    HUBSPOT_ACCESS_TOKEN: CREDENTIALS.hubspot.accessToken as string,
  });

  test('a wrong key: the check says which connection and what to do; a run fails', async () => {
    const home = folder();
    file(home, 'staypower.yaml', 'connections:\n  - vendor: hubspot\n');
    const wrong = { ...env(), HUBSPOT_ACCESS_TOKEN: 'pat-wrong-0123456789' };
    const check = await staypower(['check', '--json'], { home, env: wrong });
    expect(check.code).toBe(1);
    const [connection] = JSON.parse(check.stdout).connections;
    expect(connection.connectionId).toBe('hubspot');
    expect(connection.report.problems[0].remedy).not.toBe('');
    const run = await staypower(['run', '--json'], { home, env: wrong });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^hubspot: /m);
    expect(run.stdout + run.stderr).not.toContain('pat-wrong-0123456789');
  });

  test('an empty book: the screen says what is missing', async () => {
    const home = folder();
    file(home, 'staypower.yaml', 'connections:\n  - vendor: hubspot\n');
    const { code, stdout } = await staypower(['run'], { home, env: env() });
    expect(code).toBe(0);
    expect(stdout).toContain('Missing: There are no customers yet');
  });
});

describe('import', () => {
  test('faulty rows are named and wait in quarantine, the others count; once more changes nothing', async () => {
    const home = folder();
    const orders = file(
      home,
      'orders.csv',
      'customer_id,date,amount,email\na,2026-01-01,10.00,a@x.example\na,2026-13-01,5,a@x.example\nb,2026-01-05,abc,b@x.example\nb,2026-01-06,20,b@x.example\n',
    );
    const first = await staypower(['import', orders, '--json', '--as-of', '2026-10-31'].slice(0, 3), { home });
    expect(first.code).toBe(1);
    expect(JSON.parse(first.stdout)).toMatchObject({ rejected: 2, customers: 2 });
    expect(first.stderr).toMatch(/line 3, date.*2026-13-01/);
    expect(first.stderr).toMatch(/line 4, amount.*abc/);
    const quarantine = await staypower(['quarantine', '--json'], { home });
    expect(JSON.parse(quarantine.stdout).records).toHaveLength(2);
    const second = await staypower(['import', orders, '--json'], { home });
    expect(JSON.parse(second.stdout)).toMatchObject({ imported: 0, customers: 2 });
  }, 60_000);

  test('a file without a needed column lands nothing', async () => {
    const home = folder();
    const { code, stderr } = await staypower(['import', file(home, 'orders.csv', 'who,when\n1,2\n')], { home });
    expect(code).toBe(1);
    expect(stderr).toMatch(/customer_id/);
    const check = await staypower(['quarantine', '--json'], { home });
    expect(JSON.parse(check.stdout).records).toEqual([]);
  });

  test('one customer with one order, then no repeat buyer: the screen says what is missing', async () => {
    const home = folder();
    const orders = file(home, 'orders.csv', 'customer_id,date,amount\na,2026-01-01,10.00\nb,2026-02-01,12.00\n');
    expect((await staypower(['import', orders], { home })).code).toBe(0);
    const { code, stdout } = await staypower(['run', '--as-of', '2026-10-31'], { home });
    expect(code).toBe(0);
    expect(stdout).toContain('Missing: No customer has bought twice');
  }, 60_000);
});

describe('evaluate clv', () => {
  test('a faulty row stops it with row, field and remedy', async () => {
    const home = folder();
    const orders = file(home, 'o.csv', 'customer_id,date,amount\na,2026-01-01,-3\n');
    const { code, stderr } = await staypower(
      ['evaluate', 'clv', '--transactions', orders, '--calibration-end', '2026-03-01', '--holdout-end', '2026-06-01'],
      { home },
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/2.*amount/);
  });

  test('a holdout before the calibration is refused', async () => {
    const home = folder();
    const { code, stderr } = await staypower(
      [
        'evaluate',
        'clv',
        '--transactions',
        'none.csv',
        '--calibration-end',
        '2026-06-01',
        '--holdout-end',
        '2026-03-01',
      ],
      { home },
    );
    expect(code).toBe(1);
    expect(stderr).toContain('--holdout-end');
  });
});
