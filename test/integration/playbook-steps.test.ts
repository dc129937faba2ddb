import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHubSpot, hubspotSettingsSchema } from '../../connectors/hubspot/index.ts';
import { createSegment, segmentSettingsSchema } from '../../connectors/segment/index.ts';
import type { FlagAction, ListAction, StepAction, TaskAction, TicketAction } from '../../core/domain/actions.ts';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { ConfigError, SeatMissingError, UnknownOutcomeError, VendorError } from '../../core/domain/errors.ts';
import { act } from '../../core/pipeline/act.ts';
import { assertPerformable } from '../../core/playbooks/assert-performable.ts';
import { provisionedFields } from '../../core/playbooks/provisioned-fields.ts';
import { AT_RISK_AND_VALUABLE, playbookSchema } from '../../core/playbooks/schema.ts';
import { stepAction } from '../../core/playbooks/step-action.ts';
import type { ActionPerformer, Connector } from '../../core/ports/connector.ts';
import type { Score } from '../../core/scores/score.ts';
import { customerIdOf } from '../../core/store/identity.ts';
import { CREDENTIALS, startSandbox } from '../../sandbox/index.ts';
import type { Sandbox } from '../../sandbox/kernel/types.ts';
import { fakeClock } from '../support/clock.ts';
import { type FakeConnector, fakeConnector } from '../support/fake-connector.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';
import { clockAt, openPortal, quietLogger, type TestPortal } from './hubspot-portal.ts';
import { crowd, facets, type Org, startOrg } from './salesforce-org.ts';

const AS_OF = calendarDay('2026-06-01');
const task = (contactExternalId: string, key = 'p-1'): TaskAction => ({
  kind: 'task',
  key,
  contactExternalId,
  ownerId: null,
  subject: 'Keep',
  body: 'Call.',
  dueOn: AS_OF,
  priority: 'high',
});
const about = (contactExternalId: string, key = 'p-1') => ({
  key,
  beside: 'p-0',
  contactExternalId,
  fallback: task(contactExternalId, key),
});
const list = (contactExternalId: string, listId: string): ListAction => ({
  kind: 'list',
  listId,
  ...about(contactExternalId),
});
const flag = (contactExternalId: string): FlagAction => ({
  kind: 'flag',
  note: 'At risk and valuable',
  ...about(contactExternalId),
});
const ticket = (contactExternalId: string, key = 'p-1'): TicketAction => ({
  kind: 'ticket',
  subject: 'Look after Ada',
  body: 'Third late delivery.',
  priority: 'high',
  ...about(contactExternalId, key),
});
const FLAGGING = playbookSchema.parse({
  ...AT_RISK_AND_VALUABLE,
  steps: [{ do: 'flag', connection: 'crm', note: 'At risk' }],
});
const performerOf = ({ actions }: Connector): ActionPerformer => {
  if (actions === null) throw new Error('it acts');
  return actions;
};

