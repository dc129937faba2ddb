import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addDays, type CalendarDay, calendarDay } from '../../core/domain/calendar-day.ts';
import { VendorError } from '../../core/domain/errors.ts';
import type { SourceRecord } from '../../core/domain/records.ts';
import type { CustomerStats } from '../../core/features/stats.ts';
import { cycle, STEPS, type Step, type Workspace } from '../../core/pipeline/cycle.ts';
import { countsAsIn } from '../../core/playbooks/cell.ts';
import { factsOn } from '../../core/playbooks/facts.ts';
import { AT_RISK_AND_VALUABLE, type Playbook, playbookSchema } from '../../core/playbooks/schema.ts';
import type { Connector } from '../../core/ports/connector.ts';
import { mustWrite } from '../../core/scores/dead-band.ts';
import { fieldValues } from '../../core/scores/fields.ts';
import type { Score } from '../../core/scores/score.ts';
import { scoreCustomer } from '../../core/scores/score-customer.ts';
import type { ScoringModel } from '../../core/scores/scoring-model.ts';
import { customerIdOf } from '../../core/store/identity.ts';
import { missing } from '../../core/store/queries.ts';
import { recordsOf, simulateBook } from '../support/book.ts';
import { fakeClock } from '../support/clock.ts';
import { type FakeConnector, fakeConnector } from '../support/fake-connector.ts';
import { contact, deletion, event, order } from '../support/records.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';

const AS_OF = calendarDay('2026-06-01');
const clock = fakeClock('2026-06-01T20:00:00.000Z');
const WITHOUT_TRAINING = STEPS.filter((step) => step !== 'train');

let store: TempStore;
beforeAll(async () => {
  store = await openTempStore();
});
afterAll(() => store.close());

function workspaceOf(connectors: readonly FakeConnector[], playbooks: readonly Playbook[] = []): Workspace {
  return { name: 'test', database: store.database, connectors, playbooks, timeZone: 'UTC', currency: 'USD', clock };
}
const scoreOf = async (externalId: string, connectionId = 'crm') => {
  const [row] = await store.database.query<{ score: Score; stats: CustomerStats; recheck_on: CalendarDay }>(
    'select score, stats, recheck_on from scores where customer_id = $1::uuid',
    [customerIdOf('test', { connectionId, externalId })],
  );
  return row;
};

