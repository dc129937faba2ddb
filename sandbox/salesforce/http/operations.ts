import type { Operation } from '../../kernel/types.ts';
import type { ObjectType } from '../model/field.ts';
import type { Plan } from '../soql/plan.ts';

const ACTIONS = new Set(['Task', 'Event', 'CampaignMember']);
/** Objects that are queried for nothing but what became of an action. */
const READ_BACK = new Set(['ActionCadenceTracker', 'CampaignMember']);

/** How a write to an object counts: setup is provisioning, a task, event or campaign member is an action, the rest are writes. */
export function writeOperation(object: ObjectType): Operation {
  if (object.setup) return 'free';
  return ACTIONS.has(object.name) ? 'action' : 'write';
}

/**
 * How a query counts: setup tables are free; looking for a task by a field of one's own, or for a cadence's state, is a read-back;
 * the rest are data pages.
 */
export function queryOperation(plan: Plan): Operation {
  const { object, query } = plan;
  if (object.setup) return 'free';
  if (READ_BACK.has(object.name)) return 'read-back';
  return ACTIONS.has(object.name) && /\bWHERE\b.*__c\b/is.test(query.text) ? 'read-back' : 'soql';
}
