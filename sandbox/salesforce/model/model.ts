import { activityObjects } from './activity-objects.ts';
import { campaignObjects } from './campaign-objects.ts';
import { type Field, makeField, type ObjectType } from './field.ts';
import { packageObjects } from './package-objects.ts';
import { salesObjects } from './sales-objects.ts';
import { setupObjects, toolingObjects } from './setup-objects.ts';

/** What a subquery may name: [parent, relationship, child, lookup on the child]. */
const CHILDREN: readonly (readonly [string, string, string, string])[] = [
  ['Account', 'Contacts', 'Contact', 'AccountId'],
  ['Account', 'Opportunities', 'Opportunity', 'AccountId'],
  ['Account', 'Orders', 'Order', 'AccountId'],
  ['Account', 'Cases', 'Case', 'AccountId'],
  ['Account', 'Tasks', 'Task', 'WhatId'],
  ['Account', 'Events', 'Event', 'WhatId'],
  ['Contact', 'OpportunityContactRoles', 'OpportunityContactRole', 'ContactId'],
  ['Contact', 'Cases', 'Case', 'ContactId'],
  ['Contact', 'Tasks', 'Task', 'WhoId'],
  ['Contact', 'Events', 'Event', 'WhoId'],
  ['Opportunity', 'OpportunityContactRoles', 'OpportunityContactRole', 'OpportunityId'],
  ['Opportunity', 'Tasks', 'Task', 'WhatId'],
  ['Opportunity', 'Events', 'Event', 'WhatId'],
  ['Order', 'OrderItems', 'OrderItem', 'OrderId'],
  ['PermissionSet', 'FieldPerms', 'FieldPermissions', 'ParentId'],
  ['PermissionSet', 'Assignments', 'PermissionSetAssignment', 'PermissionSetId'],
  ['User', 'PermissionSetAssignments', 'PermissionSetAssignment', 'AssigneeId'],
];

const MULTI_CURRENCY = ['Account', 'Contact', 'Opportunity', 'OpportunityContactRole', 'Order', 'OrderItem', 'User'];

/** The objects and fields of the org, custom ones included. One instance per org; `tooling` is the separate space of tooling/query. */
export class Model {
  readonly #objects = new Map<string, ObjectType>();
  readonly #byPrefix = new Map<string, ObjectType>();
  readonly #tooling = new Map<string, ObjectType>();

  constructor() {
    for (const object of [
      ...salesObjects(),
      ...activityObjects(),
      ...campaignObjects(),
      ...packageObjects(),
      ...setupObjects(),
    ]) {
      this.#objects.set(object.name.toLowerCase(), object);
      this.#byPrefix.set(object.keyPrefix, object);
    }
    for (const object of toolingObjects()) this.#tooling.set(object.name.toLowerCase(), object);
    for (const [parent, relationshipName, child, field] of CHILDREN) {
      this.object(parent)?.children.push({ relationshipName, object: child, field });
    }
  }

  /** The object of an API name, in any case. */
  object(name: string): ObjectType | undefined {
    return this.#objects.get(name.toLowerCase());
  }

  /** The Tooling API object of an API name, in any case. */
  toolingObject(name: string): ObjectType | undefined {
    return this.#tooling.get(name.toLowerCase());
  }

  /** Every object of the data API. */
  objects(): IterableIterator<ObjectType> {
    return this.#objects.values();
  }

  /** The object whose records' ids begin with the same three characters. */
  objectOfId(id: string): ObjectType | undefined {
    return this.#byPrefix.get(id.slice(0, 3));
  }

  /** Adds a custom field to an object. A field of "Activity" appears on Task and Event. */
  addField(entity: string, field: Field): void {
    for (const name of targets(entity)) this.object(name)?.fields.set(field.name.toLowerCase(), field);
  }

  /** Takes a custom field away again. */
  removeField(entity: string, fieldName: string): void {
    for (const name of targets(entity)) this.object(name)?.fields.delete(fieldName.toLowerCase());
  }

  /** Turns the org into a multi-currency one: CurrencyIsoCode appears on the objects that carry money. */
  enableMultiCurrency(corporateCurrency: string): void {
    for (const name of MULTI_CURRENCY) {
      const field = makeField('CurrencyIsoCode', 'picklist', {
        length: 3,
        nillable: false,
        defaultedOnCreate: true,
        defaultValue: corporateCurrency,
      });
      this.object(name)?.fields.set('currencyisocode', field);
    }
  }
}

/** The data objects that a custom field's entity stands for. */
export function targets(entity: string): readonly string[] {
  return entity.toLowerCase() === 'activity' ? ['Task', 'Event'] : [entity];
}
