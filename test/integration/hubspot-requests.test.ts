import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { API_VERSION } from '../../connectors/hubspot/api-versions.ts';
import { PROVISIONED_FIELDS } from '../../core/scores/fields.ts';
import type { LoggedRequest } from '../../sandbox/kernel/types.ts';
import { generateWorld } from '../../sandbox/seed/generate.ts';
import { AS_OF, startArena } from '../drills/arena.ts';
import { openPortal } from './hubspot-portal.ts';

/**
 * Every request of a whole run beside the shapes that HubSpot publishes: the models that its SDK is generated with from its OpenAPI
 * documents. They are of version 3, whose bodies the dated versions kept; what the dated search asks for beyond them is named here.
 */
const require = createRequire(import.meta.url);
const CODEGEN = 'node_modules/@hubspot/api-client/lib/codegen/crm';

interface Attribute {
  baseName: string;
  type: string;
}

/** Bodies by the request that carries them: folder of the models, and the model. */
const BODIES: readonly [request: RegExp, folder: string, model: string][] = [
  [/^POST \/crm\/objects\/V\/\w+\/search$/, 'contacts', 'PublicObjectSearchRequest'],
  [/^POST \/crm\/objects\/V\/\w+\/batch\/read$/, 'contacts', 'BatchReadInputSimplePublicObjectId'],
  [/^POST \/crm\/objects\/V\/\w+\/batch\/update$/, 'contacts', 'BatchInputSimplePublicObjectBatchInput'],
  [/^POST \/crm\/objects\/V\/tasks$/, 'contacts', 'SimplePublicObjectInputForCreate'],
  [
    /^POST \/crm\/associations\/V\/\w+\/\w+\/batch\/read$/,
    'associations/v4',
    'BatchInputPublicFetchAssociationsBatchRequest',
  ],
  [/^POST \/crm\/properties\/V\/\w+\/batch\/create$/, 'properties', 'BatchInputPropertyCreate'],
  [/^POST \/crm\/properties\/V\/\w+\/groups$/, 'properties', 'PropertyGroupCreate'],
];
/** Query parameters by the request that carries them. */
const QUERIES: readonly [request: RegExp, names: readonly string[]][] = [
  [/^GET \/crm\/objects\/V\/\w+$/, ['limit', 'after', 'properties', 'associations', 'archived']],
  [/^GET \/crm\/properties\/V\/\w+(\/groups)?$/, ['archived', 'properties']],
  [/^GET \/crm\/pipelines\/V\/\w+$/, []],
  [/^GET \/account-info\/V\//, []],
];
const SEARCH_NEEDS = ['after', 'filterGroups', 'limit', 'properties', 'sorts'];

let log: readonly LoggedRequest[];
const named = ({ method, path }: LoggedRequest) => `${method} ${path.replace(`/${API_VERSION}`, '/V')}`;
beforeAll(async () => {
  const account = await openPortal();
  const connector = account.connect({ now: () => new Date() });
  await connector.check();
  await connector.fields?.provision(PROVISIONED_FIELDS, { dryRun: false });
  const before = account.kernel.log.since(0);
  await account.close();
  const arena = await startArena({
    world: generateWorld({ seed: 38, customers: 60, asOf: AS_OF }),
    connections: [{ vendor: 'hubspot' }],
    // A wide cell, so that a small book opens tasks.
    playbooks: [
      {
        name: 'all',
        when: { churnBand: ['high', 'medium', 'low'], valueBand: ['high', 'medium', 'low'] },
        task: { subject: 'Keep {name}', body: '{reasons}' },
      },
    ],
    sandbox: { hubspotBurstPer10s: 100_000, hubspotSearchPerSecond: 100_000 },
  });
  await arena.cycle();
  // The second reading is by search; what a webhook tells of is read by id.
  await arena.cycle({ steps: ['pull'] });
  const [contact] = await arena.open.workspace.database.query<{ external_id: string }>(
    `select external_id from source_records where kind = 'contact' limit 1`,
  );
  const created = { subscriptionType: 'contact.creation', objectId: Number(contact?.external_id) };
  const [hubspot] = arena.open.workspace.connectors;
  await hubspot?.inbound?.read([{ payload: created, receivedAt: new Date().toISOString() }]);
  log = [...before, ...(await arena.requests('hubspot'))];
  await arena.close();
}, 120_000);

describe('the requests of a whole run', () => {
  it('are all of the dated version, and of kinds that are compared here; each kind was seen', () => {
    expect(log.filter(({ path }) => !path.includes(`/${API_VERSION}`)).map(named)).toEqual([]);
    const kinds = [...BODIES, ...QUERIES].map(([request]) => request);
    const unknown = log.map(named).filter((request) => !kinds.some((kind) => kind.test(request)));
    expect([...new Set(unknown)]).toEqual([]);
    expect(BODIES.filter(([kind]) => !log.some((request) => kind.test(named(request)))).map(String)).toEqual([]);
  });

  it('have bodies with nothing that is not in the model, all that it requires, and values of its types', () => {
    const wrong = new Set<string>();
    for (const request of log) {
      const body = BODIES.find(([kind]) => kind.test(named(request)));
      if (body === undefined) continue;
      for (const fault of faultsOf(JSON.parse(request.requestBody), body[2], body[1]))
        wrong.add(`${named(request)}: ${fault}`);
    }
    expect([...wrong]).toEqual([]);
  });

  it('search with all that the dated version asks for, and ask by parameters that there are', () => {
    for (const request of log) {
      if (/\/search$/.test(request.path)) {
        expect(Object.keys(JSON.parse(request.requestBody) as object)).toEqual(expect.arrayContaining(SEARCH_NEEDS));
      }
      const query = QUERIES.find(([kind]) => kind.test(named(request)));
      const names = [...new URLSearchParams(request.query).keys()];
      expect(names.filter((name) => !(query?.[1] ?? []).includes(name))).toEqual([]);
    }
  });
});

it('a body that is not of the model is told from one that is', () => {
  const model = (body: unknown) => faultsOf(body, 'BatchInputSimplePublicObjectBatchInput', 'contacts');
  expect(model({ inputs: [{ id: '1', properties: { a: '1' } }] })).toEqual([]);
  expect(model({ inputs: [{ id: '1', properties: { a: 12.5 } }] })).toEqual(['inputs.0.properties.a is no string']);
  expect(model({ inputs: [{ properties: {}, more: 1 }] })).toEqual([
    'inputs.0.more is not in the model',
    'inputs.0.id is missing',
  ]);
});

/** What of a value is not as a model says. */
function faultsOf(value: unknown, type: string, folder: string, at = ''): readonly string[] {
  const inside = (name: string | number) => (at === '' ? String(name) : `${at}.${name}`);
  const [, item] = /^Array<(.*)>$/.exec(type) ?? [];
  if (item !== undefined) {
    if (!Array.isArray(value)) return [`${at} is no list`];
    return value.flatMap((each, index) => faultsOf(each, item, folder, inside(index)));
  }
  const [, entry] = /^\{ \[key: string\]: (.*); \}$/.exec(type) ?? [];
  if (entry !== undefined || !/^[A-Z]/.test(type)) {
    if (entry === undefined) return typeof value === type ? [] : [`${at} is no ${type}`];
    return Object.entries(value as object).flatMap(([name, each]) => faultsOf(each, entry, folder, inside(name)));
  }
  // The values of an enumeration are not in the generated code; Date is an instant in JSON.
  if (type.endsWith('Enum') || type === 'Date') return typeof value === 'string' ? [] : [`${at} is no text`];
  const { attributes, required } = modelOf(type, folder);
  const given = value as Readonly<Record<string, unknown>>;
  const known = new Map(attributes.map(({ baseName, type: of }) => [baseName, of]));
  return [
    ...Object.entries(given).flatMap(([name, each]) => {
      const of = known.get(name);
      return of === undefined ? [`${inside(name)} is not in the model`] : faultsOf(each, of, folder, inside(name));
    }),
    ...required.filter((name) => given[name] === undefined).map((name) => `${inside(name)} is missing`),
  ];
}

function modelOf(name: string, folder: string): { attributes: readonly Attribute[]; required: readonly string[] } {
  const path = join(process.cwd(), CODEGEN, folder, 'models', name);
  const module = require(path) as Record<string, { getAttributeTypeMap(): readonly Attribute[] }>;
  const declared = readFileSync(`${path}.d.ts`, 'utf8');
  const required = [...declared.matchAll(/^ {4}'(\w+)': /gm)].map(([, attribute = '']) => attribute);
  return { attributes: module[name]?.getAttributeTypeMap() ?? [], required };
}
