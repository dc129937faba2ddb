import { goesStale } from './describe.ts';
import type { Translated } from './mapping-rows.ts';
import { type ContactRole, mapOpportunity, rolesIn } from './mapping-sales.ts';
import { type Organisation, type PlainObject, planOf } from './object-source.ts';
import { collected, type ObjectSource } from './pull.ts';
import { type ReadPlan, readRows, START } from './read-rows.ts';
import { IDS_PER_QUERY, queryRows, type Row, within } from './soql.ts';

/** The two roles that decide who the buyer is: the primary one, if any, and whether there is another. */
const DECIDING_ROLES =
  '(SELECT ContactId, IsPrimary FROM OpportunityContactRoles WHERE IsDeleted = false ORDER BY IsPrimary DESC LIMIT 2)';

/**
 * Won opportunities as transactions, in two sources. A first load reads the won opportunities and, beforehand and apart, their roles:
 * as a subquery each role would take a row of the page, and double the calls. Later reads take every opportunity that changed (one
 * that is not won any more must be seen) with its roles, and then the roles that changed by themselves: a change of role does not
 * touch the opportunity's SystemModstamp.
 */
export function opportunitySources(organisation: Organisation): readonly ObjectSource[] {
  const { client } = organisation;
  const seen = new Set<string>();
  return [
    {
      object: 'Opportunity',
      loadedWith: null,
      goesStale: async () =>
        goesStale(await organisation.describer.shapeOf('Opportunity'), opportunityObject(organisation).needed),
      read: async function* (since, from) {
        const plan = await opportunityPlan(organisation);
        const roles = since === null ? await rolesOfWon(organisation) : null;
        for await (const { rows, next, total } of readRows(client, plan, since, from)) {
          for (const row of rows) seen.add(String(row['Id']));
          const rolesOf = (row: Row) => roles?.get(String(row['Id'])) ?? rolesIn(row);
          yield { ...collected(rows.map((row) => translated(organisation, row, rolesOf(row)))), next, total };
        }
      },
    },
    {
      object: 'OpportunityContactRole',
      loadedWith: 'Opportunity',
      goesStale: async () => false,
      read: async function* (since, from) {
        const plan = await rolePlan(organisation, null);
        for await (const { rows, next, total } of readRows(client, plan, since, from)) {
          const ids = [...new Set(rows.map((row) => String(row['OpportunityId'])))].filter((id) => !seen.has(id));
          const found = await opportunitiesById(organisation, ids);
          yield { ...collected([...found.values()]), next, total };
        }
      },
    },
  ];
}

/** Opportunities by id, read with their roles and translated; ids that are there no more are missing. */
export async function opportunitiesById(
  organisation: Organisation,
  ids: readonly string[],
  priority = 5,
): Promise<Map<string, Translated>> {
  const found = new Map<string, Translated>();
  if (ids.length === 0) return found;
  const { fields } = await opportunityPlan(organisation);
  const select = ['Id', 'IsDeleted', ...fields, DECIDING_ROLES].join(', ');
  for (let at = 0; at < ids.length; at += IDS_PER_QUERY) {
    const soql = `SELECT ${select} FROM Opportunity WHERE ${within('Id', ids.slice(at, at + IDS_PER_QUERY))}`;
    for (const row of await queryRows(organisation.client, soql, { priority })) {
      found.set(String(row['Id']), translated(organisation, row, rolesIn(row)));
    }
  }
  return found;
}

function translated({ settings, currency }: Organisation, row: Row, roles: readonly ContactRole[]): Translated {
  return mapOpportunity(row, roles, settings, currency);
}

/** The fields of Opportunity that are read; those named in the settings must be there. */
export function opportunityObject({ settings }: Pick<Organisation, 'settings'>): Omit<PlainObject, 'map' | 'of'> {
  const { amountField, orderReferenceField, refund, currencyField, marginField, marginPercentField } = settings;
  return {
    object: 'Opportunity',
    needed: [
      'StageName',
      'IsWon',
      'CloseDate',
      'AccountId',
      amountField,
      ...[orderReferenceField, currencyField, marginField, marginPercentField].filter((name) => name !== null),
      ...(refund === null ? [] : [refund.amountField, refund.dateField]),
    ],
    optional: ['ContactId', 'CurrencyIsoCode'],
    wanted: wonCondition(settings.wonStages, ''),
  };
}

async function opportunityPlan(organisation: Organisation): Promise<ReadPlan> {
  return {
    ...(await planOf(organisation.describer, opportunityObject(organisation))),
    children: DECIDING_ROLES,
    bulkReadRows: organisation.settings.bulkReadRows,
  };
}

async function rolePlan(organisation: Organisation, wanted: string | null): Promise<ReadPlan> {
  const object = {
    object: 'OpportunityContactRole',
    needed: ['OpportunityId', 'ContactId', 'IsPrimary'],
    optional: [],
    wanted,
  };
  const plan = await planOf(organisation.describer, object);
  return { ...plan, children: null, bulkReadRows: organisation.settings.bulkReadRows };
}

/** The deciding roles of each won opportunity: held in memory for the first load, some 200 bytes each. */
async function rolesOfWon(organisation: Organisation): Promise<ReadonlyMap<string, readonly ContactRole[]>> {
  const plan = await rolePlan(organisation, wonCondition(organisation.settings.wonStages, 'Opportunity.'));
  const roles = new Map<string, readonly ContactRole[]>();
  for await (const { rows } of readRows(organisation.client, plan, null, START)) {
    for (const row of rows) {
      const id = String(row['OpportunityId']);
      const role = {
        contactId: row['ContactId'] === null ? null : String(row['ContactId']),
        isPrimary: row['IsPrimary'] === true,
      };
      const others = roles.get(id) ?? [];
      roles.set(id, role.isPrimary ? [role, ...others.slice(0, 1)] : [...others, role].slice(0, 2));
    }
  }
  return roles;
}

function wonCondition(stages: readonly string[] | null, prefix: '' | 'Opportunity.'): string {
  return stages === null ? `${prefix}IsWon = true` : within(`${prefix}StageName`, stages);
}
