import { describe, expect, it } from 'vitest';
import { DataError } from '../../core/domain/errors.ts';
import type { Json } from '../../core/domain/json.ts';
import { readHubSpotEvents } from '../../webhooks/inbound/hubspot.ts';
import { ACKNOWLEDGEMENT, readOutboundMessage } from '../../webhooks/inbound/salesforce.ts';
import { readSegmentMessages } from '../../webhooks/inbound/segment.ts';
import { childOf, readXml } from '../../webhooks/inbound/xml.ts';

const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

describe('a HubSpot delivery', () => {
  // As seen in real traffic.
  const event = {
    eventId: 3944863254,
    subscriptionId: 3327050,
    portalId: 49532047,
    appId: 9318066,
    occurredAt: 1742175136625,
    subscriptionType: 'contact.propertyChange',
    attemptNumber: 7,
    objectId: 106500991877,
    propertyName: 'email',
    propertyValue: 'a@example.com',
    changeSource: 'INTEGRATION',
    sourceId: '9318066',
  };
  const keysOf = (...events: Json[]) => readHubSpotEvents(bytes(events)).map(({ deliveryKey }) => deliveryKey);

  it('is refused when it is no array', () => {
    for (const body of ['', 'null', '{}', '"text"', '[', '<xml/>']) {
      expect(() => readHubSpotEvents(bytes(body))).toThrow(DataError);
    }
  });

  it('becomes a message for each event, as HubSpot sent it', () => {
    const messages = readHubSpotEvents(bytes([event, { ...event, objectId: 2 }]));
    expect(messages.map(({ payload }) => payload)).toEqual([event, { ...event, objectId: 2 }]);
    expect(readHubSpotEvents(bytes([]))).toEqual([]);
  });

  it('knows an event that is sent again, though it counts attempts and its eventId may differ', () => {
    const [first, ...others] = keysOf(event, { ...event, attemptNumber: 8 }, { ...event, eventId: 1 });
    expect(others).toEqual([first, first]);
  });

  it('tells events apart by portal, subscription, object, time, property and value, under one eventId', () => {
    const keys = keysOf(
      event,
      { ...event, portalId: 1 },
      { ...event, subscriptionId: 1 },
      { ...event, objectId: 1 },
      { ...event, occurredAt: 1 },
      { ...event, propertyName: 'phone' },
      { ...event, propertyValue: 'b@example.com' },
      { ...event, propertyValue: null },
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('tells associations and merges of one moment apart', () => {
    const { objectId: _, propertyName: __, propertyValue: ___, ...bare } = event;
    const association = {
      ...bare,
      subscriptionType: 'contact.associationChange',
      associationType: 'CONTACT_TO_COMPANY',
    };
    const merge = { ...bare, subscriptionType: 'contact.merge', primaryObjectId: 1 };
    const keys = keysOf(
      { ...association, fromObjectId: 1, toObjectId: 2 },
      { ...association, fromObjectId: 1, toObjectId: 3 },
      { ...association, fromObjectId: 1, toObjectId: 2, associationRemoved: true },
      { ...merge, newObjectId: 3 },
      { ...merge, newObjectId: 4 },
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('lets an event through that cannot be understood, under a key of its own', () => {
    const keys = keysOf('text', 5, {}, { occurredAt: 1 }, { objectId: 1 }, { objectId: 2 });
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('a Segment delivery', () => {
  it('is refused when it is neither a message nor messages', () => {
    for (const body of ['', 'null', '"text"', '{', '[1]', '[[]]', '[null]']) {
      expect(() => readSegmentMessages(bytes(body))).toThrow(DataError);
    }
  });

  it('becomes one message by its messageId, an array several', () => {
    const message = { type: 'track', messageId: 'm-1', event: 'Product Viewed' };
    expect(readSegmentMessages(bytes(message))).toEqual([{ deliveryKey: 'm-1', payload: message }]);
    const two = readSegmentMessages(bytes([message, { ...message, messageId: 'm-2' }]));
    expect(two.map(({ deliveryKey }) => deliveryKey)).toEqual(['m-1', 'm-2']);
  });

  it('knows a message without an id by what it says', () => {
    const key = (message: Json) => readSegmentMessages(bytes(message))[0]?.deliveryKey;
    const deletion = { type: 'delete', userId: 'u', timestamp: '2026-06-01T00:00:00Z' };
    expect(key(deletion)).toBe(key({ timestamp: '2026-06-01T00:00:00Z', userId: 'u', type: 'delete' }));
    expect(key(deletion)).not.toBe(key({ ...deletion, userId: 'v' }));
    expect(key({ ...deletion, messageId: '' })).toBeTruthy();
  });

  it('replaces characters that a database does not take, in texts and in names', () => {
    const body = '{"messageId":"m-1","a\\u0000b":"x\\u0000y","traits":{"half":["\\ud83d"]}}';
    expect(readSegmentMessages(bytes(body))[0]?.payload).toEqual({
      messageId: 'm-1',
      'a\uFFFDb': 'x\uFFFDy',
      traits: { half: ['\uFFFD'] },
    });
  });
});

describe('an Outbound Message', () => {
  const notification = (id: string, name = 'Doe') =>
    `<Notification>\n <Id>${id}</Id>\n <sObject xsi:type="sf:Contact" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>003000000000001AAA</sf:Id><sf:LastName>${name}</sf:LastName></sObject>\n</Notification>`;
  const envelope = (notifications: string, before = '<OrganizationId>00D000000000001EAA</OrganizationId>') =>
    bytes(`<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <soapenv:Body>
  <notifications xmlns="http://soap.sforce.com/2005/09/outbound">
   ${before}<ActionId>04k000000000001AAA</ActionId><SessionId>00D!a-live-session</SessionId>
   <EnterpriseUrl>https://x.example/c?a=1&amp;b=2</EnterpriseUrl>
   ${notifications}
  </notifications>
 </soapenv:Body>
</soapenv:Envelope>`);

  it('is refused when it is none', () => {
    for (const body of [
      bytes(''),
      bytes('{}'),
      bytes('<a>'),
      bytes('<a></b>'),
      bytes('<a/><b/>'),
      bytes('text<a/>'),
      bytes('<soapenv:Envelope><soapenv:Body/></soapenv:Envelope>'),
      envelope(''),
      envelope(notification('')),
      envelope(notification('04l000000000001AAA'), ''),
      envelope(notification('04l000000000001AAA', 'a & b')),
      envelope(notification('04l000000000001AAA', '&unknown;')),
      envelope(notification('04l000000000001AAA', '<b>')),
    ]) {
      expect(() => readOutboundMessage(body)).toThrow(DataError);
    }
  });

  it('is refused with a document type, which could expand without end', () => {
    const bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>';
    const body = envelope(notification('04l000000000001AAA', '&b;'))
      .toString('utf8')
      .replace('<soapenv:Env', `${bomb}<soapenv:Env`);
    expect(() => readOutboundMessage(bytes(body))).toThrow(DataError);
  });

  it('becomes a message for each notification, keyed by its id, and names the organisation', () => {
    const { organizationId, messages } = readOutboundMessage(
      envelope(notification('04l000000000001AAA') + notification('04l000000000002AAA')),
    );
    expect(organizationId).toBe('00D000000000001EAA');
    expect(messages.map(({ deliveryKey }) => deliveryKey)).toEqual(['04l000000000001AAA', '04l000000000002AAA']);
  });

  it('keeps each notification as a document of its own, with the namespaces that were in force', () => {
    const name = 'Zoë &amp; &lt;Co&gt; &#x1F388;';
    const [message] = readOutboundMessage(envelope(notification('04l000000000001AAA', name))).messages;
    const payload = String(message?.payload);
    expect(payload).toBe(
      notification('04l000000000001AAA', name).replace(
        '<Notification>',
        '<Notification xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://soap.sforce.com/2005/09/outbound">',
      ),
    );
    const root = readXml(payload);
    const sObject = childOf(root, 'sObject');
    expect(sObject?.attributes.get('xsi:type')).toBe('sf:Contact');
    expect(sObject && childOf(sObject, 'LastName')?.text).toBe('Zoë & <Co> 🎈');
  });

  it('keeps nothing of the session', () => {
    const { messages } = readOutboundMessage(envelope(notification('04l000000000001AAA')));
    expect(JSON.stringify(messages)).not.toContain('a-live-session');
  });

  it('is not deceived by comments, CDATA and other prefixes', () => {
    const body = bytes(
      '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><o:notifications xmlns:o="http://soap.sforce.com/2005/09/outbound">' +
        '<!-- <o:OrganizationId>00D000000000009EAA</o:OrganizationId> --><o:OrganizationId><![CDATA[00D000000000001EAA]]></o:OrganizationId>' +
        "<o:Notification a='>'><o:Id>04l000000000001AAA</o:Id></o:Notification></o:notifications></s:Body></s:Envelope>",
    );
    const { organizationId, messages } = readOutboundMessage(body);
    expect(organizationId).toBe('00D000000000001EAA');
    expect(messages[0]?.payload).toBe(
      `<o:Notification xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:o="http://soap.sforce.com/2005/09/outbound" a='>'><o:Id>04l000000000001AAA</o:Id></o:Notification>`,
    );
  });

  it('is acknowledged in words that Salesforce reads', () => {
    const body = childOf(readXml(ACKNOWLEDGEMENT), 'Body');
    const response = body && childOf(body, 'notificationsResponse');
    expect(response?.attributes.get('xmlns')).toBe('http://soap.sforce.com/2005/09/outbound');
    expect(response && childOf(response, 'Ack')?.text).toBe('true');
  });
});
