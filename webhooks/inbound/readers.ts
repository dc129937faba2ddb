import type { DeliveryForm, DeliveryReaders } from '../../core/ports/inbox.ts';
import { readHubSpotEvents } from './hubspot.ts';
import { readHubSpotWorkflowAction } from './hubspot-workflow.ts';
import { readOutboundMessage } from './salesforce.ts';
import { readSegmentMessages } from './segment.ts';

/** How what vendors deliver is taken apart, once it is on disk and answered. */
export const deliveryReaders: DeliveryReaders = {
  hubspot: readHubSpotEvents,
  'hubspot-workflow': readHubSpotWorkflowAction,
  salesforce: (body) => readOutboundMessage(body).messages,
  segment: readSegmentMessages,
};

/** First and last character of each form, blanks aside: arrays of events, an object, a message or an array of them, XML. */
const ENDS: Readonly<Record<DeliveryForm, readonly string[]>> = {
  hubspot: ['[]'],
  'hubspot-workflow': ['{}'],
  salesforce: ['<>'],
  segment: ['{}', '[]'],
};
const BLANKS = [0x20, 0x09, 0x0a, 0x0d];

/**
 * Whether a body begins and ends as its form does: all that is looked at before the answer. What is wrong with it inside is found when
 * it is taken apart, and is not lost then.
 */
export function looksLike(form: DeliveryForm, body: Buffer): boolean {
  let first = 0;
  let last = body.length - 1;
  while (first < last && BLANKS.includes(body[first] ?? 0)) first += 1;
  while (last > first && BLANKS.includes(body[last] ?? 0)) last -= 1;
  return last > first && ENDS[form].includes(String.fromCharCode(body[first] ?? 0, body[last] ?? 0));
}