describe('steps in Salesforce', () => {
  let org: Org;
  let contactId: string;
  let campaignId: string;
  beforeAll(async () => {
    org = await startOrg(crowd(2));
    await facets(org.connect()).fields.provision(provisionedFields([FLAGGING]), { dryRun: false });
    contactId = String((await org.soql('SELECT Id FROM Contact ORDER BY Id'))[0]?.['Id']);
    campaignId = await org.change('Campaign', null, { Name: 'Win back', IsActive: true });
  });
  afterAll(() => org.close());
  const members = () => org.soql(`SELECT Id FROM CampaignMember WHERE CampaignId = '${campaignId}'`);

  it('without campaigns in the edition it is a missing seat that says what was not done', async () => {
    await org.plant({
      kind: 'status',
      status: 404,
      method: 'POST',
      path: '/sobjects/CampaignMember',
      body: [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }],
    });
    const refusal = await performerOf(org.connect())
      .perform(list(contactId, campaignId))
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(SeatMissingError);
    expect(String(refusal)).toContain('was not put into campaign');
    expect(await members()).toEqual([]);
  });

  it('a contact becomes a member once: after a lost reply it is found, and a second time it is the same membership', async () => {
    const performer = performerOf(org.connect());
    expect(await performer.find(list(contactId, campaignId))).toBeNull();
    await org.plant({ kind: 'lost-reply', method: 'POST', path: '/sobjects/CampaignMember' });
    await expect(performer.perform(list(contactId, campaignId))).rejects.toThrow(UnknownOutcomeError);
    const found = await performer.find(list(contactId, campaignId));
    expect(found).toEqual({ externalId: String((await members())[0]?.['Id']), readBack: true });
    expect(await performer.perform(list(contactId, campaignId))).toEqual(found);
    expect(await members()).toHaveLength(1);
  });

  it('an unknown campaign is refused, not a missing seat', async () => {
    await expect(performerOf(org.connect()).perform(list(contactId, '701000000000000AAA'))).rejects.toThrow(
      VendorError,
    );
  });

  it('flags the open cases of the contact and no other', async () => {
    const performer = performerOf(org.connect());
    expect(await performer.perform(flag(contactId))).toEqual({ externalId: '', readBack: false });
    const open = await org.change('Case', null, { ContactId: contactId, Subject: 'Late', Status: 'New' });
    const closed = await org.change('Case', null, { ContactId: contactId, Subject: 'Old', Status: 'Closed' });
    expect(await performer.perform(flag(contactId))).toEqual({ externalId: open, readBack: false });
    const flags = new Map(
      (await org.soql('SELECT Id, Staypower_Flag__c FROM Case')).map((row) => [row['Id'], row['Staypower_Flag__c']]),
    );
    expect([flags.get(open), flags.get(closed)]).toEqual(['At risk and valuable', null]);
  });

  it('opens a case once: after a lost reply it is found, and one key is not found inside another', async () => {
    const performer = performerOf(org.connect());
    const own = () => org.soql("SELECT Id, Subject, Priority, Description FROM Case WHERE Origin = 'Staypower'");
    expect(await performer.find(ticket(contactId, 'p-12'))).toBeNull();
    await org.plant({ kind: 'lost-reply', method: 'POST', path: '/sobjects/Case' });
    await expect(performer.perform(ticket(contactId, 'p-12'))).rejects.toThrow(UnknownOutcomeError);
    const [opened] = await own();
    expect(opened).toMatchObject({ Subject: 'Look after Ada', Priority: 'High' });
    expect(String(opened?.['Description'])).toBe('Third late delivery.\n\nStaypower p-12');
    expect(await performer.find(ticket(contactId, 'p-12'))).toEqual({
      externalId: String(opened?.['Id']),
      readBack: true,
    });
    expect(await performer.find(ticket(contactId, 'p-1'))).toBeNull();
    expect(await own()).toHaveLength(1);
  });

  it('opens a case in the organisation’s own words where its lists are closed to ours', async () => {
    await org.plant({
      kind: 'status',
      status: 400,
      method: 'POST',
      path: '/sobjects/Case',
      body: [{ errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', message: 'bad value for restricted picklist' }],
    });
    const { externalId } = await performerOf(org.connect()).perform(ticket(contactId, 'p-2'));
    expect(await org.soql(`SELECT Origin FROM Case WHERE Id = '${externalId}'`)).toMatchObject([{ Origin: null }]);
  });

  it('closes a task of ours in the organisation’s own words, twice as once, and one that is gone is no fault', async () => {
    const performer = performerOf(org.connect());
    const { externalId: taskId } = await performer.perform(task(contactId, 'p-9'));
    const close = { kind: 'close', key: 'p-9-done', beside: 'p-9', contactExternalId: contactId, taskId } as const;
    for (let times = 0; times < 2; times += 1) await performer.perform(close);
    expect(await org.soql(`SELECT IsClosed FROM Task WHERE Id = '${taskId}'`)).toMatchObject([{ IsClosed: true }]);
    await performer.perform({ ...close, taskId: '00T000000000000AAA' });
  });

  it('without cases in the organisation it is a missing seat that says what was not done', async () => {
    await org.plant({
      kind: 'status',
      status: 404,
      method: 'POST',
      path: '/sobjects/Case',
      body: [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }],
    });
    const refusal = await performerOf(org.connect())
      .perform(ticket(contactId, 'p-3'))
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(SeatMissingError);
    expect(String(refusal)).toContain('No case was opened');
    expect(await performerOf(org.connect()).find(ticket(contactId, 'p-3'))).toBeNull();
  });

  it('lists the cases of ours that are still open for an uninstall, and takes them out', async () => {
    const connector = org.connect();
    const { externalId: open } = await performerOf(connector).perform(ticket(contactId, 'p-4'));
    const { externalId: closed } = await performerOf(connector).perform(ticket(contactId, 'p-5'));
    await org.change('Case', closed, { Status: 'Closed' });
    const listed = await connector.uninstall?.list(provisionedFields([FLAGGING]), {
      tasks: [],
      tickets: [open, closed],
    });
    expect(listed?.filter(({ what }) => what === 'ticket').map(({ id }) => id)).toEqual([open]);
    for (const item of listed ?? []) if (item.what === 'ticket') await connector.uninstall?.remove(item);
    expect(await org.soql(`SELECT Id FROM Case WHERE Id = '${open}'`)).toEqual([]);
  });
});

