import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HubSpotClient } from '../../connectors/hubspot/client.ts';
import { errorOfAnswer } from '../../connectors/hubspot/errors.ts';
import { createFieldProvisioner } from '../../connectors/hubspot/provision-fields.ts';
import { createScoreWriter } from '../../connectors/hubspot/write-scores.ts';
import type { SequenceAction, TaskAction } from '../../core/domain/actions.ts';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { AuthError, DataError, SeatMissingError, UnknownOutcomeError, VendorError } from '../../core/domain/errors.ts';
import type { WriteRow } from '../../core/domain/fields.ts';
import { PROVISIONED_FIELDS, SCORE_FIELDS } from '../../core/scores/fields.ts';
import { openPortal, type TestPortal } from './hubspot-portal.ts';

const clock = { now: () => new Date() };

/** One client for both lanes. */
const both = (client: HubSpotClient) => ({ live: client, batch: client });

const task = (key: string, contactExternalId: string): TaskAction => ({
  kind: 'task',
  key,
  contactExternalId,
  ownerId: '50001',
  subject: 'Call <Ada>',
  body: 'Value < 5 & falling\nCall.',
  dueOn: calendarDay('2026-07-01'),
  priority: 'high',
});

describe('writing to HubSpot', () => {
  let account: TestPortal;
  let ids: readonly string[];
  beforeAll(async () => {
    account = await openPortal();
    ids = Array.from({ length: 250 }, () => account.portal.create('contacts', {}).id);
    await createFieldProvisioner(account.client()).provision(PROVISIONED_FIELDS, { dryRun: false });
  });
  afterAll(() => account.close());
  beforeEach(() => {
    account.kernel.faults.clear();
    account.kernel.log.clear();
  });
  const plant = (fault: Record<string, unknown>) =>
    account.kernel.faults.add({ vendor: 'hubspot', kind: 'status', times: 1, after: 0, ...fault });
  const calls = () => account.kernel.log.since(0).length;
  const writer = () => createScoreWriter(both(account.client()));
  const row = (externalId: string, values: WriteRow['values']): WriteRow => ({
    recordKind: 'contact',
    externalId,
    parentExternalId: null,
    values,
  });
  const storedValue = (id: string, name: string, type: 'contacts' | 'companies' = 'contacts') =>
    account.portal.find(type, id)?.properties[`staypower_${name}`];

  describe('scores', () => {
    it('takes one call for each hundred records of a kind', async () => {
      const company = account.portal.create('companies', {}).id;
      const rows = [
        ...ids.map((id, index) => row(id, { clv_12m: index })),
        { ...row(company, { clv_12m: 4 }), recordKind: 'account' as const },
      ];
      const results = await writer().write(rows);
      expect(results).toEqual(rows.map(() => ({ status: 'written' })));
      expect(ids.map((id) => storedValue(id, 'clv_12m'))).toEqual(ids.map((_, index) => String(index)));
      expect(storedValue(company, 'clv_12m', 'companies')).toBe('4');
      expect(calls()).toBe(4);
      expect(account.billSince(0)).toMatchObject({ minimum: 4, actual: 4 });
    });

    it('writes the last of two rows of one record, in calls of their own', async () => {
      const [id = ''] = ids;
      expect(await writer().write([row(id, { clv_12m: 1 }), row(id, { clv_12m: 2 })])).toEqual([
        { status: 'written' },
        { status: 'written' },
      ]);
      expect(storedValue(id, 'clv_12m')).toBe('2');
    });

    it('writes numbers without exponent and zero without sign', async () => {
      const numbers = [1e21, 1e-7, -0, 0.1, 123_456_789.12];
      await writer().write(numbers.map((clv_12m, index) => row(ids[index] ?? '', { clv_12m })));
      expect(numbers.map((_, index) => storedValue(ids[index] ?? '', 'clv_12m'))).toEqual([
        '1000000000000000000000',
        '0.0000001',
        '0',
        '0.1',
        '123456789.12',
      ]);
    });

    it('rejects the row that HubSpot names, with its code and a remedy', async () => {
      const results = await writer().write(
        ids.slice(0, 3).map((id, index) => row(id, { churn_band: ['high', 'odd', 'low'][index] ?? '' })),
      );
      expect(results).toMatchObject([
        { status: 'written' },
        { status: 'rejected', vendorCode: 'INVALID_OPTION', remedy: expect.stringContaining('option') },
        { status: 'written' },
      ]);
      expect(calls()).toBe(1);
    });

    it('finds the rows that spoil whole batches by halves', async () => {
      const bad = new Set([ids[66], ids[170]]);
      const sent: string[][] = [];
      // A HubSpot that refuses a batch as a whole and does not say for which row.
      const client: HubSpotClient = {
        call: async (call) => {
          const { inputs } = call.body as { inputs: { id: string }[] };
          sent.push(inputs.map((input) => input.id));
          if (inputs.some((input) => bad.has(input.id))) {
            const body = { category: 'VALIDATION_ERROR', message: 'one of the rows is not valid' };
            throw errorOfAnswer(400, new Headers(), body, { method: 'POST', path: call.path, creates: false });
          }
          return call.reply.parse({ results: inputs.map((input) => ({ id: input.id, properties: {} })) });
        },
      };
      const results = await createScoreWriter(both(client)).write(ids.map((id) => row(id, { clv_12m: 77 })));
      expect(results.flatMap((result, index) => (result.status === 'written' ? [] : [index]))).toEqual([66, 170]);
      expect(results[66]).toMatchObject({ status: 'rejected', vendorCode: 'VALIDATION_ERROR' });
      // Three batches, and for each bad row two halves of each of the seven sizes below a hundred.
      expect(sent.length).toBeLessThanOrEqual(3 + 2 * 2 * 7);
      const accepted = sent.filter((batch) => !batch.some((id) => bad.has(id))).flat();
      expect(accepted.sort()).toEqual(ids.filter((id) => !bad.has(id)).sort());
    });

    it('rejects all rows at once when a field is missing, and says to provision', async () => {
      const results = await writer().write(ids.slice(0, 2).map((id) => row(id, { not_there: 1 })));
      expect(results).toMatchObject([
        { status: 'rejected', vendorCode: 'PROPERTY_DOESNT_EXIST', remedy: expect.stringContaining('provision') },
        { status: 'rejected', vendorCode: 'PROPERTY_DOESNT_EXIST' },
      ]);
      plant({
        status: 400,
        body: { category: 'VALIDATION_ERROR', message: 'not valid', errors: [{ code: 'PROPERTY_DOESNT_EXIST' }] },
      });
      account.kernel.log.clear();
      const whole = await writer().write(ids.slice(0, 100).map((id) => row(id, { clv_12m: 1 })));
      expect(new Set(whole.map((result) => result.status))).toEqual(new Set(['rejected']));
      expect(calls()).toBe(1);
    });

    it('finds the row of an error without a name among those that were not written', async () => {
      const rows = ids.slice(0, 3).map((id) => row(id, { clv_12m: 3 }));
      plant({
        status: 207,
        body: {
          status: 'COMPLETE',
          results: [ids[0], ids[2]].map((id) => ({ id, properties: {} })),
          numErrors: 1,
          errors: [{ status: 'error', category: 'VALIDATION_ERROR', message: 'not valid' }],
        },
      });
      expect((await writer().write(rows)).map((result) => result.status)).toEqual(['written', 'rejected', 'written']);
      expect(calls()).toBe(1);
    });

    it('reads errors beside results also under status 200, by id or by trace', async () => {
      const error = { status: 'error', category: 'VALIDATION_ERROR', message: 'not valid' };
      plant({
        status: 200,
        body: {
          status: 'COMPLETE',
          results: [{ id: ids[1], properties: {} }],
          errors: [
            { ...error, context: { ids: [ids[0]] } },
            { ...error, category: 'RATE_LIMITS', context: { objectWriteTraceId: [ids[2]] } },
          ],
        },
      });
      const results = await writer().write(ids.slice(0, 3).map((id) => row(id, { clv_12m: 3 })));
      expect(results.map((result) => result.status)).toEqual(['rejected', 'written', 'retry']);
    });

    it('marks the rows of a batch for retry when HubSpot is down for it alone, and throws when it is down for all', async () => {
      plant({ status: 503, times: 5, path: 'companies/batch/update' });
      const company = account.portal.create('companies', {}).id;
      const rows = [
        row(ids[0] ?? '', { clv_12m: 8 }),
        { ...row(company, { clv_12m: 8 }), recordKind: 'account' as const },
      ];
      expect((await writer().write(rows)).map((result) => result.status)).toEqual(['written', 'retry']);
      await expect(createScoreWriter(both(account.client({ accessToken: 'pat-unknown' }))).write(rows)).rejects.toThrow(
        AuthError,
      );
    });

    it('is repeated after a lost reply: the same values again', async () => {
      plant({ kind: 'lost-reply', method: 'POST', path: 'batch/update' });
      expect(await writer().write([row(ids[5] ?? '', { clv_12m: 55 })])).toEqual([{ status: 'written' }]);
      expect(storedValue(ids[5] ?? '', 'clv_12m')).toBe('55');
    });
  });

  describe('fields', () => {
    const fields = SCORE_FIELDS.filter((field) => field.on?.includes('account')).slice(0, 2);
    it('reports a property of another type as a conflict and leaves it alone', async () => {
      const other = await openPortal();
      other.portal.properties.createGroup('contacts', { name: 'staypower', label: 'Theirs' });
      other.portal.properties.create('contacts', {
        name: 'staypower_clv_12m',
        label: 'Theirs',
        type: 'string',
        fieldType: 'text',
        groupName: 'staypower',
      });
      // A connector that comes later sees what is there.
      const steps = await createFieldProvisioner(other.client()).provision(fields, { dryRun: true });
      expect(steps.filter((step) => step.on === 'contacts').map((step) => [step.what, step.outcome])).toEqual([
        ['group', 'exists'],
        ['field', 'conflict'],
        ['field', 'create'],
      ]);
      expect(steps.find((step) => step.outcome === 'conflict')?.note).toContain('type string, expected number');
      await createFieldProvisioner(other.client()).provision(fields, { dryRun: false });
      const again = await createFieldProvisioner(other.client()).provision(fields, { dryRun: false });
      expect(again.map((step) => step.outcome)).toEqual(['exists', 'conflict', 'exists', 'exists', 'exists', 'exists']);
      await other.close();
    });

    it('says which options an existing property lacks', async () => {
      const band = SCORE_FIELDS.find((field) => field.name === 'churn_band');
      if (band?.type.type !== 'enum') throw new Error('churn_band is an enum');
      const more = { ...band, type: { ...band.type, options: [...band.type.options, { value: 'new', label: 'New' }] } };
      const steps = await createFieldProvisioner(account.client()).provision([more], { dryRun: true });
      expect(steps.filter((step) => step.what === 'field').map((step) => step.note)).toEqual([
        expect.stringContaining('lacks the options new'),
        expect.stringContaining('lacks the options new'),
      ]);
    });

    it('takes a group or property that appeared meanwhile for its own', async () => {
      const other = await openPortal();
      for (const type of ['contacts', 'companies'] as const) {
        other.kernel.faults.add({
          vendor: 'hubspot',
          kind: 'status',
          status: 409,
          method: 'POST',
          path: `${type}/groups`,
          times: 1,
          after: 0,
          body: { category: 'CONFLICT', message: 'exists' },
        });
        other.portal.properties.createGroup(type, { name: 'staypower', label: 'Customer scoring' });
      }
      await expect(createFieldProvisioner(other.client()).provision(fields, { dryRun: false })).resolves.toHaveLength(
        6,
      );
      await other.close();
    });

    it('provisions every score field that there is, with the group and types that HubSpot wants', () => {
      const properties = account.portal.kernel.table<{
        name: string;
        groupName: string;
        type: string;
        fieldType: string;
        label: string;
      }>('hubspot.properties');
      const own = [...properties.values()];
      // Twenty on contacts, twelve on companies.
      expect(own).toHaveLength(32);
      expect(new Set(own.map((property) => property.groupName))).toEqual(new Set(['staypower']));
      expect(own.find((property) => property.name === 'staypower_next_action_at')).toMatchObject({
        type: 'date',
        fieldType: 'date',
      });
      expect(own.find((property) => property.name === 'staypower_churn_probability')?.label).toContain(
        '100 = most likely',
      );
    });
  });

  describe('tasks', () => {
    const connector = (timeZone = 'UTC') => account.connect(clock, {}, timeZone).actions;

    it('opens a task that is due on its day at the workspace, with its text and marker', async () => {
      const receipt = await connector('America/New_York')?.perform(task('sp-1', ids[0] ?? ''));
      const stored = account.portal.find('tasks', receipt?.externalId ?? '');
      expect(stored?.properties).toMatchObject({
        hs_timestamp: '2026-07-01T13:00:00.000Z',
        hs_task_subject: 'Call <Ada>',
        hs_task_body: 'Value &lt; 5 &amp; falling<br>Call.<br><br>[sp-1]',
        hs_task_status: 'NOT_STARTED',
        hs_task_priority: 'HIGH',
        hubspot_owner_id: '50001',
      });
      expect(account.portal.associations('tasks', stored?.id ?? '', 'contacts')).toEqual([
        { toId: ids[0], typeIds: [204] },
      ]);
    });

    it('does not take a task for another whose key begins alike', async () => {
      await connector()?.perform(task('sp-12', ids[1] ?? ''));
      expect(await connector()?.find(task('sp-1', ids[1] ?? ''))).toBeNull();
    });

    it('finds a task among hundreds, and after its contact was merged', async () => {
      const [a = '', b = ''] = [account.portal.create('contacts', {}).id, account.portal.create('contacts', {}).id];
      for (let count = 0; count < 620; count += 1) {
        const other = account.portal.create('tasks', { hs_timestamp: '2026-01-01T00:00:00Z' });
        account.portal.associate('tasks', other.id, 'contacts', a);
      }
      const receipt = await connector()?.perform(task('sp-2', a));
      expect(await connector()?.find(task('sp-2', a))).toEqual({ externalId: receipt?.externalId, readBack: true });
      account.portal.merge('contacts', b, a);
      expect(await connector()?.find(task('sp-2', a))).toEqual({ externalId: receipt?.externalId, readBack: true });
    });

    it('finds nothing for a contact that is gone', async () => {
      const id = account.portal.create('contacts', {}).id;
      account.portal.archive('contacts', id);
      expect(await connector()?.find(task('sp-3', id))).toBeNull();
    });
  });

  describe('sequences', () => {
    const enrol = (contactExternalId: string, userId = '1000'): SequenceAction => ({
      kind: 'sequence',
      key: 'sp-seq',
      contactExternalId,
      sequenceId: '77',
      userId,
      senderEmail: 'rep@seller.example',
      fallback: task('sp-seq', contactExternalId),
    });
    const actions = () => account.connect(clock).actions;

    it('needs an inbox to send from', async () => {
      await expect(actions()?.perform({ ...enrol(ids[0] ?? ''), senderEmail: null })).rejects.toThrow(DataError);
    });

    it('throws SeatMissingError for a user without a seat', async () => {
      await expect(actions()?.perform(enrol(ids[0] ?? '', '1001'))).rejects.toThrow(SeatMissingError);
      plant({ status: 400, method: 'POST', path: 'enrollments', body: { message: 'User needs a Sales Hub seat' } });
      await expect(actions()?.perform(enrol(ids[0] ?? ''))).rejects.toThrow(SeatMissingError);
    });

    it('enrols once: a second time finds it', async () => {
      const [, , id = ''] = ids;
      const receipt = await actions()?.perform(enrol(id));
      expect(receipt?.readBack).toBe(false);
      expect(await actions()?.perform(enrol(id))).toEqual({ externalId: receipt?.externalId, readBack: true });
      expect(await actions()?.find(enrol(id))).toEqual({ externalId: receipt?.externalId, readBack: true });
    });

    it('does not enrol who is in another sequence', async () => {
      const [, , , id = ''] = ids;
      await actions()?.perform({ ...enrol(id), sequenceId: '99' });
      await expect(actions()?.perform(enrol(id))).rejects.toMatchObject({
        code: 'vendor',
        vendorCode: 'ALREADY_ENROLLED',
      });
      await expect(actions()?.perform(enrol(id))).rejects.toThrow(VendorError);
    });

    it('is found after a lost reply', async () => {
      const [, , , , id = ''] = ids;
      expect(await actions()?.find(enrol(id))).toBeNull();
      plant({ kind: 'lost-reply', method: 'POST', path: 'enrollments' });
      await expect(actions()?.perform(enrol(id))).rejects.toThrow(UnknownOutcomeError);
      expect((await actions()?.find(enrol(id)))?.readBack).toBe(true);
    });
  });
});
