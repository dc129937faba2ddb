import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { cycle, STEPS, type Workspace } from '../../core/pipeline/cycle.ts';
import { championAt } from '../../core/store/models.ts';
import { recordsOf, simulateBook } from '../support/book.ts';
import { fakeClock } from '../support/clock.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { order } from '../support/records.ts';
import { openTempStore, type TempStore } from '../support/store.ts';

const AS_OF = calendarDay('2026-06-01');
const WITHOUT_TRAINING = STEPS.filter((step) => step !== 'train');
const crm = fakeConnector();

let store: TempStore;
let workspace: Workspace;
beforeAll(async () => {
  store = await openTempStore();
  crm.feed(...recordsOf(simulateBook({ seed: 3, customers: 700, asOf: AS_OF })));
  workspace = {
    name: 'test',
    database: store.database,
    connectors: [crm],
    playbooks: [],
    timeZone: 'UTC',
    currency: 'USD',
    clock: fakeClock('2026-06-01T20:00:00.000Z'),
  };
  await cycle(workspace, { asOf: AS_OF });
}, 60_000);
afterAll(() => store.close());

describe('a value model that was chosen by backtest', () => {
  it('scores one customer after one order to the bit as it scores the whole book from its histories', async () => {
    expect((await championAt(store.database, AS_OF))?.report.value?.chosenBy).toBe('backtest');
    const scores = () =>
      store.database.query("select customer_id, score - 'change' as score, stats from scores order by customer_id");
    const before = await scores();
    crm.feed(order('new-1', 'c7', AS_OF, '321.00'));
    await cycle(workspace, { asOf: AS_OF, steps: WITHOUT_TRAINING });
    const live = await scores();
    expect(live.filter((row, index) => JSON.stringify(row) !== JSON.stringify(before[index]))).toHaveLength(1);

    await store.database.query('update customers set dirty = true');
    await cycle(workspace, { asOf: AS_OF, steps: ['features', 'score'] });
    expect(await scores()).toEqual(live);
  });
});
