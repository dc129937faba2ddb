import { lookup, makeField, type ObjectType, readOnly } from './field.ts';
import { makeObject } from './object.ts';

const required = { nillable: false } as const;
const fixed = { updateable: false, nillable: false } as const;

/** Organization, User, Profile, the permission tables, and the stage and order-state tables. */
export function setupObjects(): ObjectType[] {
  const readOnlySetup = { createable: false, setup: true } as const;
  return [
    makeObject(
      'Organization',
      '00D',
      [
        readOnly('Name', 'string', { nameField: true }),
        readOnly('OrganizationType', 'picklist'),
        readOnly('IsSandbox', 'boolean'),
        readOnly('InstanceName', 'string'),
        readOnly('TimeZoneSidKey', 'picklist'),
        readOnly('LanguageLocaleKey', 'picklist'),
        readOnly('DefaultLocaleSidKey', 'picklist'),
      ],
      readOnlySetup,
    ),
    makeObject(
      'User',
      '005',
      [
        makeField('Username', 'string', { length: 80, idLookup: true, ...required }),
        makeField('LastName', 'string', { length: 80, ...required }),
        makeField('FirstName', 'string', { length: 40 }),
        readOnly('Name', 'string', { label: 'Full Name', length: 121, nameField: true, calculated: true }),
        makeField('Email', 'email', { idLookup: true, ...required }),
        makeField('Phone', 'phone'),
        makeField('Title', 'string', { length: 80 }),
        makeField('IsActive', 'boolean', { label: 'Active' }),
        makeField('TimeZoneSidKey', 'picklist'),
        makeField('LocaleSidKey', 'picklist'),
        makeField('LanguageLocaleKey', 'picklist'),
        readOnly('UserType', 'picklist'),
        lookup('ProfileId', ['Profile']),
      ],
      { createable: false },
    ),
    makeObject('Profile', '00e', [readOnly('Name', 'string', { nameField: true })], readOnlySetup),
    makeObject(
      'PermissionSet',
      '0PS',
      [
        makeField('Name', 'string', { length: 80, nameField: true, ...required }),
        makeField('Label', 'string', { length: 80, ...required }),
        makeField('Description', 'string'),
        readOnly('IsOwnedByProfile', 'boolean'),
        readOnly('IsCustom', 'boolean'),
        lookup('ProfileId', ['Profile'], { createable: false, updateable: false }),
      ],
      { setup: true },
    ),
    makeObject(
      'PermissionSetAssignment',
      '0Pa',
      [lookup('PermissionSetId', ['PermissionSet'], fixed), lookup('AssigneeId', ['User'], fixed)],
      { setup: true },
    ),
    makeObject(
      'FieldPermissions',
      '01k',
      [
        lookup('ParentId', ['PermissionSet'], fixed),
        makeField('SobjectType', 'picklist', fixed),
        makeField('Field', 'picklist', fixed),
        makeField('PermissionsRead', 'boolean'),
        makeField('PermissionsEdit', 'boolean'),
      ],
      { label: 'Field Permissions', labelPlural: 'Field Permissions', setup: true },
    ),
    makeObject(
      'OpportunityStage',
      '01J',
      [
        readOnly('MasterLabel', 'string', { nameField: true }),
        readOnly('ApiName', 'string'),
        readOnly('IsActive', 'boolean'),
        readOnly('SortOrder', 'int'),
        readOnly('IsClosed', 'boolean'),
        readOnly('IsWon', 'boolean'),
        readOnly('DefaultProbability', 'percent'),
      ],
      readOnlySetup,
    ),
    makeObject(
      'OrderStatus',
      '0OS',
      [
        readOnly('MasterLabel', 'string', { nameField: true }),
        readOnly('ApiName', 'string'),
        readOnly('SortOrder', 'int'),
        readOnly('IsDefault', 'boolean'),
        readOnly('StatusCode', 'picklist'),
      ],
      readOnlySetup,
    ),
  ];
}

/** The two objects of the Tooling API's query: custom fields and the list of objects. */
export function toolingObjects(): ObjectType[] {
  const readOnlySetup = { createable: false, setup: true } as const;
  return [
    makeObject(
      'CustomField',
      '00N',
      [
        readOnly('DeveloperName', 'string', { nameField: true }),
        readOnly('NamespacePrefix', 'string'),
        readOnly('TableEnumOrId', 'string'),
        lookup('EntityDefinitionId', ['EntityDefinition'], { createable: false, updateable: false }),
        readOnly('FullName', 'string', { filterable: false, sortable: false }),
        readOnly('ManageableState', 'picklist'),
      ],
      readOnlySetup,
    ),
    makeObject(
      'EntityDefinition',
      '4ie',
      [
        readOnly('DurableId', 'string'),
        readOnly('QualifiedApiName', 'string', { nameField: true }),
        readOnly('DeveloperName', 'string'),
        readOnly('Label', 'string'),
        readOnly('PluralLabel', 'string'),
        readOnly('KeyPrefix', 'string'),
        readOnly('IsQueryable', 'boolean'),
        readOnly('IsCustomizable', 'boolean'),
      ],
      readOnlySetup,
    ),
  ];
}
