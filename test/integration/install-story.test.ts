import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CREDENTIALS, startSandbox } from '../../sandbox/index.ts';
import type { LoggedRequest, Sandbox } from '../../sandbox/kernel/types.ts';
import { generateWorld } from '../../sandbox/seed/generate.ts';
import { staypower } from '../support/command.ts';
import { sandboxEnvironment } from '../support/sandbox-environment.ts';

/**
 * An admin's whole way with the three vendors, by the commands of the README: connect, look, provision, dry run, backfill, undo, write
 * again, uninstall. The sandbox's log is the witness of what we did; its state, read as the vendors' own APIs show it, of what is left.
 */
const AS_OF = '2026-10-31';
const PEOPLE = 60;
const home = mkdtempSync(join(tmpdir(), 'staypower-install-'));
let sandbox: Sandbox;
let env: Record<string, string>;

beforeAll(async () => {
  const world = generateWorld({ seed: 11, customers: PEOPLE, asOf: AS_OF });
  sandbox = await startSandbox({ stateDir: null, seed: 11 }, world);
  env = sandboxEnvironment(sandbox);
  writeFileSync(
    join(home, 'staypower.yaml'),
    [
      'currency: EUR',
      'connections:',
      '  - vendor: hubspot',
      `    settings: { appId: "${CREDENTIALS.hubspot.appId}" }`,
      '  - vendor: salesforce',
      '  - vendor: segment',
      // So that tasks are opened in a book of this size.
      'playbooks:',
      '  - name: keep',
      '    when: { churnBand: [high, medium, low], valueBand: [high, medium] }',
      '    holdoutShare: 0',
      '    task: { subject: "Keep {name}", body: "{reasons}" }',
      '',
    ].join('\n'),
  );
});
afterAll(async () => {
  await sandbox.close();
  rmSync(home, { recursive: true, force: true });
});

/** Runs a command and gives its JSON. */
async function run(...args: readonly string[]) {
  const { code, stdout, stderr } = await staypower([...args, '--json'], { home, env });
  if (stdout === '') throw new Error(`expected JSON of ${args.join(' ')}, got: ${stderr}`);
  return { code, json: JSON.parse(stdout), stderr };
}

const ask = async <T>(url: string, headers: Record<string, string> = {}): Promise<T> =>
  (await (await fetch(url, { headers })).json()) as T;
const log = () => ask<readonly LoggedRequest[]>(`${sandbox.urls.hubspot}/_sandbox/requests`);
interface Listed<T> {
  results: readonly T[];
  paging?: { next: { after: string } };
}

/** Requests that change something at a vendor. */
const changes = (entries: readonly LoggedRequest[]) =>
  entries.filter(
    ({ method, path }) =>
      method !== 'GET' && !/\/(search|batch\/read|token|query)\b|\/oauth2?\/|batch\/read/.test(path),
  );

