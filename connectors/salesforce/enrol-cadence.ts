import { z } from 'zod';
import type { ActionReceipt, SequenceAction } from '../../core/domain/actions.ts';
import { SeatMissingError, UnknownOutcomeError, VendorError } from '../../core/domain/errors.ts';
import type { SalesforceClient } from './client.ts';
import { queryRows, quoted } from './soql.ts';

const actionReply = z.array(
  z.object({
    isSuccess: z.boolean(),
    errors: z.array(z.object({ statusCode: z.string(), message: z.string().default('') })).nullish(),
  }),
);

/** Codes of a user or organisation without Sales Engagement. */
const NO_SEAT = /^INSUFFICIENT_ACCESS|^FUNCTIONALITY_NOT_ENABLED|^API_DISABLED|LICENSE/;
/** Trackers in these states have left their cadence; any other, known or not, is still in it. */
const LEFT = ['Complete', 'Error'];

/**
 * Enrols a contact in a cadence by the standard action.
 * https://developer.salesforce.com/docs/atlas.en-us.api_action.meta/api_action/actions_obj_high_velocity_sales.htm
 *
 * @throws SeatMissingError without Sales Engagement; UnknownOutcomeError when no answer came
 */
export async function enrolInCadence(client: SalesforceClient, action: SequenceAction): Promise<ActionReceipt> {
  const fault = await assign(client, action);
  const found = await findEnrolment(client, action);
  // A contact that is in this cadence already is where it should be.
  if (found) return { externalId: found.externalId, readBack: fault !== null };
  if (fault === null) return { externalId: `${action.sequenceId}:${action.contactExternalId}`, readBack: false };
  throw new VendorError(
    `Salesforce did not enrol the contact: ${fault.statusCode} ${fault.message}. A contact can be in one cadence at a time; check the cadence ${action.sequenceId} as well.`,
    { retry: 'never', status: 200, vendorCode: fault.statusCode },
  );
}

/** Looks for the contact among those that are in the cadence; null when it is not, or when there are no cadences here. */
export async function findEnrolment(client: SalesforceClient, action: SequenceAction): Promise<ActionReceipt | null> {
  const cadence = /^[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?$/.test(action.sequenceId)
    ? `ActionCadenceId = ${quoted(action.sequenceId)}`
    : `ActionCadence.Name = ${quoted(action.sequenceId)}`;
  try {
    const [tracker] = await queryRows(
      client,
      `SELECT Id FROM ActionCadenceTracker WHERE TargetId = ${quoted(action.contactExternalId)} AND ${cadence} AND State NOT IN (${LEFT.map(quoted).join(',')})`,
      { resource: 'query', priority: 0 },
    );
    return tracker ? { externalId: String(tracker['Id']), readBack: true } : null;
  } catch (error) {
    if (error instanceof VendorError && error.vendorCode === 'INVALID_TYPE') return null;
    throw error;
  }
}

/** Returns why the contact was not assigned; null when it was. */
async function assign(
  client: SalesforceClient,
  action: SequenceAction,
): Promise<{ statusCode: string; message: string } | null> {
  const reply = actionReply.safeParse(await invoke(client, action));
  const [result] = reply.success ? reply.data : [];
  if (!result) {
    throw new UnknownOutcomeError(
      'Salesforce: expected the result of the action, found another body. Look for it first.',
    );
  }
  if (result.isSuccess) return null;
  const fault = result.errors?.[0] ?? { statusCode: '', message: 'no reason given' };
  if (NO_SEAT.test(fault.statusCode)) throw noSeat(fault.statusCode);
  return fault;
}

async function invoke(client: SalesforceClient, action: SequenceAction): Promise<unknown> {
  try {
    const { body } = await client.call({
      method: 'POST',
      path: '/actions/standard/assignTargetToSalesCadence',
      creates: true,
      priority: 0,
      body: {
        inputs: [
          { salesCadenceNameOrId: action.sequenceId, targetId: action.contactExternalId, userId: action.userId },
        ],
      },
    });
    return body;
  } catch (error) {
    // An organisation without Sales Engagement does not have the action at all.
    if (error instanceof VendorError && (error.status === 404 || NO_SEAT.test(error.vendorCode))) {
      throw noSeat(error.vendorCode);
    }
    throw error;
  }
}

function noSeat(code: string): SeatMissingError {
  return new SeatMissingError(
    `Salesforce: ${code}. The user on whose behalf the cadence runs needs a Sales Engagement licence and its permission set.`,
  );
}
