import { SalesforceError } from '../errors.ts';
import type { Model } from '../model/model.ts';
import type { Records, Row } from './records.ts';

/**
 * The rules of the permission tables, asked before a record of theirs is kept.
 * @throws SalesforceError DUPLICATE_VALUE, DUPLICATE_DEVELOPER_NAME, INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST, FIELD_INTEGRITY_EXCEPTION.
 */
export function checkSetupRow(model: Model, records: Records, object: string, row: Row): void {
  if (object === 'PermissionSet') {
    const taken = others(records, object, row).some(
      (other) => String(other.Name).toLowerCase() === String(row.Name).toLowerCase(),
    );
    if (taken) {
      throw new SalesforceError(
        400,
        'DUPLICATE_DEVELOPER_NAME',
        `The permission set name ${row.Name} is already in use`,
        ['Name'],
      );
    }
  }
  if (object === 'PermissionSetAssignment') refuseTwin(records, object, row, ['PermissionSetId', 'AssigneeId']);
  if (object === 'FieldPermissions') {
    checkGrantedField(model, row);
    refuseTwin(records, object, row, ['ParentId', 'Field']);
  }
}

function others(records: Records, object: string, row: Row): Row[] {
  return [...records.table(object).values()].filter((other) => other.Id !== row.Id);
}

function refuseTwin(records: Records, object: string, row: Row, key: readonly string[]): void {
  const twin = others(records, object, row).find((other) => key.every((field) => other[field] === row[field]));
  if (twin === undefined) return;
  throw new SalesforceError(
    400,
    'DUPLICATE_VALUE',
    `duplicate value found: ${key.join(', ')} duplicates value on record with id: ${twin.Id}`,
  );
}

function checkGrantedField(model: Model, row: Row): void {
  const [entity = '', name = ''] = String(row.Field).split('.');
  const object = model.object(entity);
  const field = object?.fields.get(name.toLowerCase());
  const bad = (label: string, value: unknown, at: string) =>
    new SalesforceError(
      400,
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      `${label}: bad value for restricted picklist field: ${value}`,
      [at],
    );
  if (object === undefined || object.name !== row.SobjectType)
    throw bad('Sobject Type Name', row.SobjectType, 'SobjectType');
  if (field === undefined) throw bad('Field Name', row.Field, 'Field');
  if (field.custom && !field.nillable && field.type !== 'boolean') throw bad('Field Name', row.Field, 'Field');
  if (row.PermissionsEdit === true && row.PermissionsRead !== true) {
    throw new SalesforceError(400, 'FIELD_INTEGRITY_EXCEPTION', 'Edit access to a field needs read access to it', [
      'PermissionsRead',
    ]);
  }
}

/**
 * Asked before a setup record goes. A permission set must be unassigned first; its field permissions go with it.
 * @throws SalesforceError DELETE_FAILED.
 */
export function releaseSetupRow(records: Records, object: string, row: Row): void {
  if (object !== 'PermissionSet') return;
  const assigned = [...records.table('PermissionSetAssignment').values()].some(
    (other) => other.PermissionSetId === row.Id,
  );
  if (assigned) {
    throw new SalesforceError(
      400,
      'DELETE_FAILED',
      'The permission set is assigned to users. Remove its assignments first.',
    );
  }
  for (const permission of [...records.table('FieldPermissions').values()]) {
    if (permission.ParentId === row.Id) records.remove('FieldPermissions', permission.Id);
  }
}
