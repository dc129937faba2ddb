import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VendorError } from '../../core/domain/errors.ts';
import { CLEAR, type WriteRow } from '../../core/domain/fields.ts';
import { ALL_KINDS, crowd, facets, type Org, startOrg } from './salesforce-org.ts';

const row = (externalId: string, values: WriteRow['values'], parentExternalId: string | null = null): WriteRow => ({
  recordKind: 'contact',
  externalId,
  parentExternalId,
  values,
});

describe('scores', () => {
  let org: Org;
  let contacts: readonly string[];
  const value = async (id: string, field: string) => {
    const [record] = await org.soql(`SELECT ${field} FROM Contact WHERE Id = '${id}'`);
    return record?.[field] ?? null;
  };
  const connect = (settings = {}) => facets(org.connect({ settings }));
  beforeAll(async () => {
    org = await startOrg(crowd(2_501));
    await connect().fields.provision(ALL_KINDS, { dryRun: false });
    contacts = (await org.soql('SELECT Id FROM Contact ORDER BY Id')).map((record) => String(record['Id']));
  });
  afterAll(() => org.close());
  const contact = (index: number) => contacts[index] ?? '';

  it.each([
    ['collections', 2_000],
    ['Bulk', 1],
  ])(
    'every type of value arrives by %s as it was given, 0 among them, and CLEAR alone empties',
    async (_way, bulkWriteRows) => {
      const { scores } = connect({ bulkWriteRows });
      const id = contact(bulkWriteRows === 1 ? 0 : 1);
      const values = {
        clv_12m: 0,
        currency: 'EUR',
        reasons: 'First, "quoted"\nSecond; ünïcödé',
        next_action_at: '2026-06-15',
        pulled_at: '2026-06-15T10:11:12.000Z',
      };
      // Two rows, so that the threshold of one is passed.
      expect(await scores.write([row(id, values), row(contact(2), { clv_12m: 1 })])).toEqual([
        { status: 'written' },
        { status: 'written' },
      ]);
      expect(await value(id, 'Staypower_Clv_12m__c')).toBe(0);
      expect(await value(id, 'Staypower_Reasons__c')).toBe(values.reasons);
      expect(await value(id, 'Staypower_Next_Action_At__c')).toBe('2026-06-15');
      expect(await value(id, 'Staypower_Pulled_At__c')).toBe('2026-06-15T10:11:12.000+0000');
      await scores.write([row(id, { clv_12m: CLEAR }), row(contact(2), { currency: 'USD' })]);
      expect(await value(id, 'Staypower_Clv_12m__c')).toBeNull();
      expect(await value(id, 'Staypower_Currency__c')).toBe('EUR');
      expect(await value(contact(2), 'Staypower_Clv_12m__c')).toBe(1);
    },
  );

  it('takes the fewest calls: 200 rows in one by collections, and by Bulk no more than its own steps', async () => {
    await org.forget();
    const { scores } = connect();
    const some = contacts.slice(0, 450).map((id) => row(id, { clv_12m: 3 }));
    expect((await scores.write(some)).every((result) => result.status === 'written')).toBe(true);
    expect((await org.bill()).byOperation['salesforce write Contact']).toEqual({ minimum: 3, actual: 3 });
    await org.forget();
    const all = contacts.map((id) => row(id, { clv_12m: 4 }));
    expect((await scores.write(all)).filter((result) => result.status === 'written')).toHaveLength(2_501);
    const bill = (await org.bill()).byOperation['salesforce write Contact'];
    expect(bill?.actual).toBeLessThanOrEqual(bill?.minimum ?? 0);
    expect(await value(contact(2_500), 'Staypower_Clv_12m__c')).toBe(4);
  });

  it('sends the rows of one parent side by side and answers in the order given', async () => {
    await org.forget();
    const parents = ['p2', 'p1', null, 'p2', 'p1'];
    const rows = parents.map((parent, index) => row(contact(index), { clv_12m: index }, parent));
    const { scores } = connect();
    await org.plant({ kind: 'bad-row', ids: [contact(3)] });
    const results = await scores.write(rows);
    expect(results.map((result) => result.status)).toEqual(['written', 'written', 'written', 'rejected', 'written']);
    const [sent] = (await org.requests()).filter((request) => request.method === 'PATCH');
    const { records } = JSON.parse(sent?.requestBody ?? '{}') as { records: { id: string }[] };
    expect(records.map((record) => contacts.indexOf(record.id))).toEqual([2, 1, 4, 0, 3]);
  });

  it.each([
    ['collections', 2_000],
    ['Bulk', 1],
  ])('a locked row is for later and a refused one for quarantine, by %s', async (_way, bulkWriteRows) => {
    const { scores } = connect({ bulkWriteRows });
    const rows = [0, 1, 2].map((index) => row(contact(index), { clv_12m: 50 + index }));
    await org.plant({ kind: 'row-lock', ids: [contact(1)] });
    expect(await scores.write(rows)).toMatchObject([
      { status: 'written' },
      { status: 'retry', vendorCode: 'UNABLE_TO_LOCK_ROW' },
      { status: 'written' },
    ]);
    await org.plant({ kind: 'bad-row', ids: [contact(2)] });
    expect(await scores.write(rows)).toMatchObject([
      { status: 'written' },
      { status: 'written' },
      { status: 'rejected', vendorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', remedy: expect.stringContaining('rule') },
    ]);
    const unknown = row('003000000000000AAA', { clv_12m: 1 });
    expect((await scores.write([unknown, row(contact(0), { clv_12m: 2 })])).map((result) => result.status)).toEqual([
      'rejected',
      'written',
    ]);
  });

  it('a row that a Bulk job never came to is for later', async () => {
    const { scores } = connect({ bulkWriteRows: 1 });
    await org.plant({ kind: 'partial-batch', method: 'PATCH', ids: [contact(1), contact(2)] });
    const rows = [0, 1, 2, 3].map((index) => row(contact(index), { clv_12m: 60 + index }));
    expect((await scores.write(rows)).map((result) => result.status)).toEqual(['written', 'retry', 'retry', 'written']);
  });

  it('a field that was not provisioned is refused with what to do, by collections and by Bulk', async () => {
    for (const bulkWriteRows of [2_000, 1]) {
      const results = await connect({ bulkWriteRows }).scores.write([
        row(contact(0), { unknown_score: 1 }),
        row(contact(1), { unknown_score: 2 }),
      ]);
      for (const result of results) {
        expect(result).toMatchObject({
          status: 'rejected',
          vendorCode: 'INVALID_FIELD',
          remedy: expect.stringContaining('provision'),
        });
      }
    }
  });

  it('what was written before Salesforce stopped answering stays written; with nothing written it throws', async () => {
    const { scores } = connect();
    const rows = contacts.slice(0, 300).map((id) => row(id, { clv_12m: 9 }));
    const stopped = {
      kind: 'status',
      status: 400,
      method: 'PATCH',
      path: '/composite/sobjects',
      body: [{ errorCode: 'X', message: 'x' }],
    };
    await org.plant({ ...stopped, after: 1 });
    const results = await scores.write(rows);
    expect(results.slice(0, 200).every((result) => result.status === 'written')).toBe(true);
    expect(results.slice(200).every((result) => result.status === 'retry')).toBe(true);
    await org.plant(stopped);
    await expect(scores.write(rows)).rejects.toThrow(VendorError);
  });

  it('an update whose reply was lost is simply sent again', async () => {
    await org.plant({ kind: 'lost-reply', method: 'PATCH', path: '/composite/sobjects' });
    expect(await connect().scores.write([row(contact(0), { clv_12m: 11 })])).toEqual([{ status: 'written' }]);
    await org.plant({ kind: 'lost-reply', method: 'PUT', path: '/batches' });
    await org.plant({ kind: 'lost-reply', method: 'PATCH', path: '/jobs/ingest/' });
    const both = [row(contact(0), { clv_12m: 12 }), row(contact(1), { clv_12m: 12 })];
    expect(await connect({ bulkWriteRows: 1 }).scores.write(both)).toEqual([
      { status: 'written' },
      { status: 'written' },
    ]);
  });
});