describe('a book that cannot be scored yet', () => {
  beforeEach(() => emptyTables(store.database));
  const run = async (records: readonly SourceRecord[]) => {
    const crm = fakeConnector();
    crm.feed(...records);
    const workspace = workspaceOf([crm], [AT_RISK_AND_VALUABLE]);
    const first = await cycle(workspace, { asOf: AS_OF });
    const second = await cycle(workspace, { asOf: AS_OF });
    expect([second.pulled, second.recordsWritten, second.tasksOpened]).toEqual([0, 0, 0]);
    return { crm, first, missing: await missing(store.database) };
  };

  it('goes through the whole cycle when it is empty, and says what is missing', async () => {
    const { first, missing } = await run([]);
    expect(first).toMatchObject({ pulled: 0, recordsWritten: 0, tasksOpened: 0, rejected: 0, model: null });
    expect(missing.join(' ')).toMatch(/no customers yet: connect a CRM/);
  });

  it('goes through with one contact who never bought: nothing is written', async () => {
    const { first, missing } = await run([contact('1')]);
    expect(first).toMatchObject({ pulled: 1, recordsWritten: 0 });
    expect(missing.join(' ')).toMatch(/No purchase is on record/);
    expect((await scoreOf('1'))?.score.lifecycle).toBe('prospect');
  });

  it('goes through with one customer and one order: engagement is scored, value and churn are not made up', async () => {
    const { crm, first, missing } = await run([contact('1'), order('o', '1', '2026-05-01', '10')]);
    expect(first.recordsWritten).toBe(1);
    expect(crm.fieldsOf('1')).toMatchObject({ engagement: expect.any(Number) });
    expect(crm.fieldsOf('1')).not.toHaveProperty('clv_12m');
    expect(crm.fieldsOf('1')).not.toHaveProperty('churn_probability');
    expect(missing.join(' ')).toMatch(/No customer has bought twice/);
  });

  it('goes through without a repeat buyer, and with one repeat buyer alone', async () => {
    const many = Array.from({ length: 40 }, (_, index) => [
      contact(`${index}`),
      order(`o${index}`, `${index}`, '2026-05-01', '10'),
    ]).flat();
    const { first } = await run(many);
    expect(first.model?.value).toBeNull();
    const crm = fakeConnector('second');
    crm.feed(contact('x'), order('x1', 'x', '2026-01-01', '10'), order('x2', 'x', '2026-03-01', '20'));
    const report = await cycle(workspaceOf([crm]), { asOf: AS_OF, retrain: true });
    expect(report.model?.value).not.toBeNull();
    const score = (await scoreOf('x', 'second'))?.score;
    expect(Number.isFinite(score?.clv12m)).toBe(true);
    expect(Number.isFinite(score?.churnProbability)).toBe(true);
  });

  it('trains no first model on half a book: it waits for the connection that could not be read', async () => {
    const book = recordsOf(simulateBook({ customers: 60, seed: 2, asOf: AS_OF }));
    const crm = fakeConnector();
    crm.feed(...book);
    const other = fakeConnector('other');
    const down: Connector = {
      ...other,
      source: {
        streams: ['contacts'],
        mapping: {},
        survey: null,
        totals: null,
        // biome-ignore lint/correctness/useYield: a vendor that is down has no page.
        pull: async function* () {
          throw new VendorError('down', { retry: 'later', status: 503 });
        },
      },
    };
    const half = await cycle({ ...workspaceOf([crm]), connectors: [crm, down] }, { asOf: AS_OF });
    expect(half).toMatchObject({ model: null, recordsWritten: 0, unavailable: [{ connectionId: 'other' }] });
    expect(half.pulled).toBe(book.length);
    const whole = await cycle(workspaceOf([crm, other]), { asOf: AS_OF });
    expect(whole.model).not.toBeNull();
    // A champion is no reason to stop: with one the day's scores go on without the vendor that is down.
    const later = await cycle({ ...workspaceOf([crm]), connectors: [crm, down] }, { asOf: addDays(AS_OF, 31) });
    expect(later.model?.version).toBe(whole.model?.version);
  });

  it('goes through with orders for nothing, orders refunded in full and orders of the future', async () => {
    const { first } = await run([
      contact('1'),
      order('a', '1', '2026-01-01', '0'),
      order('b', '1', '2026-02-01', '0'),
      contact('2'),
      order('c', '2', '2026-01-01', '10'),
      order('d', '2', '2026-01-05', null, { transactionKind: 'refund', refersTo: 'c' }),
      contact('3'),
      order('e', '3', '2026-09-01', '10'),
    ]);
    expect(first.rejected).toBe(0);
    expect((await scoreOf('1'))?.stats).toMatchObject({ purchaseDays: 2, totalMinor: 0 });
    expect((await scoreOf('2'))?.score.lifecycle).toBe('prospect');
    expect((await scoreOf('3'))?.score.lifecycle).toBe('prospect');
  });
});

/** Watches everybody at risk: no holdout, no cap, no cool-down. */
const SILENT = playbookSchema.parse({
  ...AT_RISK_AND_VALUABLE,
  when: { churnBand: ['high'], valueBand: ['high', 'medium', 'low'] },
  holdoutShare: 0,
  coolDownDays: 0,
  tasksPerOwnerPerDay: 1_000,
});

