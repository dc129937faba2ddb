import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { resolveConfig } from '../../config/load.ts';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { AT_RISK_AND_VALUABLE } from '../../core/playbooks/schema.ts';
import { StaypowerClient } from '../../webhooks/client/staypower-client.ts';
import type { Server } from '../../webhooks/server.ts';
import { serveApi } from '../support/api-server.ts';
import { fakeClock } from '../support/clock.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';

const clock = fakeClock('2026-06-01T08:00:00.000Z');
const FILE = `# our book
currency: EUR
playbooks:
  # the one that pays
  - name: call-them
    when: { churnBand: [high] } # only those
    task: { subject: 'Call {name}', body: '{reasons}' }
`;
let folder: string;
let file: string;
let store: TempStore;
let server: Server;
let admin: StaypowerClient;
let rep: StaypowerClient;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'staypower-playbook-file-'));
  store = await openTempStore();
});
beforeEach(async () => {
  await emptyTables(store.database);
  file = join(folder, `${Math.floor(performance.now() * 1000)}.yaml`);
  writeFileSync(file, FILE);
  await server?.close();
  const { playbooks } = resolveConfig(parse(FILE), {});
  const served = await serveApi(store.database, {
    clock,
    today: calendarDay('2026-06-01'),
    playbooks,
    configFile: file,
  });
  server = served.server;
  admin = new StaypowerClient(server.url, served.token);
  rep = new StaypowerClient(server.url, (await admin.addKey({ label: 'rep', role: 'rep' })).key);
});
afterAll(async () => {
  await server?.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const SECOND = `# asked for by sales
name: second-order
when:
  purchases: { atLeast: 1, atMost: 1 }
task:
  subject: 'Second order: {name}'
  body: ask # kindly
`;
const names = async () => (await admin.listPlaybooks()).playbooks.map(({ name }) => name);
const changes = () =>
  store.database.query<{ actor: string; detail: object }>(
    `select actor, detail from audit_log where action = 'playbook-changed' order by seq`,
  );

describe('a draft', () => {
  it('is told its problems at their lines, in the words of the schema', async () => {
    const text = 'name: Bad Name\nwhen:\n  churnBand:\n    - high\n    - red\ntask:\n  subject: x\nwaht: 1\n';
    const { valid, name, problems } = await rep.validatePlaybook({ text });
    expect([valid, name]).toEqual([false, null]);
    expect(problems.map(({ line, path }) => [line, path])).toEqual([
      [1, 'name'],
      [5, 'when.churnBand.1'],
      [6, 'task.body'],
      [8, 'waht'],
    ]);
    expect((await rep.validatePlaybook({ text: 'name: [' })).problems).toMatchObject([{ expected: 'valid YAML' }]);
  });

  it('is told what could not be done: placeholders, connections and endpoints that are not there', async () => {
    const text = `${SECOND.replace('ask #', 'for {nobody} #')}steps:
  - { do: list, connection: elsewhere, listId: '7' }
  - { do: webhook, endpoint: ep_none }
`;
    const { valid, name, problems } = await rep.validatePlaybook({ text });
    expect([valid, name]).toEqual([false, 'second-order']);
    expect(problems.map(({ line, found }) => [line, found])).toEqual([
      [7, '{nobody}'],
      [9, 'elsewhere'],
      [9, 'elsewhere'],
      [10, 'ep_none'],
    ]);
  });

  it('says its rule in words, and is refused to a viewer', async () => {
    const { valid, rule } = await rep.validatePlaybook({ text: SECOND });
    expect(valid).toBe(true);
    expect(rule[0]).toContain('purchases 1');
    const viewer = new StaypowerClient(server.url, (await admin.addKey({ label: 'v', role: 'viewer' })).key);
    await expect(viewer.validatePlaybook({ text: SECOND })).rejects.toMatchObject({ status: 403 });
    await expect(rep.simulateDraft({ text: SECOND })).rejects.toMatchObject({ status: 409, code: 'not-fitted' });
    await expect(rep.simulateDraft({ text: 'name: x' })).rejects.toMatchObject({ status: 400 });
  });
});

describe('the playbooks of the configuration file', () => {
  it('are shown as they were written, with those that are shipped', async () => {
    const { playbooks, shipped } = await rep.getPlaybookFile();
    expect(playbooks).toMatchObject([{ name: 'call-them', enabled: true }]);
    expect(playbooks[0]?.text).toContain('# only those');
    expect(shipped).toHaveLength(5);
  });

  it('take one more, keep every comment, are in force at once, and the log says who did it', async () => {
    const { revision } = await admin.getPlaybookFile();
    const saved = await admin.savePlaybook({ text: SECOND, revision: revision ?? '' });
    expect(saved.name).toBe('second-order');
    const text = readFileSync(file, 'utf8');
    for (const kept of ['# our book', '# the one that pays', '# only those', '# kindly']) expect(text).toContain(kept);
    expect(await names()).toEqual(['call-them', 'second-order']);
    expect((await admin.getPlaybookFile()).revision).toBe(saved.revision);
    expect(await changes()).toEqual([{ actor: 'api-token', detail: { playbook: 'second-order', did: 'added' } }]);
  });

  it('are changed by admins alone, and not over a later edit', async () => {
    const { revision } = await admin.getPlaybookFile();
    await expect(rep.savePlaybook({ text: SECOND, revision: revision ?? '' })).rejects.toMatchObject({ status: 403 });
    writeFileSync(file, FILE.replace('EUR', 'USD'));
    await expect(admin.savePlaybook({ text: SECOND, revision: revision ?? '' })).rejects.toMatchObject({
      status: 409,
      code: 'config',
    });
    expect(readFileSync(file, 'utf8')).toBe(FILE.replace('EUR', 'USD'));
    expect(await changes()).toEqual([]);
  });

  it('take nothing that cannot be used', async () => {
    const { revision } = await admin.getPlaybookFile();
    for (const text of ['name: [', 'name: x', SECOND.replace('{name}', '{nmae}')]) {
      await expect(admin.savePlaybook({ text, revision: revision ?? '' })).rejects.toMatchObject({ status: 400 });
    }
    expect(readFileSync(file, 'utf8')).toBe(FILE);
  });

  it('are switched off and on, and taken out', async () => {
    const at = async () => (await admin.getPlaybookFile()).revision ?? '';
    await admin.switchPlaybook('call-them', { enabled: false, revision: await at() });
    expect((await admin.listPlaybooks()).playbooks[0]?.enabled).toBe(false);
    await admin.switchPlaybook('call-them', { enabled: true, revision: await at() });
    expect((await admin.listPlaybooks()).playbooks[0]?.enabled).toBe(true);
    await admin.savePlaybook({ text: SECOND, revision: await at() });
    await admin.deletePlaybook('call-them', { revision: await at() });
    expect(await names()).toEqual(['second-order']);
    await expect(admin.deletePlaybook('call-them', { revision: await at() })).rejects.toMatchObject({ status: 400 });
    expect((await changes()).map(({ detail }) => (detail as { did: string }).did)).toEqual([
      'switched-off',
      'switched-on',
      'added',
      'removed',
    ]);
  });

  it('stay in force where the file as changed by hand cannot be used', async () => {
    writeFileSync(file, FILE.replace('churnBand: [high]', 'churnBand: [red]'));
    expect(await names()).toEqual(['call-them']);
    writeFileSync(file, FILE.replace('call-them', 'ring-them'));
    expect(await names()).toEqual(['ring-them']);
  });

  it('cannot be changed where there is no file, and that is said', async () => {
    const { server: bare, token } = await serveApi(store.database, { clock, today: calendarDay('2026-06-01') });
    try {
      const client = new StaypowerClient(bare.url, token);
      const { revision, playbooks } = await client.getPlaybookFile();
      expect(revision).toBeNull();
      expect(playbooks.map(({ name }) => name)).toEqual([AT_RISK_AND_VALUABLE.name]);
      await expect(client.savePlaybook({ text: SECOND, revision: '' })).rejects.toThrow(/staypower init/);
    } finally {
      await bare.close();
    }
  });
});
