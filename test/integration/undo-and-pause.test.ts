import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../core/domain/errors.ts';
import { CLEAR, type FieldValue } from '../../core/domain/fields.ts';
import { act } from '../../core/pipeline/act.ts';
import { pruneDaily } from '../../core/pipeline/prune.ts';
import { undo } from '../../core/pipeline/undo.ts';
import { writeBack } from '../../core/pipeline/write-back.ts';
import { customerIdOf } from '../../core/store/identity.ts';
import { pause, readPause, resume } from '../../core/store/pause.ts';
import { retentionSchema } from '../../core/store/retention.ts';
import { previewWrites } from '../../core/store/write-preview.ts';
import { writeRuns } from '../../core/store/write-runs.ts';
import { fakeClock } from '../support/clock.ts';
import { type FakeConnector, fakeConnector } from '../support/fake-connector.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';

const clock = fakeClock('2026-06-01T08:00:00.000Z');
let store: TempStore;
let crm: FakeConnector;
beforeAll(async () => {
  store = await openTempStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  clock.set('2026-06-01T08:00:00.000Z');
  await emptyTables(store.database);
  crm = fakeConnector();
});

const idOf = (externalId: string) => customerIdOf('test', { connectionId: 'crm', externalId });

/** A record that shall get these values. */
async function wants(externalId: string, values: Readonly<Record<string, FieldValue>>): Promise<void> {
  await store.database.query(
    `insert into customer_records (customer_id, connection_id, kind, external_id, written, desired, attempts)
     values ($1::uuid, 'crm', 'contact', $2, '{}', $3::jsonb, 0)
     on conflict (customer_id, connection_id, kind, external_id) do update set desired = excluded.desired`,
    [idOf(externalId), externalId, JSON.stringify(values)],
  );
}
const written = (connectors = [crm]) => writeBack(store.database, connectors, { clock, customerIds: null });
const undone = (given: { runId?: number; dryRun?: boolean } = {}, connectors = [crm]) =>
  undo(store.database, connectors, { clock, runId: null, dryRun: false, by: 'ada', ...given });

describe('undo', () => {
  it('refuses when nothing was written, and a run that is not there, and changes nothing', async () => {
    await expect(undone()).rejects.toThrow(ConfigError);
    await wants('1', { clv_12m: 10 });
    await written();
    await expect(undone({ runId: 99 })).rejects.toThrow('number 99');
    expect(await readPause(store.database)).toBeNull();
  });

  it('gives every field its value before the run, empties what had none, and pauses so that nothing comes back', async () => {
    await wants('1', { clv_12m: 0, churn_band: 'low' });
    await written();
    await wants('1', { clv_12m: 250.5, churn_band: 'high', next_action: 'Call' });
    await wants('2', { clv_12m: 7 });
    await written();
    const report = await undone();
    expect(report).toMatchObject({
      records: 2,
      fields: 4,
      changedSince: [],
      gone: 0,
      unseen: 0,
      failed: [],
      complete: true,
    });
    expect(crm.fieldsOf('1')).toEqual({ clv_12m: 0, churn_band: 'low', next_action: CLEAR });
    expect(crm.fieldsOf('2')).toEqual({ clv_12m: CLEAR });
    expect(await readPause(store.database)).toEqual({
      reason: `write run ${report.run.runId} is undone`,
      by: 'ada',
      since: '2026-06-01T08:00:00.000Z',
    });
    expect((await undone()).run.runId).toBe(report.run.runId - 1);
    expect(crm.fieldsOf('1')).toEqual({ clv_12m: CLEAR, churn_band: CLEAR, next_action: CLEAR });
  });

  it('leaves alone what somebody changed since, and names it; a record that is gone is counted', async () => {
    for (const id of ['1', '2', '3']) await wants(id, { clv_12m: 5, churn_band: 'high', reasons: 'One\nTwo' });
    await written();
    crm.edit('1', { churn_band: 'low' });
    crm.edit('2', null);
    // The vendor keeps line ends its own way, and numbers as text.
    crm.edit('3', { reasons: 'One\r\nTwo', clv_12m: '5.00' });
    const report = await undone();
    expect(report.changedSince).toEqual([
      {
        connectionId: 'crm',
        recordKind: 'contact',
        externalId: '1',
        field: 'churn_band',
        wrote: 'high',
        holds: 'low',
        by: 'somebody',
      },
    ]);
    expect(report).toMatchObject({ records: 2, fields: 5, gone: 1, complete: true });
    expect(crm.fieldsOf('1')).toEqual({ clv_12m: CLEAR, churn_band: 'low', reasons: CLEAR });
    expect(crm.fieldsOf('3')).toEqual({ clv_12m: CLEAR, churn_band: CLEAR, reasons: CLEAR });
  });

  it('an earlier run leaves what a later one wrote, and says that it was a later run', async () => {
    await wants('1', { clv_12m: 5, churn_band: 'high' });
    await written();
    await wants('1', { clv_12m: 9 });
    await written();
    const [, first] = await writeRuns(store.database, 10);
    const report = await undone({ runId: first?.runId ?? 0 });
    expect(report.changedSince).toMatchObject([{ field: 'clv_12m', wrote: 5, holds: 9, by: 'a later run' }]);
    expect(crm.fieldsOf('1')).toEqual({ clv_12m: 9, churn_band: CLEAR });
  });

  it('a dry run writes nothing, pauses nothing and can be followed by the real one', async () => {
    await wants('1', { clv_12m: 5 });
    await written();
    expect(await undone({ dryRun: true })).toMatchObject({ records: 1, fields: 1, complete: false });
    expect(crm.fieldsOf('1')).toEqual({ clv_12m: 5 });
    expect(await readPause(store.database)).toBeNull();
    expect(await undone()).toMatchObject({ records: 1, fields: 1, complete: true });
  });

  it('what the vendor did not take back stays, is named, and another undo takes it up', async () => {
    for (const id of ['1', '2', '3']) await wants(id, { clv_12m: 5 });
    await written();
    crm.answers.set('2', { status: 'retry', vendorCode: 'UNABLE_TO_LOCK_ROW', message: 'locked' });
    crm.answers.set('3', { status: 'rejected', vendorCode: 'RULE', message: 'no', remedy: 'x' });
    const first = await undone();
    expect(first).toMatchObject({ records: 1, complete: false });
    expect(first.failed.map((row) => row.vendorCode)).toEqual(['UNABLE_TO_LOCK_ROW', 'RULE']);
    crm.answers.clear();
    crm.down = true;
    expect(await undone()).toMatchObject({ records: 0, complete: false });
    crm.down = false;
    expect(await undone()).toMatchObject({ run: { runId: first.run.runId }, records: 2, complete: true });
  });

  it('where the vendor cannot be asked it restores without a look, and says so', async () => {
    await wants('1', { clv_12m: 5 });
    await written();
    const blind = { ...crm, scores: { ...crm.scores, read: null } } as FakeConnector;
    expect(await undone({}, [blind])).toMatchObject({ records: 1, unseen: 1, complete: true });
    expect(crm.fieldsOf('1')).toEqual({ clv_12m: CLEAR });
  });

  it('what was undone is scored again after the pause, and runs older than two weeks go with what is removed once a day', async () => {
    await store.database.query(
      `insert into customer_stats (customer_id, as_of, unscored, stats) values ($1::uuid, '2026-06-01', false, '{}')`,
      [idOf('1')],
    );
    await wants('1', { clv_12m: 5 });
    await written();
    await undone();
    expect(await store.database.query('select unscored from customer_stats')).toEqual([{ unscored: true }]);
    await resume(store.database, { by: 'ada', at: clock.now().toISOString() });
    clock.set('2026-06-16T08:00:00.000Z');
    await wants('2', { clv_12m: 5 });
    await written();
    await pruneDaily(store.database, retentionSchema.parse({}), clock);
    expect((await writeRuns(store.database, 10)).map((run) => run.records)).toEqual([1]);
    expect((await writeRuns(store.database, 10)).map((run) => run.startedAt.slice(0, 10))).toEqual(['2026-06-16']);
  });
});