describe('steps in HubSpot', () => {
  let account: TestPortal;
  let contactId: string;
  let connector: Connector;
  beforeAll(async () => {
    account = await openPortal();
    connector = account.connect(clockAt('2026-06-01T08:00:00.000Z'));
    contactId = account.portal.create('contacts', {}).id;
    await connector.fields?.provision(provisionedFields([FLAGGING]), { dryRun: false });
  });
  afterAll(() => account.close());
  const api = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${account.url}${path}`, {
      method,
      headers: { authorization: 'Bearer pat-sandbox-admin', 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return (await response.json()) as { list: { listId: string }; results: { recordId: string }[] };
  };
  const listOf = async (processingType: string) =>
    (await api('POST', '/crm/lists/2026-09', { name: 'Win back', objectTypeId: '0-1', processingType })).list.listId;

  it('without the scope it is a missing seat; an active list and a contact that is gone are refused', async () => {
    account.kernel.faults.add({
      vendor: 'hubspot',
      kind: 'status',
      status: 403,
      path: '/memberships/add',
      times: 1,
      after: 0,
    });
    const id = await listOf('MANUAL');
    await expect(performerOf(connector).perform(list(contactId, id))).rejects.toThrow(SeatMissingError);
    await expect(performerOf(connector).perform(list(contactId, await listOf('DYNAMIC')))).rejects.toThrow(VendorError);
    await expect(performerOf(connector).perform(list('99999', id))).rejects.toMatchObject({
      vendorCode: 'OBJECT_NOT_FOUND',
    });
  });

  it('a contact is in the list once, also when the reply was lost', async () => {
    const id = await listOf('MANUAL');
    account.kernel.faults.add({ vendor: 'hubspot', kind: 'lost-reply', path: '/memberships/add', times: 1, after: 0 });
    await performerOf(connector).perform(list(contactId, id));
    expect(await performerOf(connector).perform(list(contactId, id))).toEqual({
      externalId: `${id}:${contactId}`,
      readBack: false,
    });
    expect((await api('GET', `/crm/lists/2026-09/${id}/memberships`)).results).toEqual([{ recordId: contactId }]);
  });

  it('flags the open tickets of the contact and no other', async () => {
    expect(await performerOf(connector).perform(flag(contactId))).toEqual({ externalId: '', readBack: false });
    const open = account.portal.create('tickets', { subject: 'Late' }).id;
    const closed = account.portal.create('tickets', { subject: 'Old', closed_date: '2026-05-01T00:00:00Z' }).id;
    for (const id of [open, closed]) account.portal.associate('contacts', contactId, 'tickets', id);
    expect(await performerOf(connector).perform(flag(contactId))).toEqual({ externalId: open, readBack: false });
    const flagOf = (id: string) => account.portal.find('tickets', id)?.properties['staypower_flag'];
    expect([flagOf(open), flagOf(closed)]).toEqual(['At risk and valuable', undefined]);
  });

  it('opens a ticket once, in the first open stage: after a lost reply it is found, and one key is not found inside another', async () => {
    const performer = performerOf(connector);
    expect(await performer.find(ticket(contactId, 'p-12'))).toBeNull();
    account.kernel.faults.add({
      vendor: 'hubspot',
      kind: 'lost-reply',
      path: '/crm/objects/2026-09/tickets',
      times: 1,
      after: 0,
    });
    await expect(performer.perform(ticket(contactId, 'p-12'))).rejects.toThrow(UnknownOutcomeError);
    const found = await performer.find(ticket(contactId, 'p-12'));
    expect(found).toMatchObject({ readBack: true });
    expect(account.portal.find('tickets', found?.externalId ?? '')?.properties).toMatchObject({
      subject: 'Look after Ada',
      content: 'Third late delivery.\n\n[p-12]',
      hs_pipeline: '0',
      hs_pipeline_stage: '1',
      hs_ticket_priority: 'HIGH',
    });
    expect(await performer.find(ticket(contactId, 'p-1'))).toBeNull();
  });

  it('completes a task of ours, twice as once, and one that is gone is no fault', async () => {
    const performer = performerOf(connector);
    const { externalId: taskId } = await performer.perform(task(contactId, 'p-9'));
    const close = { kind: 'close', key: 'p-9-done', beside: 'p-9', contactExternalId: contactId, taskId } as const;
    for (let times = 0; times < 2; times += 1) await performer.perform(close);
    expect(account.portal.find('tasks', taskId)?.properties['hs_task_status']).toBe('COMPLETED');
    await performer.perform({ ...close, taskId: '999999' });
  });

  it('without the scope for tickets it is a missing seat that says so', async () => {
    account.kernel.faults.add({
      vendor: 'hubspot',
      kind: 'status',
      status: 403,
      path: '/tickets',
      method: 'POST',
      times: 1,
      after: 0,
    });
    await expect(performerOf(connector).perform(ticket(contactId, 'p-3'))).rejects.toThrow(SeatMissingError);
  });

  it('lists the tickets of ours that are still open for an uninstall, and takes them out', async () => {
    const { externalId: open } = await performerOf(connector).perform(ticket(contactId, 'p-4'));
    const { externalId: closed } = await performerOf(connector).perform(ticket(contactId, 'p-5'));
    const record = account.portal.find('tickets', closed);
    if (record) record.properties['closed_date'] = '2026-05-01T00:00:00Z';
    const listed = await connector.uninstall?.list([], { tasks: [], tickets: [open, closed] });
    expect(listed?.filter(({ what }) => what === 'ticket').map(({ id }) => id)).toEqual([open]);
    for (const item of listed ?? []) if (item.what === 'ticket') await connector.uninstall?.remove(item);
    expect(account.portal.find('tickets', open)?.archived ?? true).toBe(true);
  });
});

describe('steps in Segment', () => {
  let sandbox: Sandbox;
  let connector: Connector;
  beforeAll(async () => {
    sandbox = await startSandbox({ stateDir: null, seed: 3 }, null);
    connector = createSegment(
      {
        connectionId: 'segment',
        clock: clockAt('2026-06-01T08:00:00.000Z'),
        logger: quietLogger,
        timeZone: 'UTC',
        currency: 'USD',
      },
      segmentSettingsSchema.parse({ host: sandbox.urls.segment }),
      { writeKey: CREDENTIALS.segment.writeKey, profileToken: null, publicApiToken: null },
    );
  });
  afterAll(() => sandbox.close());
  const sent = async () =>
    (
      (await (await fetch(`${sandbox.urls.segment}/_sandbox/requests?vendor=segment`)).json()) as {
        requestBody: string;
      }[]
    ).flatMap(({ requestBody }) => (JSON.parse(requestBody) as { batch: Record<string, unknown>[] }).batch);
  const stored = async () =>
    ((await (await fetch(`${sandbox.urls.segment}/_sandbox/state`)).json()) as Record<string, number>)[
      'segment.messages'
    ];

  it('tells an event, the company and an audience, each marked as ours, and a visitor without a name is refused', async () => {
    const base = { beside: 'p-0', contactExternalId: 'user:u1' };
    const performer = performerOf(connector);
    const steps: StepAction[] = [
      { kind: 'track', key: 'k-1', ...base, event: 'Customer At Risk', properties: { playbook: 'p' } },
      { kind: 'group', key: 'k-2', ...base, groupId: 'acme', traits: { staypower_last_playbook: 'p' } },
      { kind: 'audience', key: 'k-3', ...base, name: 'win_back' },
    ];
    for (const step of steps) await performer.perform(step);
    expect(await sent()).toMatchObject([
      {
        type: 'track',
        userId: 'u1',
        messageId: 'staypower_k-1',
        event: 'Customer At Risk',
        properties: { playbook: 'p' },
      },
      {
        type: 'group',
        userId: 'u1',
        messageId: 'staypower_k-2',
        groupId: 'acme',
        traits: { staypower_last_playbook: 'p' },
      },
      { type: 'identify', userId: 'u1', messageId: 'staypower_k-3', traits: { staypower_audience_win_back: true } },
    ]);
    for (const message of await sent())
      expect(message).toMatchObject({ context: { integration: { name: 'staypower' } } });
    await expect(
      performer.perform({ kind: 'audience', key: 'k-4', ...base, contactExternalId: 'anonymous:a', name: 'x' }),
    ).rejects.toThrow('a user that has identified');
  });

  it('a message whose reply was lost is sent again and counts once', async () => {
    const before = (await stored()) ?? 0;
    await fetch(`${sandbox.urls.segment}/_sandbox/faults`, {
      method: 'POST',
      body: JSON.stringify({ vendor: 'segment', kind: 'lost-reply', path: '/v1/batch' }),
    });
    const step: StepAction = {
      kind: 'audience',
      key: 'k-9',
      beside: 'p-0',
      contactExternalId: 'user:u2',
      name: 'win_back',
    };
    await performerOf(connector).perform(step);
    expect((await sent()).filter((message) => message['messageId'] === 'staypower_k-9')).toHaveLength(2);
    expect(await stored()).toBe(before + 1);
  });
});

describe('steps of a playbook', () => {
  const clock = fakeClock('2026-06-01T08:00:00.000Z');
  let store: TempStore;
  let crm: FakeConnector;
  beforeAll(async () => {
    store = await openTempStore();
  });
  afterAll(() => store.close());
  beforeEach(async () => {
    await emptyTables(store.database);
    crm = fakeConnector();
    clock.set('2026-06-01T08:00:00.000Z');
  });
  const idOf = (externalId: string) => customerIdOf('test', { connectionId: 'crm', externalId });
  const queued = async (action: { key: string }, given: { state?: string; consent?: boolean } = {}) => {
    await store.database.query(
      `insert into customers (customer_id, name, do_not_contact, dirty, created_at) values ($1::uuid, 'A', $2, false, '2026-01-01')
       on conflict (customer_id) do nothing`,
      [idOf('1'), given.consent === false],
    );
    await store.database.query(
      `insert into outbox (customer_id, action_key, playbook, connection_id, action, state, attempts, not_before)
       values ($1::uuid, $2, 'p', 'crm', $3::jsonb, $4, 0, '2026-01-01')`,
      [idOf('1'), action.key, JSON.stringify(action), given.state ?? 'waiting'],
    );
  };
  const states = async () =>
    Object.fromEntries(
      (await store.database.query<{ action_key: string; state: string }>('select action_key, state from outbox')).map(
        (row) => [row.action_key, row.state],
      ),
    );
  const audited = async () =>
    (await store.database.query<{ action: string }>('select action from audit_log order by seq')).map(
      (row) => row.action,
    );

  it('are refused at the start where no connection can perform them, with one that can', () => {
    const acting = { ...fakeConnector('segment'), vendor: 'segment' as const } as Connector;
    const book = playbookSchema.parse({
      ...AT_RISK_AND_VALUABLE,
      steps: [{ do: 'list', connection: 'segment', listId: '1' }],
    });
    expect(() => assertPerformable([book], [acting])).toThrow(ConfigError);
    const able = createHubSpot(
      { connectionId: 'hubspot', clock, logger: quietLogger, timeZone: 'UTC', currency: 'USD' },
      hubspotSettingsSchema.parse({}),
      { accessToken: 'pat-x' },
    );
    expect(() => assertPerformable([book], [acting, able])).toThrow(/playbooks\[0\].steps\[0\].*Set it to hubspot/s);
    expect(() => assertPerformable([AT_RISK_AND_VALUABLE], [])).not.toThrow();
  });

  it('become actions about the record at their own vendor; a group needs a company', () => {
    const given = {
      key: 'k',
      task: task('1'),
      beside: 'p-0',
      playbook: 'p',
      score: { currency: 'USD', valueIfKept12m: 480, churnProbability: 0.8345 } as Score,
      asOf: AS_OF,
    };
    const target = { contactExternalId: 'user:u', parentExternalId: null };
    expect(stepAction({ do: 'group', connection: 's' }, target, given)).toBeNull();
    expect(stepAction({ do: 'track', connection: 's', event: 'E' }, target, given)).toEqual({
      kind: 'track',
      key: 'k',
      beside: 'p-0',
      contactExternalId: 'user:u',
      event: 'E',
      properties: { playbook: 'p', as_of: AS_OF, currency: 'USD', value_if_kept_12m: 480, churn_probability: 83.5 },
    });
    expect(stepAction({ do: 'list', connection: 's', listId: '7' }, target, given)).toMatchObject({
      listId: '7',
      fallback: { key: 'k', contactExternalId: 'user:u' },
    });
    expect(
      stepAction({ do: 'ticket', connection: 's', subject: '{name}', body: '', priority: 'low' }, target, given),
    ).toMatchObject({ kind: 'ticket', subject: 'Keep', body: 'Call.', fallback: { kind: 'task', key: 'k' } });
  });

  it('one whose edition is missing is noted, not made a second task, where the crossing has a task', async () => {
    await queued(task('1', 'p-0'));
    await queued(list('1', '7'));
    crm.faults.push(null, 'no-seat');
    expect(await act(store.database, [crm], { clock })).toMatchObject({ performed: 1, steps: 0, rejected: 0 });
    expect(crm.done.map((action) => action.kind)).toEqual(['task']);
    expect(await states()).toEqual({ 'p-0': 'done', 'p-1': 'skipped' });
    expect(await audited()).toEqual(['step-not-possible']);
  });

  it('one whose edition is missing becomes a task that says so, where the crossing was a sequence', async () => {
    const sequence = {
      kind: 'sequence',
      key: 'p-0',
      contactExternalId: '1',
      sequenceId: 's',
      userId: 'u',
      senderEmail: null,
      fallback: task('1', 'p-0'),
    };
    await queued(sequence);
    await queued(list('1', '7'));
    crm.faults.push(null, 'no-seat');
    expect(await act(store.database, [crm], { clock })).toMatchObject({ performed: 2, steps: 0 });
    expect(crm.done).toMatchObject([{ kind: 'sequence' }, { kind: 'task', key: 'p-1', body: 'Call.\n\nno seat' }]);
    expect(await audited()).toEqual(['action-became-task']);
  });

  it('a customer who must not be contacted by now is left alone, and that is logged; what was done already stays done', async () => {
    await queued(task('1', 'p-0'), { consent: false });
    await queued(list('1', '7'));
    expect(await act(store.database, [crm], { clock })).toMatchObject({ performed: 0, steps: 0, withoutConsent: 2 });
    expect(crm.attempts).toBe(0);
    expect(await states()).toEqual({ 'p-0': 'no-consent', 'p-1': 'no-consent' });
    expect(await audited()).toEqual(['action-without-consent', 'action-without-consent']);

    await emptyTables(store.database);
    await queued(task('1', 'p-0'), { consent: false, state: 'started' });
    const done = {
      ...crm,
      actions: { ...crm.actions, find: async () => ({ externalId: '1', readBack: true }) },
    } as FakeConnector;
    expect(await act(store.database, [done], { clock })).toMatchObject({ performed: 1, withoutConsent: 0 });
    expect(await states()).toEqual({ 'p-0': 'done' });
  });
});
