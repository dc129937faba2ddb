import { VendorError } from '../../core/domain/errors.ts';
import type { FieldDefinition } from '../../core/domain/fields.ts';
import type { Installed, Uninstaller } from '../../core/ports/uninstall.ts';
import type { SalesforceClient } from './client.ts';
import { apiNameOf } from './mapping.ts';
import type { Organisation } from './object-source.ts';
import { PERMISSION_SET } from './permission-set.ts';
import { provisionFields } from './provision-fields.ts';
import { IDS_PER_QUERY, queryRows, quoted, within } from './soql.ts';

/**
 * What is ours in an organisation: tasks and cases still open, our fields, the assignments of our permission set to whomever, and the set itself.
 * Access by a user's key or a client's secret is ended by the admin, in the app that they made; what was approved in a browser by us.
 *
 * @param leave ends what was approved in a browser; null where nothing can have been
 */
export function createUninstaller(organisation: Organisation, leave: Uninstaller['leave']): Uninstaller {
  const { client, describer } = organisation;
  return {
    list: async (fields, { tasks, tickets }) => [
      ...(await stillOpen(client, { what: 'task', on: 'Task' }, tasks)),
      ...(await stillOpen(client, { what: 'ticket', on: 'Case' }, tickets)),
      ...(await fieldsOf(organisation, fields)),
      ...(await permissionsOf(client)),
    ],
    remove: async (item) => {
      try {
        await client.call({ method: 'DELETE', path: pathOf(item) });
      } catch (error) {
        if (!isGone(error)) throw error;
      }
      describer.forget();
    },
    leave,
  };
}

async function stillOpen(
  client: SalesforceClient,
  { what, on }: { what: 'task'; on: 'Task' } | { what: 'ticket'; on: 'Case' },
  opened: readonly string[],
): Promise<readonly Installed[]> {
  const items: Installed[] = [];
  for (let at = 0; at < opened.length; at += IDS_PER_QUERY) {
    const rows = await queryRows(
      client,
      `SELECT Id FROM ${on} WHERE ${within('Id', opened.slice(at, at + IDS_PER_QUERY))} AND IsClosed = false`,
      { resource: 'query' },
    );
    for (const row of rows) items.push(itemOf(what, `${on.toLowerCase()} ${String(row['Id'])}`, on, String(row['Id'])));
  }
  return items;
}

/** Looked for in the setup: a field that nobody was granted is in no description. */
async function fieldsOf(organisation: Organisation, fields: readonly FieldDefinition[]): Promise<readonly Installed[]> {
  const steps = await provisionFields(organisation, fields, { dryRun: true });
  const foreign = new Set(steps.filter((step) => step.outcome === 'conflict').map((step) => `${step.on}.${step.name}`));
  const names = fields.map((field) => apiNameOf(field).replace(/__c$/, ''));
  const rows = await queryRows(
    organisation.client,
    `SELECT Id, DeveloperName, TableEnumOrId FROM CustomField WHERE NamespacePrefix = null AND ${within('TableEnumOrId', ['Contact', 'Account', 'Case'])} AND ${within('DeveloperName', names)}`,
    { resource: 'tooling/query' },
  );
  return rows.map((row) => {
    const object = String(row['TableEnumOrId']);
    const name = `${String(row['DeveloperName'])}__c`;
    return {
      ...itemOf('field', name, object, String(row['Id'])),
      leftBecause: foreign.has(`${object}.${name}`)
        ? 'It is of another kind than we make: it is somebody else’s.'
        : null,
    };
  });
}

async function permissionsOf(client: SalesforceClient): Promise<readonly Installed[]> {
  const [set] = await queryRows(
    client,
    `SELECT Id FROM PermissionSet WHERE Name = ${quoted(PERMISSION_SET)} AND IsOwnedByProfile = false`,
    { resource: 'query' },
  );
  if (!set) return [];
  const setId = String(set['Id']);
  const assignments = await queryRows(
    client,
    `SELECT Id, AssigneeId FROM PermissionSetAssignment WHERE PermissionSetId = ${quoted(setId)}`,
    { resource: 'query' },
  );
  return [
    ...assignments.map((row) =>
      itemOf(
        'permission',
        `${PERMISSION_SET} of user ${String(row['AssigneeId'])}`,
        'PermissionSetAssignment',
        String(row['Id']),
      ),
    ),
    itemOf('permission', PERMISSION_SET, 'PermissionSet', setId),
  ];
}

function itemOf(what: Installed['what'], name: string, on: string, id: string): Installed {
  return { what, name, on, id, leftBecause: null };
}

function pathOf(item: Installed): string {
  return item.what === 'field' ? `/tooling/sobjects/CustomField/${item.id}` : `/sobjects/${item.on}/${item.id}`;
}

function isGone(error: unknown): boolean {
  return error instanceof VendorError && (error.status === 404 || error.vendorCode === 'ENTITY_IS_DELETED');
}
