import { lookup, makeField, type ObjectType, picklist, readOnly } from './field.ts';
import { makeObject, ownerField } from './object.ts';

/** What the product's package brings along beside fields: the object that a rep's word on a score is kept in. */
export function packageObjects(): ObjectType[] {
  return [
    makeObject('Staypower_Feedback__c', 'a00', [
      readOnly('Name', 'string', { nameField: true }),
      lookup('Contact__c', ['Contact']),
      picklist('Verdict__c', ['useful', 'wrong']),
      makeField('Note__c', 'textarea', { length: 1000 }),
      ownerField(),
    ]),
  ];
}
