import { salesforceTime } from '../datetime.ts';
import { notImplemented, rowError, SalesforceError } from '../errors.ts';
import { normaliseId } from '../ids.ts';
import { SALES_ENGAGEMENT_ID } from '../org/bootstrap.ts';
import { Transaction } from '../org/dml.ts';
import { type Call, isObject, jsonBody, textOf } from './call.ts';
import { rowFaults } from './faults.ts';
import { writerOf } from './sobjects.ts';

const ACTION = 'assignTargetToSalesCadence';
/** States in which a target is still in its cadence. */
const ACTIVE = new Set(['Running', 'Initializing']);

/** POST /actions/standard/{action} {inputs}: one result per input; a target already enrolled is `isSuccess` false. */
export async function invokeAction(call: Call): Promise<void> {
  const action = textOf(call.req.params.action);
  if (action !== ACTION) throw notImplemented(`the action ${action}`);
  const { inputs } = await jsonBody(call.req);
  if (!Array.isArray(inputs) || inputs.length === 0) {
    throw new SalesforceError(400, 'INVALID_ARGUMENT', 'inputs must be a list with at least one entry');
  }
  const faults = rowFaults(call);
  const ids: string[] = [];
  const results = inputs.map((input: unknown, index) => {
    const given = isObject(input) ? input : {};
    try {
      faults.check(textOf(given.targetId) || null, index);
      ids.push(enrol(call, given));
      return result(true, null);
    } catch (error) {
      if (!(error instanceof SalesforceError)) throw error;
      return result(false, [rowError(error)]);
    }
  });
  call.say({ operation: 'action', object: 'ActionCadenceTracker', ids });
  call.res.json(results);
}

function result(isSuccess: boolean, errors: unknown): Record<string, unknown> {
  return {
    actionName: ACTION,
    errors,
    invocationId: null,
    isSuccess,
    outcome: null,
    outputValues: null,
    sortOrder: -1,
    version: 1,
  };
}

function need(input: Record<string, unknown>, name: string): string {
  const value = textOf(input[name]);
  if (value !== '') return value;
  throw new SalesforceError(400, 'REQUIRED_FIELD_MISSING', `Missing required input parameter: ${name}`, [name]);
}

/** Enrols one target and returns the tracker's id. */
function enrol(call: Call, input: Record<string, unknown>): string {
  const { records, model } = call.org;
  const cadenceName = need(input, 'salesCadenceNameOrId');
  const targetText = need(input, 'targetId');
  const userId = normaliseId(textOf(input.userId) || call.userId) ?? '';
  const mayRun = [...records.table('PermissionSetAssignment').values()].some(
    (row) => row.AssigneeId === userId && row.PermissionSetId === SALES_ENGAGEMENT_ID,
  );
  if (!mayRun) {
    throw new SalesforceError(
      400,
      'INSUFFICIENT_ACCESS',
      'The user needs the Sales Engagement User permission set to run a cadence',
    );
  }
  const cadenceId = normaliseId(cadenceName);
  const cadence = [...records.table('ActionCadence').values()].find(
    (row) => row.Id === cadenceId || String(row.Name).toLowerCase() === cadenceName.toLowerCase(),
  );
  if (cadence === undefined || cadence.State !== 'Active') {
    throw new SalesforceError(400, 'INVALID_INPUT', `There is no active cadence ${cadenceName}`, [
      'salesCadenceNameOrId',
    ]);
  }
  const targetId = normaliseId(targetText) ?? '';
  const target = records.get('Contact', targetId);
  if (target === undefined || target.IsDeleted === true) {
    throw new SalesforceError(400, 'INVALID_INPUT', `The target ${targetText} is no contact of this org`, ['targetId']);
  }
  const enrolled = records
    .idsWhere('ActionCadenceTracker', 'TargetId', targetId)
    .some((id) => ACTIVE.has(String(records.get('ActionCadenceTracker', id)?.State)));
  if (enrolled)
    throw new SalesforceError(400, 'INVALID_INPUT', 'This target is already assigned to a cadence', ['targetId']);
  const object = model.object('ActionCadenceTracker');
  if (object === undefined) throw notImplemented('ActionCadenceTracker');
  const at = salesforceTime(call.org.now());
  const row = {
    Id: records.newId(object),
    IsDeleted: false,
    ActionCadenceId: cadence.Id,
    TargetId: targetId,
    OwnerId: userId,
    State: 'Running',
    CreatedDate: at,
    CreatedById: call.userId,
    LastModifiedDate: at,
    LastModifiedById: call.userId,
    SystemModstamp: at,
  };
  const transaction = new Transaction(call.org, writerOf(call));
  transaction.put(object, row);
  transaction.commit();
  return row.Id;
}
