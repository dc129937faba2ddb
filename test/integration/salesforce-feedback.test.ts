import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { cycle, type Workspace } from '../../core/pipeline/cycle.ts';
import { createFeedback } from '../../core/store/feedback.ts';
import { generateWorld } from '../../sandbox/seed/generate.ts';
import { fakeClock } from '../support/clock.ts';
import { openTempStore, type TempStore } from '../support/store.ts';
import { type Org, SEEDED, startOrg } from './salesforce-org.ts';

const AS_OF = calendarDay('2026-10-31');
const LATER = calendarDay('2026-11-10');
const clock = fakeClock('2026-11-02T09:00:00.000Z');

describe('a rep’s word on a score, said in Salesforce', () => {
  let org: Org;
  let store: TempStore;
  let workspace: Workspace;
  let contact: string;
  const labels = () => createFeedback(store.database, { clock }).list({ verdict: null, limit: 10 });
  const say = (fields: Record<string, unknown>) => org.change('Staypower_Feedback__c', null, fields);

  beforeAll(async () => {
    store = await openTempStore();
    org = await startOrg(generateWorld({ seed: 12, customers: 60, asOf: AS_OF }));
    await org.setClock(clock.now());
    workspace = {
      name: 'test',
      database: store.database,
      connectors: [org.connect({ settings: { ...SEEDED, readFeedback: true }, clock })],
      playbooks: [],
      timeZone: 'UTC',
      currency: 'USD',
      clock,
    };
    await cycle(workspace, { asOf: AS_OF });
    const [row] = await store.database.query<{ external_id: string }>(
      `select r.external_id from customer_records r join scores s on s.customer_id = r.customer_id
       where r.kind = 'contact' and r.connection_id = 'salesforce' and s.churn_probability is not null order by 1 limit 1`,
    );
    contact = row?.external_id ?? '';
  });
  afterAll(async () => {
    await org.close();
    await store.close();
  });

  it('is a label beside what the score had said that day', async () => {
    await say({ Contact__c: contact, Verdict__c: 'useful' });
    await cycle(workspace, { asOf: AS_OF });
    const [score] = await store.database.query<{ churn_probability: number; churn_band: string }>(
      `select s.churn_probability, s.churn_band from scores s join customer_records r on r.customer_id = s.customer_id
       where r.external_id = $1`,
      [contact],
    );
    expect(await labels()).toMatchObject([
      {
        verdict: 'useful',
        note: '',
        actor: expect.stringMatching(/^salesforce-user:005/),
        asOf: AS_OF,
        churnProbability: score?.churn_probability,
        churnBand: score?.churn_band,
      },
    ]);
  });

  it('is replaced by a later one of the same person, whose note comes along', async () => {
    clock.set('2026-11-03T09:00:00.000Z');
    await org.setClock(clock.now());
    await say({ Contact__c: contact, Verdict__c: 'wrong', Note__c: 'Has just ordered by phone' });
    await cycle(workspace, { asOf: AS_OF });
    expect(await labels()).toMatchObject([{ verdict: 'wrong', note: 'Has just ordered by phone' }]);
  });

  it('stays as it is when it is read again and the score has moved since', async () => {
    const before = await labels();
    await cycle(workspace, { asOf: LATER });
    expect(await labels()).toEqual(before);
  });

  it('is nothing where it is about nobody, says nothing, or was deleted', async () => {
    const before = await labels();
    clock.set('2026-11-04T09:00:00.000Z');
    await org.setClock(clock.now());
    await say({ Verdict__c: 'useful' });
    await say({ Contact__c: contact });
    await org.remove('Staypower_Feedback__c', await say({ Contact__c: contact, Verdict__c: 'useful' }));
    await cycle(workspace, { asOf: LATER });
    expect(await labels()).toEqual(before);
  });

  it('is not asked for unless the settings say so', async () => {
    expect(org.connect({ settings: SEEDED, clock }).opinions).toBeNull();
  });
});
