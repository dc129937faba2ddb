import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSandbox } from '../../sandbox/index.ts';
import type { Sandbox } from '../../sandbox/kernel/types.ts';

/** An account that is made up as it is read: the vendor's API shows no difference to one that is kept. */
const CONTACTS = 1_000;
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ stateDir: null, seed: 1, vast: { contacts: CONTACTS, dealsEach: 3, seed: 4 } }, null);
});
afterAll(() => sandbox.close());

interface Page {
  results: { id: string; properties: Record<string, string | null>; associations?: Record<string, unknown> }[];
  paging?: { next: { after: string } };
  total?: number;
}

async function call(method: string, path: string, body?: unknown): Promise<Page & Page['results'][number]> {
  const response = await fetch(`${sandbox.urls.hubspot}/crm/objects/2026-09/${path}`, {
    method,
    headers: { authorization: 'Bearer pat-sandbox-test', 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (response.status === 204 ? {} : await response.json()) as Page & Page['results'][number];
}

async function everything(object: string, query: string): Promise<Page['results']> {
  const results: Page['results'] = [];
  for (let after = '0'; ; ) {
    const page = await call('GET', `${object}?limit=100&after=${after}&${query}`);
    results.push(...page.results);
    if (page.paging === undefined) return results;
    after = page.paging.next.after;
  }
}

it('lists every contact and deal once, the same each time, each deal with its contact', async () => {
  const contacts = await everything('contacts', 'properties=email');
  expect(new Set(contacts.map(({ properties }) => properties['email'])).size).toBe(CONTACTS);
  expect(await everything('contacts', 'properties=email')).toEqual(contacts);
  const deals = await everything('deals', 'properties=amount,dealstage&associations=contacts');
  expect(new Set(deals.map(({ id }) => id)).size).toBe(3 * CONTACTS);
  const buyers = deals.map(({ associations }) => {
    const { results } = associations?.['contacts'] as { results: { id: string }[] };
    return results.map(({ id }) => id).join();
  });
  for (const { id } of contacts) expect(buyers.filter((buyer) => buyer === id).length).toBe(3);
});

it('keeps what is changed, archived and made on top of it, and search finds it', async () => {
  const [first, second] = await everything('contacts', 'properties=lastname');
  const [a = '', b = ''] = [first?.id, second?.id];
  await call('PATCH', `contacts/${a}`, { properties: { lastname: 'Changed' } });
  await call('DELETE', `contacts/${b}`);
  const made = await call('POST', 'contacts', { properties: { lastname: 'Made' } });
  const after = await everything('contacts', 'properties=lastname');
  expect(after.length).toBe(CONTACTS);
  expect(after[0]).toMatchObject({ id: a, properties: { lastname: 'Changed' } });
  expect(after.some(({ id }) => id === b)).toBe(false);
  expect(after.at(-1)).toMatchObject({ id: made.id, properties: { lastname: 'Made' } });
  const search = await call('POST', 'contacts/search', {
    filterGroups: [{ filters: [{ propertyName: 'lastname', operator: 'IN', values: ['changed', 'made'] }] }],
    sorts: [],
    properties: [],
    limit: 10,
    after: '0',
  });
  expect(search.results.map(({ id }) => id)).toEqual([a, made.id]);
});
