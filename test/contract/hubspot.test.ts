import { createHubSpot, hubspotSettingsSchema } from '../../connectors/hubspot/index.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { startSandbox } from '../../sandbox/index.ts';
import { generateWorld } from '../../sandbox/seed/generate.ts';
import { type SeededAccount, testConnector } from './test-connector.ts';

const TOKEN = 'pat-sandbox-contract';
const silent = () => {};
const logger = { debug: silent, info: silent, warn: silent, error: silent };

testConnector('HubSpot', async (): Promise<SeededAccount> => {
  const world = generateWorld({ seed: 11, customers: 160, asOf: '2026-05-31' });
  const sandbox = await startSandbox({ stateDir: null, seed: 11 }, world);
  const url = sandbox.urls.hubspot;
  const connect = (clock: Clock, accessToken: string) =>
    createHubSpot(
      { connectionId: 'hubspot', clock, logger, timeZone: 'UTC', currency: 'EUR' },
      hubspotSettingsSchema.parse({
        baseUrl: url,
        appId: '7654321',
        deals: {
          orderReferenceProperty: 'order_reference',
          refund: { amountProperty: 'refunded_amount', dateProperty: 'refunded_at' },
        },
      }),
      { accessToken },
    );
  const get = async (path: string) => {
    const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${TOKEN}` } });
    return (await response.json()) as { results: Properties[] } & Properties;
  };
  return {
    vendor: 'hubspot',
    world,
    url,
    createTaskPath: '/crm/objects/[^/]+/tasks$',
    connect: (clock) => connect(clock, TOKEN),
    connectRefused: (clock) => connect(clock, 'not-a-token'),
    renameContact: async (id, lastname) => {
      await fetch(`${url}/_sandbox/hubspot/change`, {
        method: 'POST',
        body: JSON.stringify({ objectType: 'contacts', id, properties: { lastname } }),
      });
    },
    readField: async (kind, id, name) => {
      const object = kind === 'contact' ? 'contacts' : 'companies';
      const record = await get(`/crm/v3/objects/${object}/${id}?properties=staypower_${name}`);
      return record.properties[`staypower_${name}`] ?? null;
    },
    countTasks: async (key) => {
      let count = 0;
      for (let after = '0'; after !== ''; ) {
        const page = await get(`/crm/v3/objects/tasks?limit=100&properties=hs_task_body&after=${after}`);
        count += page.results.filter((task) => task.properties['hs_task_body']?.includes(`[${key}]`)).length;
        after = page.paging?.next.after ?? '';
      }
      return count;
    },
    close: () => sandbox.close(),
  };
});

interface Properties {
  properties: Record<string, string | null>;
  paging?: { next: { after: string } };
}
