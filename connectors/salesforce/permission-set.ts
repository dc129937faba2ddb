import { VendorError } from '../../core/domain/errors.ts';
import type { ProvisionStep } from '../../core/ports/connector.ts';
import type { SalesforceClient } from './client.ts';
import { COLLECTION_ROWS, type CollectionRecord, writeCollection } from './collections.ts';
import { queryRows, quoted } from './soql.ts';

/** Name of our own permission set; one of the customer's is never touched. */
export const PERMISSION_SET = 'Staypower';

/** A field to be seen and edited. */
interface GrantedField {
  object: string;
  name: string;
}

/**
 * Grants fields through our permission set and assigns it to the integration user. Safe to repeat; with dryRun nothing is written.
 * https://developer.salesforce.com/docs/platform/object-reference/references/standard-objects/object-fieldpermissions.html
 *
 * @throws VendorError when the user may not manage permission sets
 */
export async function grantFields(
  client: SalesforceClient,
  fields: readonly GrantedField[],
  { dryRun }: { dryRun: boolean },
): Promise<readonly ProvisionStep[]> {
  const { userId } = await client.session();
  const [set] = await rows(
    client,
    `SELECT Id FROM PermissionSet WHERE Name = ${quoted(PERMISSION_SET)} AND IsOwnedByProfile = false`,
  );
  const steps = [stepOf(PERMISSION_SET, 'PermissionSet', set === undefined)];
  const setId = set ? String(set['Id']) : dryRun ? null : await createSet(client);

  const granted = new Map(
    setId === null
      ? []
      : (
          await rows(
            client,
            `SELECT Id, Field, PermissionsEdit FROM FieldPermissions WHERE ParentId = ${quoted(setId)}`,
          )
        ).map((row) => [String(row['Field']), { id: String(row['Id']), edit: row['PermissionsEdit'] === true }]),
  );
  const missing = fields.filter(({ object, name }) => granted.get(`${object}.${name}`)?.edit !== true);
  for (const field of fields) steps.push(stepOf(field.name, field.object, missing.includes(field)));
  if (setId !== null && !dryRun) {
    const known = (field: GrantedField) => granted.get(`${field.object}.${field.name}`);
    await grant(
      client,
      'POST',
      missing.filter((field) => !known(field)).map((field) => permission(field, { ParentId: setId })),
    );
    await grant(
      client,
      'PATCH',
      missing.flatMap((field) => known(field) ?? []).map(({ id }) => editable(id)),
    );
  }

  const assigned =
    setId === null
      ? []
      : await rows(
          client,
          `SELECT Id FROM PermissionSetAssignment WHERE PermissionSetId = ${quoted(setId)} AND AssigneeId = ${quoted(userId)}`,
        );
  steps.push(stepOf(PERMISSION_SET, `User ${userId}`, assigned.length === 0));
  if (setId !== null && assigned.length === 0 && !dryRun) {
    await unlessThere(() => create(client, 'PermissionSetAssignment', { PermissionSetId: setId, AssigneeId: userId }));
  }
  return steps;
}

function stepOf(name: string, on: string, create: boolean): ProvisionStep {
  return { what: 'permission', name, on, outcome: create ? 'create' : 'exists', note: '' };
}

function rows(client: SalesforceClient, soql: string) {
  return queryRows(client, soql, { resource: 'query' });
}

async function createSet(client: SalesforceClient): Promise<string> {
  const made = {
    Name: PERMISSION_SET,
    Label: PERMISSION_SET,
    Description: 'Read and edit access to the customer scores of Staypower.',
  };
  await unlessThere(() => create(client, 'PermissionSet', made));
  const [set] = await rows(
    client,
    `SELECT Id FROM PermissionSet WHERE Name = ${quoted(PERMISSION_SET)} AND IsOwnedByProfile = false`,
  );
  if (set) return String(set['Id']);
  throw new VendorError(
    `Salesforce: expected to see the permission set ${PERMISSION_SET} just made, found none. Give the integration user "View Setup and Configuration".`,
    { retry: 'never', status: 200 },
  );
}

function permission(field: GrantedField, parent: { ParentId: string }): CollectionRecord {
  return {
    attributes: { type: 'FieldPermissions' },
    ...parent,
    SobjectType: field.object,
    Field: `${field.object}.${field.name}`,
    PermissionsRead: true,
    PermissionsEdit: true,
  };
}

function editable(id: string): CollectionRecord {
  return { attributes: { type: 'FieldPermissions' }, id, PermissionsRead: true, PermissionsEdit: true };
}

async function grant(
  client: SalesforceClient,
  method: 'POST' | 'PATCH',
  records: readonly CollectionRecord[],
): Promise<void> {
  for (let at = 0; at < records.length; at += COLLECTION_ROWS) {
    const results = await writeCollection(client, method, records.slice(at, at + COLLECTION_ROWS));
    const failed = results.find((result) => result.status !== 'written' && !result.vendorCode.startsWith('DUPLICATE'));
    if (failed && failed.status !== 'written') {
      throw new VendorError(
        `Salesforce: field permissions were refused: ${failed.vendorCode} ${failed.message}. Give the integration user "Manage Profiles and Permission Sets".`,
        { retry: failed.status === 'retry' ? 'later' : 'never', status: 200, vendorCode: failed.vendorCode },
      );
    }
  }
}

async function create(
  client: SalesforceClient,
  object: string,
  fields: Readonly<Record<string, string>>,
): Promise<void> {
  await client.call({ method: 'POST', path: `/sobjects/${object}`, body: fields });
}

/** A repeat after a lost reply finds it there. */
async function unlessThere(step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof VendorError) || !error.vendorCode.startsWith('DUPLICATE')) throw error;
  }
}
