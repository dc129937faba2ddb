import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SequenceAction, TaskAction } from '../../core/domain/actions.ts';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { SeatMissingError, UnknownOutcomeError } from '../../core/domain/errors.ts';
import { PROVISIONED_FIELDS } from '../../core/scores/fields.ts';
import { ALL_KINDS, crowd, facets, type Org, startOrg } from './salesforce-org.ts';

describe('fields', () => {
  it('a field of another kind under our name is a conflict, is left alone, and the others are made', async () => {
    const org = await startOrg(crowd(1));
    await org.tooling('Contact.Staypower_Clv_12m__c', { label: 'Theirs', type: 'Text', length: 10 });
    const { fields } = facets(org.connect());
    const steps = await fields.provision(ALL_KINDS, { dryRun: false });
    expect(steps.filter((step) => step.outcome === 'conflict')).toEqual([
      {
        what: 'field',
        name: 'Staypower_Clv_12m__c',
        on: 'Contact',
        outcome: 'conflict',
        note: expect.stringContaining('Number'),
      },
    ]);
    expect(steps.filter((step) => step.what === 'field' && step.outcome === 'create')).toHaveLength(9);
    expect((await fields.provision(ALL_KINDS, { dryRun: true })).map((step) => step.outcome)).not.toContain('create');
    await org.close();
  });

  it('a field that is there but hidden is granted, not made again; a lost reply does not stop it', async () => {
    const org = await startOrg(crowd(1));
    await org.tooling('Contact.Staypower_Clv_12m__c', { label: 'Value', type: 'Number', precision: 18, scale: 2 });
    await org.plant({ kind: 'lost-reply', method: 'POST', path: '/tooling/sobjects/CustomField' });
    await org.plant({ kind: 'lost-reply', method: 'POST', path: '/sobjects/PermissionSet$' });
    const { fields } = facets(org.connect());
    const steps = await fields.provision(ALL_KINDS, { dryRun: false });
    expect(steps.find((step) => step.what === 'field' && step.name === 'Staypower_Clv_12m__c')).toMatchObject({
      on: 'Contact',
      outcome: 'exists',
    });
    expect(new Set((await fields.provision(ALL_KINDS, { dryRun: false })).map((step) => step.outcome))).toEqual(
      new Set(['exists']),
    );
    await org.close();
  });

  it('all fields that the product ships can be made, and a dry run makes nothing', async () => {
    const org = await startOrg(crowd(1));
    const { fields } = facets(org.connect());
    await fields.provision(PROVISIONED_FIELDS, { dryRun: true });
    expect(
      (await org.requests()).filter((request) => request.method !== 'GET' && !request.path.includes('oauth2')),
    ).toEqual([]);
    const steps = await fields.provision(PROVISIONED_FIELDS, { dryRun: false });
    expect(steps.filter((step) => step.what === 'field')).toHaveLength(32);
    expect(new Set((await fields.provision(PROVISIONED_FIELDS, { dryRun: true })).map((step) => step.outcome))).toEqual(
      new Set(['exists']),
    );
    await org.close();
  });
});

