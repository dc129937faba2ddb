import { lookup, makeField, type ObjectType, picklist, readOnly } from './field.ts';
import { makeObject, ownerField } from './object.ts';

/** The shipped task states: [label, isDefault, isClosed]. */
export const TASK_STATES: readonly (readonly [string, boolean, boolean])[] = [
  ['Not Started', true, false],
  ['In Progress', false, false],
  ['Completed', false, true],
  ['Waiting on someone else', false, false],
  ['Deferred', false, false],
];

/** The shipped task priorities: [label, isDefault, isHighPriority]. */
export const TASK_PRIORITIES: readonly (readonly [string, boolean, boolean])[] = [
  ['Normal', true, false],
  ['High', false, true],
  ['Low', false, false],
];

/** The shipped case states: [label, isDefault, isClosed]. */
export const CASE_STATES: readonly (readonly [string, boolean, boolean])[] = [
  ['New', true, false],
  ['Working', false, false],
  ['Escalated', false, false],
  ['Closed', false, true],
];

const PARENTS = ['Account', 'Opportunity', 'Order', 'Case'] as const;

function statusTable(name: string, keyPrefix: string, flag: string): ObjectType {
  const fields = [
    readOnly('MasterLabel', 'string', { nameField: true }),
    readOnly('ApiName', 'string'),
    readOnly('SortOrder', 'int'),
    readOnly('IsDefault', 'boolean'),
    readOnly(flag, 'boolean'),
  ];
  return makeObject(name, keyPrefix, fields, { createable: false, setup: true });
}

/** Task, Event, Case, the tables of their states, and the cadences. */
export function activityObjects(): ObjectType[] {
  const who = lookup('WhoId', ['Contact'], { label: 'Name ID' });
  const what = lookup('WhatId', PARENTS, { label: 'Related To ID' });
  const account = lookup('AccountId', ['Account'], { createable: false, updateable: false });
  return [
    makeObject('Task', '00T', [
      who,
      what,
      makeField('Subject', 'string', { nameField: true }),
      makeField('ActivityDate', 'date', { label: 'Due Date Only' }),
      picklist(
        'Status',
        TASK_STATES.map(([label]) => label),
        { nillable: false, defaultedOnCreate: true },
      ),
      picklist(
        'Priority',
        TASK_PRIORITIES.map(([label]) => label),
        { nillable: false, defaultedOnCreate: true },
      ),
      readOnly('IsHighPriority', 'boolean', { label: 'High Priority', calculated: true }),
      ownerField(),
      makeField('Description', 'textarea'),
      account,
      readOnly('IsClosed', 'boolean', { label: 'Closed', calculated: true }),
      readOnly('CompletedDateTime', 'datetime'),
      picklist('TaskSubtype', ['Task', 'Email', 'ListEmail', 'Cadence', 'Call', 'LinkedIn'], {
        updateable: false,
        restrictedPicklist: true,
        defaultedOnCreate: true,
      }),
      picklist('CallType', ['Internal', 'Inbound', 'Outbound'], { restrictedPicklist: true }),
    ]),
    makeObject('Event', '00U', [
      who,
      what,
      makeField('Subject', 'string', { nameField: true }),
      makeField('Location', 'string'),
      makeField('IsAllDayEvent', 'boolean', { label: 'All-Day Event' }),
      makeField('ActivityDateTime', 'datetime', { label: 'Due Date Time' }),
      makeField('ActivityDate', 'date', { label: 'Due Date Only' }),
      makeField('DurationInMinutes', 'int', { label: 'Duration' }),
      makeField('StartDateTime', 'datetime'),
      makeField('EndDateTime', 'datetime'),
      makeField('Description', 'textarea'),
      ownerField(),
      account,
      picklist('EventSubtype', ['Event'], { updateable: false, restrictedPicklist: true, defaultedOnCreate: true }),
    ]),
    makeObject('Case', '500', [
      readOnly('CaseNumber', 'string', { length: 30, nillable: false, nameField: true, defaultedOnCreate: true }),
      lookup('ContactId', ['Contact']),
      lookup('AccountId', ['Account']),
      makeField('Subject', 'string'),
      makeField('Description', 'textarea'),
      picklist(
        'Status',
        CASE_STATES.map(([label]) => label),
        { defaultedOnCreate: true },
      ),
      picklist('Priority', ['Medium', 'High', 'Low'], { defaultedOnCreate: true }),
      picklist('Origin', ['Phone', 'Email', 'Web']),
      picklist('Reason', ['Installation', 'Equipment Complexity', 'Performance', 'Breakdown', 'Feedback', 'Other']),
      picklist('Type', ['Mechanical', 'Electrical', 'Electronic', 'Structural', 'Other']),
      readOnly('IsClosed', 'boolean', { label: 'Closed', calculated: true }),
      readOnly('ClosedDate', 'datetime'),
      makeField('IsEscalated', 'boolean', { label: 'Escalated' }),
      ownerField(),
    ]),
    statusTable('TaskStatus', '01e', 'IsClosed'),
    statusTable('TaskPriority', '01d', 'IsHighPriority'),
    statusTable('CaseStatus', '01f', 'IsClosed'),
    makeObject(
      'ActionCadence',
      '0hA',
      [
        readOnly('Name', 'string', { nameField: true }),
        readOnly('State', 'picklist'),
        readOnly('Description', 'textarea'),
        ownerField(),
      ],
      { label: 'Cadence', createable: false, setup: true },
    ),
    makeObject(
      'ActionCadenceTracker',
      '0hT',
      [
        lookup('ActionCadenceId', ['ActionCadence']),
        lookup('TargetId', ['Contact']),
        ownerField(),
        readOnly('CurrentStepId', 'reference'),
        readOnly('LastCompletedStepId', 'reference'),
        readOnly('State', 'picklist', {
          picklistValues: ['Complete', 'Error', 'Initializing', 'Running'].map((value) => ({
            value,
            label: value,
            defaultValue: false,
          })),
          restrictedPicklist: true,
        }),
        readOnly('CompletionReason', 'picklist'),
        readOnly('CompletionDisposition', 'picklist'),
        readOnly('ErrorMessage', 'string'),
      ],
      { label: 'Cadence Tracker', createable: false },
    ),
  ];
}