/** What of ours stands at the vendors, as their APIs show it. */
async function ours() {
  const { urls } = sandbox;
  const hubspot = { authorization: `Bearer ${CREDENTIALS.hubspot.accessToken}` };
  const found: string[] = [];
  for (const object of ['contacts', 'companies', 'tickets']) {
    const properties = await ask<Listed<{ name: string }>>(`${urls.hubspot}/crm/v3/properties/${object}`, hubspot);
    const groups = await ask<Listed<{ name: string }>>(`${urls.hubspot}/crm/v3/properties/${object}/groups`, hubspot);
    for (const { name } of [...properties.results, ...groups.results]) {
      if (name.startsWith('staypower')) found.push(`hubspot ${object} ${name}`);
    }
  }
  for (let after: string | undefined = '0'; after !== undefined; ) {
    const page: Listed<{ id: string; properties: { hs_task_subject: string } }> = await ask(
      `${urls.hubspot}/crm/v3/objects/tasks?limit=100&properties=hs_task_subject&after=${after}`,
      hubspot,
    );
    for (const task of page.results) {
      if (/^Keep /.test(task.properties.hs_task_subject)) found.push(`hubspot task ${task.id}`);
    }
    after = page.paging?.next.after;
  }

  const { access_token: token } = (await (
    await fetch(`${urls.salesforce}/services/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: CREDENTIALS.salesforce.clientId,
        client_secret: CREDENTIALS.salesforce.clientSecret,
      }),
    })
  ).json()) as { access_token: string };
  const soql = async (resource: string, query: string) => {
    const page = await ask<{ records: readonly Record<string, unknown>[] }>(
      `${urls.salesforce}/services/data/v66.0/${resource}?q=${encodeURIComponent(query)}`,
      { authorization: `Bearer ${token}` },
    );
    return page.records;
  };
  for (const row of await soql(
    'tooling/query',
    'SELECT Id, DeveloperName FROM CustomField WHERE NamespacePrefix = null',
  )) {
    if (/^Staypower_/.test(String(row['DeveloperName']))) found.push(`salesforce field ${row['DeveloperName']}`);
  }
  for (const row of await soql('query', "SELECT Id FROM PermissionSet WHERE Name = 'Staypower'"))
    found.push(`salesforce permission set ${row['Id']}`);
  for (const row of await soql('query', 'SELECT Id, Subject FROM Task'))
    if (/^Keep /.test(String(row['Subject']))) found.push(`salesforce task ${row['Id']}`);

  for (const userId of await identified()) {
    const { traits } = await ask<{ traits: Record<string, unknown> }>(
      `${urls.segment}/_sandbox/segment/profiles/${encodeURIComponent(userId)}`,
    );
    for (const [name, value] of Object.entries(traits)) {
      if (name.startsWith('staypower') && value !== null) found.push(`segment ${userId} ${name}`);
    }
  }
  return found;
}

/** The Segment users that we ever wrote to. */
async function identified(): Promise<readonly string[]> {
  const sent = (await log()).filter(({ vendor, path }) => vendor === 'segment' && path.startsWith('/v1/batch'));
  return [
    ...new Set(
      sent.flatMap(({ requestBody }) => [...requestBody.matchAll(/"userId":"([^"]+)"/g)].map((m) => m[1] ?? '')),
    ),
  ];
}

test('an install from the first look to the last trace', async () => {
  // Connect and look: nothing is written.
  const checked = await run('check');
  expect(checked.code).toBe(0);
  const planned = await run('provision', '--dry-run');
  expect(planned.code).toBe(0);
  const synced = await run('sync', '--as-of', AS_OF);
  expect(synced.json.customers).toBe(PEOPLE);
  expect(changes(await log())).toEqual([]);
  expect(await ours()).toEqual([]);

  // Provision: what the dry run said, once.
  const creates = (report: { connections: { steps: { outcome: string }[] }[] }) =>
    report.connections.flatMap(({ steps }) => steps).filter(({ outcome }) => outcome === 'create').length;
  const provisioned = await run('provision');
  expect(creates(provisioned.json)).toBe(creates(planned.json));

  // Dry run, backfill, and back.
  const before = changes(await log()).length;
  const dry = await run('write-back', '--dry-run');
  expect(dry.code).toBe(0);
  expect(changes(await log())).toHaveLength(before);
  const written = await run('run', '--as-of', AS_OF);
  expect(written.code).toBe(0);
  expect(written.json.recordsWritten).toBeGreaterThan(PEOPLE);
  expect(written.json.tasksOpened).toBeGreaterThan(5);
  expect((await run('undo')).code).toBe(0);
  expect((await run('resume')).code).toBe(0);
  await run('run', '--as-of', AS_OF);
  const installed = await ours();
  const kinds = ['hubspot contacts', 'hubspot companies', 'hubspot task', 'salesforce field', 'salesforce permission'];
  expect(kinds.filter((kind) => !installed.some((each) => each.startsWith(kind)))).toEqual([]);

  // Uninstall: listed first, then done; a vendor that breaks off is taken up where it was.
  const listed = await run('unprovision');
  expect(listed.json.dryRun).toBe(true);
  expect(await ours()).toEqual(installed);
  await fetch(`${sandbox.urls.hubspot}/_sandbox/faults`, {
    method: 'POST',
    body: JSON.stringify({ vendor: 'hubspot', method: 'DELETE', kind: 'status', status: 403, after: 7, times: 1 }),
  });
  const broken = await run('unprovision', '--yes');
  expect(broken.code).toBe(1);
  expect((await ours()).filter((each) => !each.startsWith('hubspot'))).toEqual([]);
  expect((await ours()).length).toBeGreaterThan(0);
  const removed = await run('unprovision', '--yes');
  expect(removed.json.steps.filter((step: { outcome: string }) => step.outcome !== 'removed')).toEqual([]);
  expect(removed.code).toBe(0);

  // Nothing of ours is left, and nothing but ours was touched.
  expect(await ours()).toEqual([]);
  expect((await run('unprovision')).json.steps).toEqual([]);
  const made = changes(await log());
  const creations = made.filter(
    ({ method, path }) =>
      method === 'POST' &&
      /objects\/[^/]+\/(contacts|companies|deals|orders)$|sobjects\/(Contact|Account|Opportunity|Order)$/.test(path),
  );
  expect(creations).toEqual([]);
  const strange = made.filter(
    ({ method, path }) => method === 'DELETE' && !path.startsWith('/_sandbox') && !isOurs(path),
  );
  expect(strange.map(({ path }) => path)).toEqual([]);

  // A run after it writes nothing anywhere.
  const quiet = changes(await log()).length;
  expect((await run('run', '--as-of', AS_OF)).json.recordsWritten).toBe(0);
  expect(changes(await log())).toHaveLength(quiet);
}, 300_000);

/** Deletions of an uninstall: definitions under our name, and by ids what was listed as ours. */
function isOurs(path: string): boolean {
  return /staypower|\/objects\/[^/]+\/tasks\/\d+$|CustomField\/00N|PermissionSetAssignment\/|PermissionSet\/|sobjects\/Task\//.test(
    path,
  );
}
