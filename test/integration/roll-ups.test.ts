import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Score } from '../../core/scores/score.ts';
import { generateWorld } from '../../sandbox/seed/generate.ts';
import { type Arena, AS_OF, startArena } from '../drills/arena.ts';

interface Company {
  id: string;
  properties: Readonly<Record<string, string | null>>;
}

interface Member {
  customer_id: string;
  account: string;
  score: Score;
}

describe('accounts', () => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await startArena({
      world: generateWorld({ seed: 41, customers: 150, asOf: AS_OF }),
      connections: [
        { vendor: 'salesforce', settings: { orderReferenceField: 'Order_Reference__c' } },
        { vendor: 'hubspot' },
      ],
      sandbox: { hubspotBurstPer10s: 100_000, hubspotSearchPerSecond: 100_000 },
    });
    expect(await arena.cycle()).toMatchObject({ rejected: 0, unavailable: [] });
  });
  afterAll(() => arena.close());

  const companies = async (): Promise<readonly Company[]> => {
    const names = ['clv_12m', 'value_at_risk', 'customers', 'customers_at_risk', 'churn_band', 'currency'];
    const path = `/crm/v3/objects/companies?limit=100&properties=${names.map((name) => `staypower_${name}`).join(',')}`;
    return ((await arena.hubspot('GET', path)) as unknown as { results: readonly Company[] }).results;
  };
  /** Scores of the buyers behind each account, from the store and by a way of its own. */
  const membersOf = async (connectionId: string): Promise<ReadonlyMap<string, readonly Member[]>> => {
    const rows = await arena.open.workspace.database.query<Member>(
      `select r.customer_id, r.parent_external_id as account, s.score from customer_records r
       join scores s on s.customer_id = r.customer_id
       where r.connection_id = $1 and r.parent_external_id is not null and s.lifecycle <> 'prospect'
       order by r.customer_id, r.parent_external_id`,
      [connectionId],
    );
    const first = new Map(rows.toReversed().map((row) => [row.customer_id, row]));
    return Map.groupBy(first.values(), (row) => row.account);
  };
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

  it('show the sum of their customers in both CRMs, and the sum over accounts is that over customers', async () => {
    const members = await membersOf('hubspot');
    const shown = await companies();
    const carrying = shown.filter((company) => company.properties['staypower_customers'] != null);
    expect(carrying.length).toBe(members.size);
    expect(carrying.length).toBeGreaterThan(3);
    for (const { id, properties } of carrying) {
      const scores = (members.get(id) ?? []).map(({ score }) => score);
      expect(Number(properties['staypower_customers'])).toBe(scores.length);
      expect(Number(properties['staypower_clv_12m'])).toBeCloseTo(sum(scores.map((score) => score.clv12m ?? 0)), 1);
      expect(Number(properties['staypower_customers_at_risk'])).toBe(
        scores.filter((score) => score.churnBand === 'high').length,
      );
      expect(properties['staypower_currency']).toBe('USD');
    }
    const soql =
      'SELECT Id, Staypower_Clv_12m__c, Staypower_Customers__c FROM Account WHERE Staypower_Customers__c > 0';
    const { records } = (await arena.salesforce('GET', `/services/data/v62.0/query?q=${encodeURIComponent(soql)}`)) as {
      records: { Id: string; Staypower_Clv_12m__c: number; Staypower_Customers__c: number }[];
    };
    const ofSalesforce = [...(await membersOf('salesforce')).values()].flat();
    expect(sum(records.map((account) => account.Staypower_Customers__c))).toBe(ofSalesforce.length);
    expect(sum(records.map((account) => account.Staypower_Clv_12m__c))).toBeCloseTo(
      sum(ofSalesforce.map(({ score }) => score.clv12m ?? 0)),
      0,
    );
  });

  it('are written once: a second cycle of the day writes no account', async () => {
    await arena.forget();
    expect(await arena.cycle()).toMatchObject({ recordsWritten: 0, fieldsWritten: 0 });
    expect((await arena.requests()).filter(({ note }) => note.operation === 'write')).toEqual([]);
  });

  it('follow a contact that changes its account: the one it left and the one it came to', async () => {
    const { database } = arena.open.workspace;
    const [moved] = await database.query<{ external_id: string; parent_external_id: string }>(
      `select external_id, parent_external_id from customer_records r join scores s on s.customer_id = r.customer_id
       where connection_id = 'salesforce' and parent_external_id is not null and s.lifecycle <> 'prospect' order by external_id limit 1`,
    );
    const [target] = await database.query<{ parent_external_id: string }>(
      `select parent_external_id from customer_records where connection_id = 'salesforce' and parent_external_id <> $1 order by 1 limit 1`,
      [moved?.parent_external_id],
    );
    const customersOf = async (id: string | undefined) => {
      const account = (await arena.salesforce('GET', `/services/data/v62.0/sobjects/Account/${id}`)) as Record<
        string,
        unknown
      >;
      return Number(account['Staypower_Customers__c'] ?? 0);
    };
    const before = [await customersOf(moved?.parent_external_id), await customersOf(target?.parent_external_id)];
    await arena.control('salesforce', 'salesforce/change', {
      object: 'Contact',
      id: moved?.external_id,
      fields: { AccountId: target?.parent_external_id },
    });
    expect(await arena.cycle()).toMatchObject({ rejected: 0 });
    const after = [await customersOf(moved?.parent_external_id), await customersOf(target?.parent_external_id)];
    expect(after).toEqual([(before[0] ?? 0) - 1, (before[1] ?? 0) + 1]);
  });
});
