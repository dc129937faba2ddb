import { makeId } from '../ids.ts';
import { CASE_STATES, TASK_PRIORITIES, TASK_STATES } from '../model/activity-objects.ts';
import type { FieldMetadata } from '../model/custom-field.ts';
import { OPPORTUNITY_STAGES } from '../model/sales-objects.ts';
import type { Org } from './org.ts';
import type { Row, Value } from './records.ts';

/** Ids that are the same in every sandbox. */
export const ORG_ID = makeId('00D', 1);
/** The user every token runs as unless the flow names another. */
export const INTEGRATION_USER_ID = makeId('005', 1);
/** The profile all users share. */
export const PROFILE_ID = makeId('00e', 1);
/** The profile's own permission set: it grants the fields the org's admin made by hand. */
export const PROFILE_PERMISSION_SET_ID = makeId('0PS', 1);
/** The permission set that lets a user run cadences. */
export const SALES_ENGAGEMENT_ID = makeId('0PS', 2);

/** When the org was made; before anything it is seeded with. */
const CREATED = '1996-01-01T00:00:00.000+0000';

/** Custom fields the org's admin made by hand, visible to everybody: the shop's order number, and what was paid back and when. */
const ADMIN_FIELDS: readonly (readonly [string, FieldMetadata])[] = [
  ['Order_Reference__c', { label: 'Order Reference', type: 'Text', length: 80 }],
  ['Refunded_Amount__c', { label: 'Refunded Amount', type: 'Currency', precision: 18, scale: 2 }],
  ['Refunded_On__c', { label: 'Refunded On', type: 'Date' }],
];

/** Fills a new org: organisation, profile, users' permission sets, state tables, two cadences and the admin's own fields. */
export function bootstrap(org: Org): void {
  if (org.records.table('Organization').size > 0) return;
  put(org, 'Organization', {
    Name: 'Staypower Sandbox',
    OrganizationType: 'Developer Edition',
    IsSandbox: false,
    InstanceName: 'SBX1',
    TimeZoneSidKey: 'GMT',
    LanguageLocaleKey: 'en_US',
    DefaultLocaleSidKey: 'en_US',
  });
  put(org, 'Profile', { Name: 'System Administrator' });
  put(org, 'PermissionSet', {
    Name: 'X00ex00000018ozT',
    Label: 'X00ex00000018ozT',
    IsOwnedByProfile: true,
    IsCustom: false,
    ProfileId: PROFILE_ID,
  });
  put(org, 'PermissionSet', {
    Name: 'SalesEngagementUser',
    Label: 'Sales Engagement User',
    IsOwnedByProfile: false,
    IsCustom: false,
    ProfileId: null,
  });
  addUser(org, { firstName: 'Integration', lastName: 'User', email: 'integration@sandbox.example', at: CREATED });
  stateTables(org);
  for (const name of ['Win back', 'Onboarding']) {
    put(org, 'ActionCadence', { Name: name, State: 'Active', Description: null, OwnerId: INTEGRATION_USER_ID });
  }
  ADMIN_FIELDS.forEach(([name, metadata], index) => {
    org.addCustomField({ Id: makeId('00N', index + 1), entity: 'Opportunity', name, metadata });
    org.kernel.nextNumber('salesforce.id.00N');
    put(org, 'FieldPermissions', {
      ParentId: PROFILE_PERMISSION_SET_ID,
      SobjectType: 'Opportunity',
      Field: `Opportunity.${name}`,
      PermissionsRead: true,
      PermissionsEdit: true,
    });
  });
}

/** Adds a user with the shared profile and Sales Engagement. `at` in the kept form. Returns the id. */
export function addUser(org: Org, user: { firstName: string; lastName: string; email: string; at: string }): string {
  const id = put(
    org,
    'User',
    {
      Username: user.email,
      FirstName: user.firstName,
      LastName: user.lastName,
      Name: `${user.firstName} ${user.lastName}`,
      Email: user.email,
      IsActive: true,
      TimeZoneSidKey: 'GMT',
      LocaleSidKey: 'en_US',
      LanguageLocaleKey: 'en_US',
      UserType: 'Standard',
      ProfileId: PROFILE_ID,
    },
    user.at,
  );
  for (const set of [PROFILE_PERMISSION_SET_ID, SALES_ENGAGEMENT_ID]) {
    put(org, 'PermissionSetAssignment', { PermissionSetId: set, AssigneeId: id }, user.at);
  }
  return id;
}

function stateTables(org: Org): void {
  const states = (object: string, flag: string, rows: readonly (readonly [string, boolean, boolean])[]) =>
    rows.forEach(([label, isDefault, flagged], index) => {
      put(org, object, {
        MasterLabel: label,
        ApiName: label,
        SortOrder: index + 1,
        IsDefault: isDefault,
        [flag]: flagged,
      });
    });
  states('TaskStatus', 'IsClosed', TASK_STATES);
  states('TaskPriority', 'IsHighPriority', TASK_PRIORITIES);
  states('CaseStatus', 'IsClosed', CASE_STATES);
  OPPORTUNITY_STAGES.forEach(([label, isClosed, isWon, probability], index) => {
    put(org, 'OpportunityStage', {
      MasterLabel: label,
      ApiName: label,
      IsActive: true,
      SortOrder: index + 1,
      IsClosed: isClosed,
      IsWon: isWon,
      DefaultProbability: probability,
    });
  });
  for (const [index, label] of ['Draft', 'Activated'].entries()) {
    put(org, 'OrderStatus', {
      MasterLabel: label,
      ApiName: label,
      SortOrder: index + 1,
      IsDefault: index === 0,
      StatusCode: label,
    });
  }
}

function put(org: Org, name: string, values: Record<string, Value>, at = CREATED): string {
  const object = org.model.object(name);
  if (object === undefined) throw new Error(`the sandbox's model has no object ${name}`);
  const row: Row = {
    ...values,
    Id: org.records.newId(object),
    IsDeleted: false,
    CreatedDate: at,
    CreatedById: INTEGRATION_USER_ID,
    LastModifiedDate: at,
    LastModifiedById: INTEGRATION_USER_ID,
    SystemModstamp: at,
  };
  org.records.put(name, row);
  return row.Id;
}
