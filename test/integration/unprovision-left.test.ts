import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unprovision } from '../../core/pipeline/unprovision.ts';
import { fakeClock } from '../support/clock.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { openTempStore, type TempStore } from '../support/store.ts';

let store: TempStore;
const clock = fakeClock('2026-06-20T09:00:00.000Z');

beforeAll(async () => {
  store = await openTempStore();
});
afterAll(() => store.close());

async function done(action: Record<string, unknown>, state = 'done'): Promise<void> {
  await store.database.query(
    `insert into outbox (customer_id, action_key, playbook, connection_id, action, state, attempts, not_before, receipt)
     values ($1::uuid, $1::uuid::text, 'p', 'crm', $2::jsonb, $3, 1, $4, '{"externalId":"x"}')`,
    [randomUUID(), JSON.stringify(action), state, clock.now().toISOString()],
  );
}

test('what steps of playbooks did that is not taken back is listed, with how much of it and what to do', async () => {
  for (const contact of ['1', '2', '2']) await done({ kind: 'list', listId: '17', contactExternalId: contact });
  await done({ kind: 'list', listId: '18', contactExternalId: '3' }, 'waiting');
  await done({ kind: 'group', groupId: 'acme', contactExternalId: 'user:1', traits: { at_risk: 1, plan: 'a' } });
  await done({ kind: 'group', groupId: 'birch', contactExternalId: 'user:2', traits: { at_risk: 2 } });
  const connectors = [{ ...fakeConnector(), scores: null }];
  for (const dryRun of [true, false]) {
    expect(await unprovision(store.database, connectors, [], { clock, dryRun, by: 'test' })).toEqual([
      {
        connectionId: 'crm',
        what: 'members',
        name: '2 of list or campaign 17',
        on: 'list',
        outcome: 'left',
        note: expect.stringContaining('take them out'),
      },
      {
        connectionId: 'crm',
        what: 'traits',
        name: 'at_risk, plan',
        on: '2 companies',
        outcome: 'left',
        note: expect.stringContaining('in the destinations'),
      },
    ]);
  }
});
