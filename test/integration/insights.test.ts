import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { cycle, type Workspace } from '../../core/pipeline/cycle.ts';
import { scoringSettingsSchema } from '../../core/scores/settings.ts';
import { sentencesOf } from '../../core/scores/words/index.ts';
import { createInsights } from '../../core/store/insights.ts';
import { championAt } from '../../core/store/models.ts';
import { createQueries } from '../../core/store/queries.ts';
import { recordsOf, simulateBook } from '../support/book.ts';
import { fakeClock } from '../support/clock.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { openTempStore, type TempStore } from '../support/store.ts';

const AS_OF = calendarDay('2026-06-01');
const CUSTOMERS = 250;

let store: TempStore;
let workspace: Workspace;
beforeAll(async () => {
  store = await openTempStore();
  const crm = fakeConnector();
  crm.feed(...recordsOf(simulateBook({ seed: 21, customers: CUSTOMERS, asOf: AS_OF })));
  workspace = {
    name: 'test',
    database: store.database,
    connectors: [crm],
    playbooks: [],
    timeZone: 'UTC',
    currency: 'USD',
    clock: fakeClock('2026-06-01T20:00:00.000Z'),
    sentences: sentencesOf('de'),
  };
});
afterAll(() => store.close());
const insights = () => createInsights(store.database, sentencesOf('en'));

describe('insights', () => {
  it('are none before anything was scored', async () => {
    expect(await insights().segments()).toBeNull();
    expect(await insights().models()).toBeNull();
    expect(await insights().priorities({ limit: 5 })).toEqual({ method: 'weighted-sum', customers: [] });
  });

  it('part the whole book into segments, and into clusters, each with its share of the value', async () => {
    await cycle(workspace, { asOf: AS_OF });
    const report = await insights().segments();
    expect(report?.asOf).toBe(AS_OF);
    for (const groups of [report?.segments ?? [], report?.clusters ?? []]) {
      expect(groups.length).toBeGreaterThan(1);
      expect(groups.reduce((sum, group) => sum + group.customers, 0)).toBe(CUSTOMERS);
      expect(groups.reduce((sum, group) => sum + group.shareOfCustomers, 0)).toBeCloseTo(1, 12);
      expect(groups.reduce((sum, group) => sum + group.shareOfValue, 0)).toBeCloseTo(1, 12);
      expect(groups.map((group) => Number(group.expectedValue))).toEqual(
        groups.map((group) => Number(group.expectedValue)).sort((a, b) => b - a),
      );
    }
    expect(report?.segments[0]).toMatchObject({ id: 'champions', name: 'Champions' });
    expect(report?.segments.every(({ whatToDo }) => whatToDo?.endsWith('.'))).toBe(true);
    expect(report?.clustersTried.filter(({ chosen }) => chosen)).toHaveLength(1);
    const values = (
      await store.database.query<{ value: number }>('select clv_12m as value from scores order by 1 desc')
    ).map(({ value }) => value);
    const sum = (some: readonly number[]) => some.reduce((total, value) => total + value, 0);
    for (const { part, customers, shareOfValue } of report?.concentration ?? []) {
      expect(customers).toBe(Math.ceil(part * CUSTOMERS));
      expect(shareOfValue).toBeCloseTo(sum(values.slice(0, customers)) / sum(values), 9);
    }
    expect(report?.concentration).toHaveLength(5);
    const cards = await insights().models();
    expect(cards).toMatchObject({ modelVersion: report?.modelVersion, asOf: AS_OF, customers: CUSTOMERS });
    expect(cards?.trainedAt).toBe('2026-06-01T20:00:00.000Z');
  });

  it('rank by priority as the list of customers does, with the ranks that other weights would give', async () => {
    const { method, customers } = await insights().priorities({ limit: 40 });
    const listed = await createQueries(store.database).customers({ limit: 40, after: null });
    expect(method).toBe('weighted-sum');
    expect(customers.map(({ priority }) => priority)).toEqual(listed.map(({ priority }) => priority));
    expect(customers[0]).toMatchObject({ rank: 1 });
    for (const { rank, rankIfDoubled, sensitivity } of customers) {
      expect(Object.keys(rankIfDoubled).sort()).toEqual(['churn', 'engagementDrop', 'valueAtRisk']);
      expect(sensitivity).toHaveLength(Object.values(rankIfDoubled).filter((other) => other !== rank).length);
      for (const sentence of sensitivity) expect(sentence).toMatch(/^Would be \d+(st|nd|rd|th) if .+ weighed twice\.$/);
    }
  });

  it('say what went with leaving, as associations that stand after correction, in sentences', async () => {
    const found = await insights().drivers();
    expect(found?.tests).toBeGreaterThan(0);
    for (const { sentence, qValue } of found?.drivers ?? []) {
      expect(qValue).toBeLessThanOrEqual(0.05);
      expect(sentence).toMatch(/^Of customers .+, \d+ % left; of the others, \d+ %\.$/);
    }
  });

  it('look behind one customer’s scores as they are kept', async () => {
    const [listed] = await createQueries(store.database).customers({ limit: 1, after: null });
    const insight = await insights().customer(listed?.customerId ?? '');
    expect(insight?.engagement.score).toBe(listed?.engagement);
    expect(await insights().customer('00000000-0000-5000-8000-000000000000')).toBeNull();
  });

  it('follow the settings of the next training, and clusters keep their letters over it', async () => {
    const before = await championAt(store.database, AS_OF);
    const scoring = scoringSettingsSchema.parse({ priority: { method: 'topsis' }, engagement: { weights: 'learned' } });
    const later = addDays(AS_OF, 2);
    await cycle({ ...workspace, scoring }, { asOf: later, retrain: true });
    const after = await championAt(store.database, later);
    expect((await insights().priorities({ limit: 1 })).method).toBe('topsis');
    expect(after?.ledger.source).toBe('learned');
    expect(after?.clusters?.clusters.map(({ id }) => id).sort()).toEqual(
      before?.clusters?.clusters.map(({ id }) => id).sort(),
    );
  });

  it('show what the scores rest on by today’s model beside the one before', async () => {
    const overview = await insights().overview();
    expect(overview?.customers).toBe(CUSTOMERS);
    expect(overview?.models).toHaveLength(2);
    expect(overview?.surrogate?.fidelity).toBeGreaterThan(0.3);
  });

  it('list who is likely to buy again, most likely first, and why there is no model of what nobody does', async () => {
    const found = await insights().propensity({ target: 'buy-again', limit: 7 });
    const chances = found?.customers.map(({ probability }) => probability) ?? [];
    expect(chances).toEqual([...chances].sort((a, b) => b - a));
    const kept = found?.targets.find(({ name }) => name === 'buy-again')?.kept;
    expect(chances).toHaveLength(kept ? 7 : 0);
    expect(found?.targets.find(({ name }) => name === 'refer')).toMatchObject({ kept: false });
  });

  it('speak the workspace’s language on the record', async () => {
    const rows = await store.database.query<{ reasons: readonly string[] }>(
      "select score->'reasons' as reasons from scores limit 20",
    );
    for (const { reasons } of rows) expect(reasons.join(' ')).toMatch(/Nächste 12 Monate|Noch keine Bestellung/);
  });

  it('leave a model of an earlier format alone: the next cycle trains anew', async () => {
    await store.database.query("update models set artifact = jsonb_set(artifact, '{format}', '1')");
    expect(await championAt(store.database, addDays(AS_OF, 3))).toBeNull();
    const { model } = await cycle(workspace, { asOf: addDays(AS_OF, 3) });
    expect(model?.asOf).toBe(addDays(AS_OF, 3));
  });
});