describe('pause', () => {
  it('stops fields and actions until it is resumed, and both are in the audit log', async () => {
    await wants('1', { clv_12m: 5 });
    await store.database.query(
      `insert into outbox (customer_id, action_key, playbook, connection_id, action, state, attempts, not_before)
       values ($1::uuid, 'k', 'p', 'crm', '{"kind":"task","key":"k"}', 'waiting', 0, '2026-01-01')`,
      [idOf('1')],
    );
    await pause(store.database, { reason: 'migration', by: 'ada', since: clock.now().toISOString() });
    expect(await written()).toEqual({ recordsWritten: 0, fieldsWritten: 0, rejected: 0 });
    expect(await act(store.database, [crm], { clock })).toMatchObject({ performed: 0, rejected: 0 });
    expect([crm.writes, crm.attempts]).toEqual([[], 0]);
    expect(await resume(store.database, { by: 'bob', at: clock.now().toISOString() })).toMatchObject({ by: 'ada' });
    expect(await resume(store.database, { by: 'bob', at: clock.now().toISOString() })).toBeNull();
    expect(await written()).toMatchObject({ recordsWritten: 1 });
    expect(await act(store.database, [crm], { clock })).toMatchObject({ performed: 1 });
    expect(await store.database.query('select actor, action, detail from audit_log order by seq')).toEqual([
      { actor: 'ada', action: 'pause', detail: { reason: 'migration' } },
      { actor: 'bob', action: 'resume', detail: {} },
    ]);
  });
});

describe('preview', () => {
  it('shows old and new by field, counts the records that change, and asks no vendor', async () => {
    await wants('1', { clv_12m: 5, churn_band: 'low' });
    await written();
    await wants('1', { clv_12m: 0, churn_band: 'low', next_action: CLEAR });
    await wants('2', { clv_12m: 8 });
    const calls = crm.writes.length;
    expect(await previewWrites(store.database, 1)).toEqual([
      {
        connectionId: 'crm',
        records: 2,
        compared: 2,
        fields: { clv_12m: 2 },
        rows: [{ recordKind: 'contact', externalId: '1', changes: [{ field: 'clv_12m', from: 5, to: 0 }] }],
      },
    ]);
    expect(crm.writes).toHaveLength(calls);
  });
});
