import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addDays, type CalendarDay } from '../../core/domain/calendar-day.ts';
import { cycle, STEPS, type Workspace } from '../../core/pipeline/cycle.ts';
import { lastReport, monitor } from '../../core/pipeline/monitor.ts';
import { followUpDays } from '../../core/scores/leaving.ts';
import { championAt } from '../../core/store/models.ts';
import { listModels, listPromotions } from '../../core/store/registry.ts';
import { recordsOf, simulateBook } from '../support/book.ts';
import { fakeClock } from '../support/clock.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { openTempStore, type TempStore } from '../support/store.ts';

const AS_OF = '2026-06-01' as CalendarDay;
const FIRST = addDays(AS_OF, -420);
const SCORING = STEPS.filter((step) => step !== 'train');
const clock = fakeClock('2026-06-01T20:00:00.000Z');
const rank = () => 0;
let store: TempStore;
let workspace: Workspace;

async function reportOn(asOf: CalendarDay) {
  const champion = await championAt(store.database, AS_OF);
  if (!champion) throw new Error('there is no champion');
  return { champion, report: await monitor(store.database, { champion, asOf, rank, clock }) };
}

beforeAll(async () => {
  store = await openTempStore();
  const crm = fakeConnector();
  workspace = {
    name: 'test',
    database: store.database,
    connectors: [crm],
    playbooks: [],
    timeZone: 'UTC',
    currency: 'USD',
    clock,
  };
  crm.feed(...recordsOf(simulateBook({ seed: 6, customers: 250, asOf: AS_OF })));
  await cycle(workspace, { asOf: FIRST });
  for (let days = 60; days <= 420; days += 15) await cycle(workspace, { asOf: addDays(FIRST, days), steps: SCORING });
});
afterAll(() => store.close());

describe('monitoring', () => {
  test('knows nothing before a horizon has passed', async () => {
    const { champion } = await reportOn(FIRST);
    const { report } = await reportOn(addDays(FIRST, followUpDays(champion) - 1));
    expect(report.months).toEqual([]);
    expect(report.earlyWarning).toBeNull();
    expect(report.alarms.filter(({ kind }) => kind === 'concept')).toEqual([]);
  });

  test('joins what records showed with what came, each customer once a horizon, and keeps the report', async () => {
    const { champion, report } = await reportOn(AS_OF);
    const every = followUpDays(champion);
    const { months } = report;
    expect(months.length).toBeGreaterThan(6);
    expect(months.map(({ month }) => month)).toEqual(months.map(({ month }) => month).toSorted());
    expect(months.every(({ month }) => month <= addDays(AS_OF, -every).slice(0, 7))).toBe(true);
    const asked = months.reduce((sum, { customers }) => sum + customers, 0);
    const customers = (await store.database.query('select 1 from scores')).length;
    expect(asked).toBeLessThanOrEqual(customers * Math.ceil(420 / every));
    expect(asked).toBeGreaterThan(customers / 2);
    for (const month of months) {
      expect(month.bias).toBeCloseTo(month.meanProbability - month.left / month.customers, 12);
      expect(month.calibrationError).toBeLessThanOrEqual(1);
    }
    expect(months[0]?.intervalCoverage).not.toBeUndefined();
    expect(report.inputs.map(({ name }) => name)).toContain('silence in days');
    // Alerts by the risks that records showed find leavers more often than alerts by chance, and before they have left.
    const { earlyWarning } = report;
    expect(earlyWarning?.alerts).toBeGreaterThan(20);
    expect(earlyWarning?.precision).toBeGreaterThan(earlyWarning?.baseRate ?? 1);
    expect(earlyWarning?.leadDays?.median).toBeGreaterThan(0);
    expect(await lastReport(store.database)).toEqual(report);
  });

  test('sees amounts that come in another unit, and notes the alarm in the audit log once', async () => {
    await store.database.query('update transactions set amount_minor = amount_minor * 40 where day > $1::date', [
      FIRST,
    ]);
    const { report } = await reportOn(AS_OF);
    expect(report.alarms.map(({ what }) => what)).toContain('mean amount');
    await reportOn(AS_OF);
    const noted = await store.database.query<{ detail: { what: string } }>(
      `select detail from audit_log where action = 'monitoring.alarm'`,
    );
    expect(noted.filter(({ detail }) => detail.what === 'mean amount')).toHaveLength(1);
  });

  test('comes with a cycle once a week, and says its alarms', async () => {
    const cycled = await cycle(workspace, { asOf: addDays(AS_OF, 3), steps: ['train'] });
    expect((await lastReport(store.database))?.asOf).toBe(AS_OF);
    expect(cycled.alarms.join()).toContain('mean amount');
    await cycle(workspace, { asOf: addDays(AS_OF, 7), steps: ['train'] });
    expect((await lastReport(store.database))?.asOf).toBe(addDays(AS_OF, 7));
  });
});

describe('a book whose customers suddenly leave', () => {
  test('has its churn risks corrected by a new version, with its verdict, before a challenger could be judged', async () => {
    const own = await openTempStore();
    try {
      const crm = fakeConnector();
      const leaving = { ...workspace, database: own.database, connectors: [crm] };
      const book = simulateBook({ seed: 6, customers: 400, asOf: AS_OF }).map((customer, index) =>
        index % 10 === 0 ? customer : { ...customer, orders: customer.orders.filter(({ day }) => day <= FIRST) },
      );
      crm.feed(...recordsOf(book.filter(({ orders }) => orders.length > 0)));
      const { model: champion } = await cycle(leaving, { asOf: FIRST });
      if (!champion) throw new Error('there is no champion');
      const every = followUpDays(champion);
      const day = addDays(FIRST, 2 * every - 1);
      await cycle(leaving, { asOf: addDays(FIRST, every), steps: SCORING });
      const { model } = await cycle(leaving, { asOf: day, steps: ['train'] });
      expect(model?.version).not.toBe(champion.version);
      expect(model?.asOf).toBe(champion.asOf);
      // The clock stands still here: both were trained at one moment.
      const models = new Map((await listModels(own.database)).map((each) => [each.version, each]));
      const corrected = models.get(model?.version ?? '');
      expect(corrected).toMatchObject({ role: 'champion' });
      expect(models.get(champion.version)).toMatchObject({ role: 'former' });
      expect(corrected?.verdict).toMatchObject({ because: 'better', champion: champion.version, shadow: null });
      expect((await listPromotions(own.database)).at(-1)).toMatchObject({
        by: 'challenge',
        previous: champion.version,
      });
      const report = await lastReport(own.database);
      expect(report?.recalibration).toMatchObject({ better: true });
      expect(report?.months.every(({ bias }) => bias < 0)).toBe(true);
      // The corrected version has no outcome of its own yet: it stays.
      expect((await cycle(leaving, { asOf: day, steps: ['train'] })).model?.version).toBe(model?.version);
    } finally {
      await own.close();
    }
  });
});