describe('actions', () => {
  let org: Org;
  let contactIds: readonly string[];
  let actions: ReturnType<typeof facets>['actions'];
  beforeAll(async () => {
    org = await startOrg(crowd(4));
    contactIds = (await org.soql('SELECT Id FROM Contact ORDER BY Id')).map((record) => String(record['Id']));
    actions = facets(org.connect()).actions;
  });
  afterAll(() => org.close());
  const task = (key: string, more: Partial<TaskAction> = {}): TaskAction => ({
    kind: 'task',
    key,
    contactExternalId: contactIds[0] ?? '',
    ownerId: null,
    subject: 'Call about the renewal',
    body: 'Value at risk is high.',
    dueOn: calendarDay('2026-06-15'),
    priority: 'high',
    ...more,
  });
  const cadence = (index: number, sequenceId: string, userId: string): SequenceAction => ({
    kind: 'sequence',
    key: `sp-cadence-${index}`,
    contactExternalId: contactIds[index] ?? '',
    sequenceId,
    userId,
    senderEmail: null,
    fallback: task(`sp-cadence-${index}`),
  });

  it('a task has its contact, owner, day, priority and the organisation’s own first status', async () => {
    const [user] = await org.soql("SELECT Id FROM User WHERE LastName = 'Stone'");
    const receipt = await actions.perform(task('sp-t1', { ownerId: String(user?.['Id']), subject: 'x'.repeat(300) }));
    const [made] = await org.soql(
      `SELECT WhoId, OwnerId, ActivityDate, Priority, Status, Subject FROM Task WHERE Id = '${receipt.externalId}'`,
    );
    expect(made).toMatchObject({
      WhoId: contactIds[0],
      OwnerId: user?.['Id'],
      ActivityDate: '2026-06-15',
      Priority: 'High',
      Status: 'Not Started',
      Subject: 'x'.repeat(255),
    });
  });

  it('one key is never found inside another, and a task that was deleted still counts as opened', async () => {
    const { externalId } = await actions.perform(task('sp-t12'));
    expect(await actions.find(task('sp-t1'))).not.toMatchObject({ externalId });
    expect(await actions.find(task('sp-t'))).toBeNull();
    await org.remove('Task', externalId);
    expect(await actions.find(task('sp-t12'))).toEqual({ externalId, readBack: true });
  });

  it.each([
    ['lost', { kind: 'lost-reply' }],
    ['an error of the server', { kind: 'status', status: 500 }],
  ])('a creation whose answer is %s is not repeated in place', async (_what, fault) => {
    await org.forget();
    await org.plant({ ...fault, method: 'POST', path: '/sobjects/Task$' });
    await expect(actions.perform(task('sp-t3'))).rejects.toThrow(UnknownOutcomeError);
    expect((await org.requests()).filter((request) => request.path.endsWith('/sobjects/Task'))).toHaveLength(1);
  });

  it('a task for a contact that is gone fails for good, with the vendor’s code', async () => {
    await expect(actions.perform(task('sp-t4', { contactExternalId: '003000000000000AAA' }))).rejects.toMatchObject({
      retry: 'never',
      vendorCode: expect.stringMatching(/\w/),
    });
  });

  it('a contact is enrolled in a cadence once, and found there', async () => {
    const [user] = await org.soql("SELECT Id FROM User WHERE LastName = 'User'");
    const action = cadence(1, 'Win back', String(user?.['Id']));
    expect(await actions.find(action)).toBeNull();
    const receipt = await actions.perform(action);
    expect(receipt.readBack).toBe(false);
    expect(await actions.find(action)).toEqual({ ...receipt, readBack: true });
    expect(await actions.perform(action)).toEqual({ ...receipt, readBack: true });
    await expect(actions.perform({ ...action, sequenceId: 'Onboarding' })).rejects.toThrow(/one cadence at a time/);
  });

  it('an enrolment whose reply was lost is found', async () => {
    const [user] = await org.soql("SELECT Id FROM User WHERE LastName = 'User'");
    const action = cadence(2, 'Win back', String(user?.['Id']));
    await org.plant({ kind: 'lost-reply', method: 'POST', path: '/actions/standard/' });
    await expect(actions.perform(action)).rejects.toThrow(UnknownOutcomeError);
    expect(await actions.find(action)).toMatchObject({ readBack: true });
  });

  it('a user without Sales Engagement is a missing seat', async () => {
    const [user] = await org.soql("SELECT Id FROM User WHERE LastName = 'Stone'");
    const assignments = await org.soql(`SELECT Id FROM PermissionSetAssignment WHERE AssigneeId = '${user?.['Id']}'`);
    for (const assignment of assignments) await org.remove('PermissionSetAssignment', String(assignment['Id']));
    await expect(actions.perform(cadence(3, 'Win back', String(user?.['Id'])))).rejects.toThrow(SeatMissingError);
  });
});
