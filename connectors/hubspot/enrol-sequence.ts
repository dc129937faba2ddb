import type { ActionReceipt, SequenceAction } from '../../core/domain/actions.ts';
import { DataError, SeatMissingError, VendorError } from '../../core/domain/errors.ts';
import { API_VERSION } from './api-versions.ts';
import type { HubSpotClient } from './client.ts';
import { enrolmentSchema } from './replies.ts';

const ENROLMENTS = `/automation/sequences/${API_VERSION}/enrollments`;

/**
 * Enrols a contact in a sequence on behalf of a user. A contact can be in one sequence at a time.
 *
 * @throws SeatMissingError when the user has no seat that includes sequences, or the app not their scope
 * @throws VendorError when the contact is in another sequence
 * @throws UnknownOutcomeError when no answer came
 */
export async function enrolInSequence(client: HubSpotClient, action: SequenceAction): Promise<ActionReceipt> {
  if (action.senderEmail === null) {
    throw new DataError({
      row: action.contactExternalId,
      field: 'senderEmail',
      expected: 'the address of an inbox that the user has connected to HubSpot',
      remedy: 'set the sender of this playbook step',
    });
  }
  const present = await findEnrolment(client, action);
  if (present) return present;
  try {
    const enrolment = await client.call({
      method: 'POST',
      path: ENROLMENTS,
      query: { userId: action.userId },
      creates: true,
      body: {
        sequenceId: action.sequenceId,
        contactId: action.contactExternalId,
        senderEmail: action.senderEmail,
      },
      reply: enrolmentSchema,
    });
    return { externalId: enrolment.id, readBack: false };
  } catch (error) {
    throw seatMissing(error) ?? error;
  }
}

/**
 * Whether the contact is in the sequence already.
 *
 * @throws VendorError when it is in another one
 */
export async function findEnrolment(client: HubSpotClient, action: SequenceAction): Promise<ActionReceipt | null> {
  try {
    const enrolment = await client.call({
      method: 'GET',
      path: `${ENROLMENTS}/contact/${encodeURIComponent(action.contactExternalId)}`,
      reply: enrolmentSchema,
    });
    if (enrolment.sequenceId && enrolment.sequenceId !== action.sequenceId) {
      throw new VendorError(
        `The contact is in sequence ${enrolment.sequenceId}, and HubSpot allows one at a time. Take it out there, or leave it.`,
        { retry: 'never', status: 409, vendorCode: 'ALREADY_ENROLLED' },
      );
    }
    return { externalId: enrolment.id, readBack: true };
  } catch (error) {
    if (error instanceof VendorError && error.status === 404) return null;
    throw seatMissing(error) ?? error;
  }
}

/** HubSpot has no code for a missing seat: a refusal of access here, or words about the seat, are one. */
function seatMissing(error: unknown): SeatMissingError | null {
  if (!(error instanceof VendorError) || (error.status !== 403 && !/\bseat\b/i.test(error.message))) return null;
  return new SeatMissingError(
    'HubSpot does not let this user enrol contacts in sequences. Give the user a Sales or Service Hub seat with sequences, and the app the scope automation.sequences.enrollments.write.',
    { cause: error },
  );
}