describe('a book', () => {
  const crm = fakeConnector();
  /** Holds a second record of some of the customers. */
  const shop = fakeConnector('shop');
  let model: ScoringModel;
  let workspace: Workspace;

  beforeAll(async () => {
    await emptyTables(store.database);
    const book = simulateBook({ seed: 5, customers: 220, asOf: AS_OF });
    crm.feed(...recordsOf(book));
    // Records that come later than the customers', so that each is a second record of one of them.
    shop.feed(...book.slice(0, 40).map(({ id }) => contact(`s-${id}`, { emails: [`${id}@people.example`] })));
    workspace = workspaceOf([crm, shop], [SILENT]);
    const report = await cycle(workspace, { asOf: AS_OF });
    if (!report.model?.value) throw new Error('nothing was trained');
    model = report.model;
    expect(report.unavailable).toEqual([]);
  });

  it('has one customer for each person, whatever the number of records', async () => {
    const [row] = await store.database.query<{ customers: number; records: number }>(
      'select (select count(*)::int from customers) as customers, (select count(*)::int from customer_records) as records',
    );
    expect(row).toEqual({ customers: 220, records: 260 });
  });

  it('has the score on each record', async () => {
    for (const externalId of ['c3', 'c100', 'c219']) {
      const kept = await scoreOf(externalId);
      if (!kept) throw new Error('not scored');
      expect(crm.fieldsOf(externalId)).toMatchObject({ churn_band: kept.score.churnBand, scored_at: AS_OF });
    }
    expect(shop.fieldsOf('s-c3')).toEqual(crm.fieldsOf('c3'));
  });

  it('writes nothing in a second cycle of the day, also after a repeated delivery of the same records', async () => {
    const calls = crm.writes.length + shop.writes.length;
    const before = await store.database.query('select customer_id, scored_at from scores order by 1');
    const report = await cycle(workspace, { asOf: AS_OF });
    expect(report).toMatchObject({ pulled: 0, recordsWritten: 0, fieldsWritten: 0, tasksOpened: 0 });
    crm.feed(...recordsOf(simulateBook({ seed: 5, customers: 220, asOf: AS_OF })).slice(0, 300));
    expect(await cycle(workspace, { asOf: AS_OF })).toMatchObject({ pulled: 0, recordsWritten: 0 });
    expect(crm.writes.length + shop.writes.length).toBe(calls);
    expect(await store.database.query('select customer_id, scored_at from scores order by 1')).toEqual(before);
  });

  it('gives one customer the same scores from facts in slices as from all of them at once', async () => {
    const facts = fc.array(
      fc.record({
        what: fc.constantFrom('order', 'order', 'order', 'refund', 'event', 'deletion'),
        days: fc.nat(500),
        amount: fc.constantFrom('0', '10.00', '25.50', '99.99'),
        other: fc.nat(6),
        slice: fc.nat(3),
      }),
      { minLength: 1, maxLength: 10 },
    );
    let twins = 0;
    await fc.assert(
      fc.asyncProperty(facts, async (given) => {
        twins += 1;
        const recordsFor = (who: string): { slice: number; record: SourceRecord }[] =>
          given.map(({ what, days, amount, other, slice }, index) => {
            const day = addDays(AS_OF, -days);
            const id = `${who}-t${index}`;
            const target = `${who}-t${other}`;
            const record =
              what === 'order'
                ? order(id, who, day, amount)
                : what === 'refund'
                  ? order(id, who, day, amount === '0' ? null : amount, { transactionKind: 'refund', refersTo: target })
                  : what === 'event'
                    ? event(id, who, day, 'email')
                    : deletion('transaction', target);
            return { slice, record };
          });
        const sliced = `live${twins}`;
        const whole = `batch${twins}`;
        const steps: readonly Step[] = ['pull', 'identify', 'features', 'score', 'write-back'];
        // The slices say in which order the vendor tells of the facts; both twins hear them in that order.
        const inOrder = (who: string) => recordsFor(who).sort((a, b) => a.slice - b.slice);
        for (let slice = 0; slice <= 3; slice += 1) {
          if (slice === 1) crm.feed(contact(sliced, { name: 'A twin' }));
          crm.feed(
            ...inOrder(sliced)
              .filter((each) => each.slice === slice)
              .map(({ record }) => record),
          );
          await cycle(workspace, { asOf: AS_OF, steps });
        }
        crm.feed(contact(whole, { name: 'A twin' }), ...inOrder(whole).map(({ record }) => record));
        await cycle(workspace, { asOf: AS_OF, steps });
        const [live, batch] = [await scoreOf(sliced), await scoreOf(whole)];
        if (!live || !batch) throw new Error('not scored');
        expect(live.stats).toEqual(batch.stats);
        expect({ ...live.score, change: null }).toEqual({ ...batch.score, change: null });
      }),
      { numRuns: 25 },
    );
  });

  it('writes exactly the crossings over thirty silent days, on every record, and opens a task for whoever enters the cell', async () => {
    const everybody = await store.database.query<{ customer_id: string; stats: CustomerStats }>(
      'select customer_id, stats from customer_stats',
    );
    const stats = new Map(everybody.map((row) => [row.customer_id, row.stats]));
    const records = await store.database.query<{ customer_id: string; connection_id: string; external_id: string }>(
      'select customer_id, connection_id, external_id from customer_records',
    );
    const byConnection = new Map([crm, shop].map((connector) => [connector.connectionId, connector]));
    // What entered before, and was not planned, is out of the way.
    await cycle(workspace, { asOf: AS_OF, steps: ['plan', 'act'] });
    const isIn = new Map(
      (
        await store.database.query<{ customer_id: string; cells: readonly string[] }>(
          'select customer_id, cells from scores',
        )
      ).map((row) => [row.customer_id, row.cells.includes(SILENT.name)]),
    );
    let crossings = 0;
    let entries = 0;
    let looks = 0;
    for (let days = 1; days <= 30; days += 1) {
      const day = addDays(AS_OF, days);
      const expected = records
        .filter(({ customer_id, connection_id, external_id }) => {
          const own = stats.get(customer_id);
          const shown = byConnection.get(connection_id)?.fieldsOf(external_id) ?? {};
          if (!own || Object.keys(shown).length === 0) return false;
          return mustWrite(shown as never, fieldValues(scoreCustomer(model, own, day, null)));
        })
        .map((record) => `${record.connection_id}/${record.external_id}`);
      const entering = [...stats].flatMap(([customerId, own]) => {
        const before = isIn.get(customerId) ?? false;
        const after = countsAsIn(
          SILENT,
          before,
          scoreCustomer(model, own, day, null),
          factsOn(own, day),
          model.cutoffs.churn,
        );
        isIn.set(customerId, after);
        return after && !before ? [customerId] : [];
      });
      const from = new Map([crm, shop].map((connector) => [connector, connector.writes.length]));
      clock.set(`${day}T20:00:00.000Z`);
      const report = await cycle(workspace, { asOf: day, steps: WITHOUT_TRAINING });
      const written = [...from].flatMap(([connector, start]) =>
        connector.writes
          .slice(start)
          .flatMap((rows) => rows.map((row) => `${connector.connectionId}/${row.externalId}`)),
      );
      expect(written.sort()).toEqual(expected.sort());
      expect(report.recordsWritten).toBe(expected.length);
      crossings += written.length;
      const runs = await store.database.query<{ customer_id: string }>(
        'select customer_id from playbook_runs where crossed_on = $1::date',
        [day],
      );
      expect(runs.map((row) => row.customer_id).sort()).toEqual(entering.sort());
      expect(report.tasksOpened).toBe(entering.length);
      entries += entering.length;
      const [looked] = await store.database.query<{ count: number }>(
        'select count(*)::int as count from scores where as_of = $1::date',
        [day],
      );
      looks += looked?.count ?? 0;
    }
    expect(crossings).toBeGreaterThan(30);
    expect(entries).toBeGreaterThan(3);
    // Nightly takes the due alone: far fewer than everybody on every day.
    expect(looks).toBeLessThan((everybody.length * 30) / 3);
  });

  it('tries what the vendor could not take again, and loses nothing meanwhile', async () => {
    const day = addDays(AS_OF, 31);
    clock.set(`${day}T20:00:00.000Z`);
    crm.feed(order('late-1', 'c3', day, '500.00'));
    crm.down = true;
    const failed = await cycle(workspace, { asOf: day, steps: WITHOUT_TRAINING });
    expect(failed.unavailable).toMatchObject([{ connectionId: 'crm' }]);
    crm.down = false;
    crm.answers.set('c3', { status: 'retry', vendorCode: 'LOCK', message: 'locked' });
    expect((await cycle(workspace, { asOf: day, steps: WITHOUT_TRAINING })).recordsWritten).toBeGreaterThan(0);
    expect(crm.fieldsOf('c3')['scored_at']).not.toBe(day);
    crm.answers.clear();
    await cycle(workspace, { asOf: day, steps: WITHOUT_TRAINING });
    expect(crm.fieldsOf('c3')).toMatchObject({ scored_at: day });
  });

  it('scores everybody anew with a new model, and says so in what changed', async () => {
    const day = addDays(AS_OF, 40);
    clock.set(`${day}T20:00:00.000Z`);
    // A month alone is no reason for one: nothing is known yet that the champion did not know.
    expect((await cycle(workspace, { asOf: day })).model?.version).toBe(model.version);
    const report = await cycle(workspace, { asOf: day, retrain: true });
    expect(report.model?.version).not.toBe(model.version);
    const [row] = await store.database.query<{ old: number; changed: number }>(
      `select count(*) filter (where model_version <> $1)::int as old,
              count(*) filter (where score->>'change' like '%updated model%')::int as changed from scores`,
      [report.model?.version],
    );
    expect(row?.old).toBe(0);
    expect(row?.changed).toBeGreaterThan(0);
  });

  it('scores an earlier day from the facts and the model of then', async () => {
    const report = await cycle(workspace, { asOf: AS_OF, steps: WITHOUT_TRAINING });
    expect(report.model?.version).toBe(model.version);
    const kept = await scoreOf('c3');
    expect(kept?.score.asOf).toBe(AS_OF);
    expect(kept?.stats.lastPurchase && kept.stats.lastPurchase <= AS_OF).toBe(true);
  });
});
