import { afterAll, beforeAll, expect, it } from 'vitest';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import type { SourceRecord } from '../../core/domain/records.ts';
import { cycle, type Workspace } from '../../core/pipeline/cycle.ts';
import { planningSettingsSchema } from '../../core/planning/settings.ts';
import { saveScoringModel } from '../../core/scores/scoring-model.ts';
import { sentencesOf } from '../../core/scores/words/index.ts';
import { createInsights } from '../../core/store/insights.ts';
import { championAt } from '../../core/store/models.ts';
import { createPlanning } from '../../core/store/planning.ts';
import { recordsOf, simulateBook } from '../support/book.ts';
import { fakeClock } from '../support/clock.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { order } from '../support/records.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';

const AS_OF = calendarDay('2026-06-01');
const records = recordsOf(simulateBook({ seed: 21, customers: 150, asOf: AS_OF }));

let store: TempStore;
beforeAll(async () => {
  store = await openTempStore();
});
afterAll(() => store.close());

const trainedOn = async (fed: readonly SourceRecord[]) => {
  await emptyTables(store.database);
  const crm = fakeConnector();
  crm.feed(...fed);
  const workspace: Workspace = {
    name: 'test',
    database: store.database,
    connectors: [crm],
    playbooks: [],
    timeZone: 'UTC',
    currency: 'USD',
    clock: fakeClock('2026-06-01T20:00:00.000Z'),
    sentences: sentencesOf('en'),
  };
  await cycle(workspace, { asOf: AS_OF });
  const model = await championAt(store.database, AS_OF);
  if (!model) throw new Error('a cycle trains the first model');
  return model;
};
const insightInto = async (externalId: string) => {
  const [row] = await store.database.query<{ id: string }>(
    `select r.customer_id::text as id from customer_records r join scores s on s.customer_id = r.customer_id
     where r.external_id = $1`,
    [externalId],
  );
  return createInsights(store.database, sentencesOf('en')).customer(row?.id ?? '');
};
const adviceOn = () =>
  createPlanning(store.database, {
    settings: planningSettingsSchema.parse({}),
    timeZone: 'UTC',
    rank: () => 0,
    clock: fakeClock('2026-06-01T20:00:00.000Z'),
  }).advice({ asOf: AS_OF, seed: 1, limit: 500 });
const buyerOf = (record: SourceRecord) => (record.kind === 'transaction' ? record.contactExternalId : null);
const buyers = [...new Set(records.map(buyerOf).filter((id) => id !== null))].sort();

it('a book that tells no margin has the model it always had, and values at the configured share', async () => {
  const model = await trainedOn(records);
  expect(saveScoringModel(model)).not.toHaveProperty('margin');
  expect((await insightInto(buyers[0] ?? ''))?.margin).toEqual({ share: 0.5, from: 'planning', known: 0, sales: 0 });
  const advice = await adviceOn();
  expect(advice?.margins).toEqual({ customer: 0, book: 0, planning: advice?.customers });
  expect(new Set(advice?.rows.map(({ marginShare }) => marginShare))).toEqual(new Set([0.5]));
});

it('a book that tells them has values at its own share, nearer to a customer’s the more it bought', async () => {
  const plain = await trainedOn(records);
  const share = (buyer: string, index: number) => (buyers.indexOf(buyer) % 2 ? 0.6 : 0.2) + (index % 2 ? 0.05 : -0.05);
  const told = records.map((record, index): SourceRecord => {
    const buyer = buyerOf(record);
    if (record.kind !== 'transaction' || buyer === null || index % 5 === 0) return record;
    return { ...record, margin: { share: share(buyer, index).toFixed(2) } };
  });
  // Of the day after: nothing is known of it yet.
  const later = order('later', buyers[0] ?? '', addDays(AS_OF, 1), '5000.00', { margin: { amount: '5000.00' } });
  const model = await trainedOn([...told, later]);
  expect(saveScoringModel({ ...model, margin: null, version: plain.version })).toEqual(saveScoringModel(plain));
  const orders = told.flatMap((each) => (each.kind === 'transaction' ? [each] : []));
  const known = orders.filter(({ margin }) => margin !== undefined);
  const sold = known.reduce((sum, { amount }) => sum + Number(amount), 0);
  const left = known.reduce(
    (sum, { amount, margin }) => sum + Number(amount) * Number(margin && 'share' in margin ? margin.share : 0),
    0,
  );
  expect(model.margin).toMatchObject({ known: known.length, sales: orders.length });
  expect(model.margin?.share).toBeCloseTo(left / sold, 3);
  expect(model.margin?.credibilityMinor).toBeGreaterThan(0);
  let looked = 0;
  for (const [index, buyer] of buyers.entries()) {
    if (!known.some(({ contactExternalId }) => contactExternalId === buyer) || looked === 20) continue;
    looked += 1;
    const insight = await insightInto(buyer);
    expect(insight?.margin.from).toBe('customer');
    expect(Math.abs((insight?.margin.share ?? 0) - (index % 2 ? 0.6 : 0.2))).toBeLessThan(0.1);
    for (const { revenue, margin } of insight?.horizons ?? [])
      expect(Math.abs(margin - (insight?.margin.share ?? 0) * revenue)).toBeLessThan(0.01);
  }
  expect(looked).toBe(20);
  const advice = await adviceOn();
  const own = advice?.rows.find(({ marginFrom }) => marginFrom === 'customer');
  expect(advice?.margins).toMatchObject({ planning: 0, customer: expect.any(Number) });
  expect(own?.marginShare).toBe(
    (await createInsights(store.database, sentencesOf('en')).customer(own?.customerId ?? ''))?.margin.share,
  );
}, 90_000);
