import { DataError } from '../../core/domain/errors.ts';
import { storableText } from '../../core/domain/storable.ts';
import type { InboxMessage } from '../../core/ports/inbox.ts';
import { childOf, readXml, type XmlElement } from './xml.ts';

const NAMESPACE = 'http://soap.sforce.com/2005/09/outbound';

/** A Salesforce Outbound Message: up to 100 notifications of one organisation. */
export interface OutboundMessage {
  /** As the message says, 18 characters. */
  organizationId: string;
  /**
   * One for each notification, keyed by its id: Salesforce sends at least once and out of order.
   *
   * The payload is text: the XML of the one <Notification> element as it was sent, with the namespace declarations that were in
   * force around it copied onto its start tag, so that it is a document of its own:
   *
   *     <Notification xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
   *       xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://soap.sforce.com/2005/09/outbound"><Id>04l000000000001AAA</Id>
   *       <sObject xsi:type="sf:Contact" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>003000000000001AAA</sf:Id>
   *       <sf:LastName>Doe &amp; Co</sf:LastName></sObject></Notification>
   *
   * No XML declaration stands before it. The sObject of a record that is gone has an Id and no other field. Nothing else of the
   * envelope is kept: its SessionId may be a live session.
   */
  messages: readonly InboxMessage[];
}

/** The answer that tells Salesforce to stop sending the message; sent as text/xml with status 200. */
export const ACKNOWLEDGEMENT =
  '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">' +
  `<soapenv:Body><notificationsResponse xmlns="${NAMESPACE}"><Ack>true</Ack></notificationsResponse></soapenv:Body></soapenv:Envelope>`;

/**
 * Reads the SOAP envelope of an Outbound Message.
 * https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging_notifications.htm
 *
 * @throws DataError when the body is not one
 */
export function readOutboundMessage(rawBody: Buffer): OutboundMessage {
  const { text, around, organizationId } = open(rawBody);
  const namespaces = namespacesOf(around);
  const messages = (around.at(-1)?.children ?? [])
    .filter((child) => child.localName === 'Notification')
    .map((notification) => ({
      deliveryKey: idOf(notification),
      payload: alone(text, notification, namespaces),
      ...aboutOf(notification),
    }));
  if (messages.length === 0) throw unreadable('at least one <Notification>');
  return { organizationId, messages };
}

/** The organisation that an Outbound Message names, whatever else is in it. Throws DataError when there is none. */
export function readOrganizationId(rawBody: Buffer): string {
  return open(rawBody).organizationId;
}

/** The text of a message and the elements around its notifications, from the outside in. */
function open(rawBody: Buffer): { text: string; around: readonly XmlElement[]; organizationId: string } {
  const text = storableText(rawBody.toString('utf8'));
  const envelope = readXml(text);
  const body = childOf(envelope, 'Body');
  const notifications = body && childOf(body, 'notifications');
  if (!body || !notifications) throw unreadable('a SOAP envelope with <notifications>');
  const organizationId = (childOf(notifications, 'OrganizationId')?.text ?? '').trim();
  if (organizationId === '') throw unreadable('an OrganizationId');
  return { text, around: [envelope, body, notifications], organizationId };
}

/** The id of the record that a notification carries. */
function aboutOf(notification: XmlElement): Pick<InboxMessage, 'about'> {
  const record = childOf(notification, 'sObject');
  const id = record && childOf(record, 'Id')?.text.trim();
  return id ? { about: id } : {};
}

function idOf(notification: XmlElement): string {
  const id = (childOf(notification, 'Id')?.text ?? '').trim();
  if (id === '') throw unreadable('an Id in each <Notification>');
  return id;
}

/** Declarations by attribute name, the innermost winning. */
function namespacesOf(elements: readonly XmlElement[]): ReadonlyMap<string, string> {
  const declared = elements.flatMap(({ attributes }) =>
    [...attributes].filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:')),
  );
  return new Map(declared);
}

/** An element's own text with the declarations around it on its start tag. */
function alone(text: string, element: XmlElement, namespaces: ReadonlyMap<string, string>): string {
  const declarations = [...namespaces]
    .filter(([name]) => !element.attributes.has(name))
    .map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`)
    .join('');
  const nameEnd = element.start + 1 + element.name.length;
  return `<${element.name}${declarations}${text.slice(nameEnd, element.end)}`;
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function unreadable(expected: string): DataError {
  return new DataError({ field: 'body', expected: `an Outbound Message: ${expected}`, remedy: 'mend the sender' });
}
