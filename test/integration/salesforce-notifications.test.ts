import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataError } from '../../core/domain/errors.ts';
import { stableJson } from '../../core/domain/stable-json.ts';
import { ACKNOWLEDGEMENT, readOutboundMessage } from '../../webhooks/inbound/salesforce.ts';
import { crowd, type Org, pull, SEEDED, startOrg } from './salesforce-org.ts';

const receivedAt = '2026-06-01T00:00:00.000Z';
const notification = (object: string, id: string) =>
  `<Notification><Id>04l000000000001AAA</Id><sObject xsi:type="sf:${object}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>${id}</sf:Id><sf:Name>A &amp; B</sf:Name></sObject></Notification>`;

describe('notifications', () => {
  let org: Org;
  let contacts: readonly string[];
  beforeAll(async () => {
    org = await startOrg(crowd(20));
    contacts = (await org.soql('SELECT Id FROM Contact ORDER BY Id')).map((record) => String(record['Id']));
  });
  afterAll(() => org.close());
  const contact = (index: number) => contacts[index] ?? '';
  const read = async (...payloads: readonly string[]) => {
    const { inbound } = org.connect({ settings: SEEDED });
    if (!inbound) throw new Error('Salesforce has an inbound side');
    return inbound.read(payloads.map((payload) => ({ payload, receivedAt })));
  };

  it.each([
    ['nothing', ''],
    ['another text', 'hello'],
    ['a record without an id', '<Notification><sObject xsi:type="sf:Contact"></sObject></Notification>'],
    ['a document type', `<!DOCTYPE x [<!ENTITY a "b">]>${notification('Contact', '003000000000001AAA')}`],
    ['an id with anything else in it', notification('Contact', "003000000000001') OR (Id != ''")],
  ])('with %s is refused', async (_what, payload) => {
    await expect(read(payload)).rejects.toThrow(DataError);
  });

  it('of many records are read in one call for each object, in the order they came, each record once', async () => {
    const account = await org.change('Account', null, { Name: 'Birch' });
    await org.forget();
    const order = [3, 1, 3, 2].map((index) => notification('Contact', contact(index)));
    const { records, rejected } = await read(order[0] ?? '', notification('Account', account), ...order.slice(1));
    expect(records.map((record) => record.externalId)).toEqual([contact(3), account, contact(1), contact(2)]);
    expect(rejected).toEqual([]);
    const queries = (await org.requests()).filter((request) => request.path.includes('/query'));
    expect(queries).toHaveLength(2);
  });

  it('of a deal or of its roles give the sale with its buyer, as a pull does', async () => {
    const deal = await org.change('Opportunity', null, {
      Name: 'd',
      StageName: 'Closed Won',
      CloseDate: '2026-01-05',
      Amount: 10,
    });
    const role = await org.change('OpportunityContactRole', null, {
      OpportunityId: deal,
      ContactId: contact(4),
      IsPrimary: true,
    });
    const pulled = (await pull(org.connect({ settings: SEEDED }), 'transactions')).records;
    for (const payload of [notification('Opportunity', deal), notification('OpportunityContactRole', role)]) {
      const { records } = await read(payload);
      expect(records.filter((record) => record.kind !== 'deletion').map(stableJson)).toEqual(pulled.map(stableJson));
      expect(records[0]).toMatchObject({ externalId: deal, contactExternalId: contact(4) });
    }
    await org.change('Opportunity', deal, { StageName: 'Closed Lost' });
    expect((await read(notification('Opportunity', deal))).records[0]).toMatchObject({ kind: 'deletion' });
  });

  it('of a record that is gone are deletions; of an object that is not ours they are nothing', async () => {
    await org.remove('Contact', contact(5));
    expect((await read(notification('Contact', contact(5)))).records).toMatchObject([
      { kind: 'deletion', of: 'contact' },
    ]);
    expect((await read(notification('Contact', '003000000000000AAA'))).records).toEqual([
      { kind: 'deletion', of: 'contact', externalId: '003000000000000AAA', mergedIntoExternalId: null },
    ]);
    expect((await read(notification('Lead', '00Q000000000000AAA'))).records).toEqual([]);
  });

  it('as Salesforce sends them are understood', async () => {
    const arrived: string[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      arrived.push(...readOutboundMessage(Buffer.concat(chunks)).messages.map((message) => String(message.payload)));
      response.writeHead(200, { 'content-type': 'text/xml' }).end(ACKNOWLEDGEMENT);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await fetch(`${org.url}/_sandbox/salesforce/outbound`, {
      method: 'POST',
      body: JSON.stringify({
        targetUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
        object: 'Contact',
        fields: ['Id', 'LastName'],
      }),
    });
    await org.change('Contact', contact(6), { LastName: 'Doe & Co <1>' });
    await expect.poll(() => arrived.length, { timeout: 5_000 }).toBeGreaterThan(0);
    server.close();
    expect((await read(...arrived)).records).toMatchObject([{ externalId: contact(6), name: 'First Doe & Co <1>' }]);
  });
});
