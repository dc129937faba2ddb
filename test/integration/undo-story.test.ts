import { afterAll, beforeAll, expect, it } from 'vitest';
import { undo } from '../../core/pipeline/undo.ts';
import { resume } from '../../core/store/pause.ts';
import { generateWorld } from '../../sandbox/seed/generate.ts';
import { type Arena, AS_OF, startArena } from '../drills/arena.ts';

/** Undoing a whole first cycle, through the vendors' SDKs and on their records. */
let arena: Arena;
let first: { recordsWritten: number; fieldsWritten: number };
beforeAll(async () => {
  arena = await startArena({
    world: generateWorld({ seed: 43, customers: 120, asOf: AS_OF }),
    connections: [
      { vendor: 'salesforce', settings: { orderReferenceField: 'Order_Reference__c' } },
      { vendor: 'hubspot' },
    ],
    sandbox: { hubspotBurstPer10s: 100_000, hubspotSearchPerSecond: 100_000 },
  });
  first = await arena.cycle();
});
afterAll(() => arena.close());

const undone = (dryRun: boolean) => {
  const { database, connectors, clock } = arena.open.workspace;
  return undo(database, connectors, { clock, runId: null, dryRun, by: 'admin' });
};
const filled = async () => {
  const shown = [...(await arena.shownInHubSpot()).values(), ...(await arena.shownInSalesforce()).values()];
  return shown.filter((fields) => Object.values(fields).some((value) => value !== null && value !== '')).length;
};

it('a dry run finds every field as it was written, in both CRMs, and changes none', async () => {
  expect(first.recordsWritten).toBeGreaterThan(100);
  const report = await undone(true);
  expect(report).toMatchObject({
    records: first.recordsWritten,
    fields: first.fieldsWritten,
    changedSince: [],
    gone: 0,
    failed: [],
  });
});

it('undo empties what the run filled but for what a user changed, nothing comes back while paused, and all of it after', async () => {
  const before = await filled();
  const [edited] =
    [...(await arena.shownInHubSpot()).entries()].find(([, fields]) => fields['churn_band'] === 'low') ?? [];
  await arena.control('hubspot', 'hubspot/change', {
    objectType: 'contacts',
    id: edited,
    properties: { staypower_churn_band: 'high' },
  });
  const report = await undone(false);
  expect(report).toMatchObject({
    records: first.recordsWritten,
    fields: first.fieldsWritten - 1,
    failed: [],
    complete: true,
  });
  expect(report.changedSince).toMatchObject([
    { connectionId: 'hubspot', externalId: edited, field: 'churn_band', wrote: 'low', holds: 'high', by: 'somebody' },
  ]);
  expect(await filled()).toBe(1);
  expect(await arena.cycle()).toMatchObject({ recordsWritten: 0, tasksOpened: 0, paused: { by: 'admin' } });
  expect(await filled()).toBe(1);
  await resume(arena.open.workspace.database, { by: 'admin', at: new Date().toISOString() });
  expect(await arena.cycle()).toMatchObject({ recordsWritten: first.recordsWritten, rejected: 0, paused: null });
  expect(await filled()).toBe(before);
});
