import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../core/domain/json.ts';
import type { Connector } from '../../core/ports/connector.ts';
import { OUR_APP_ID, openPortal, type TestPortal } from './hubspot-portal.ts';

const AT = '2026-05-01T10:00:00.000Z';
const RECEIVED = '2026-06-01T00:00:00.000Z';

describe('changes that HubSpot tells of', () => {
  let account: TestPortal;
  let connector: Connector;
  beforeEach(async () => {
    account = await openPortal();
    connector = account.connect({ now: () => new Date() });
  });
  afterEach(() => account.close());

  let occurredAt = 1_000;
  const event = (subscriptionType: string, objectId: string | number, more: Record<string, Json> = {}): Json => {
    occurredAt += 1;
    return {
      eventId: occurredAt,
      subscriptionId: 1,
      portalId: 1,
      appId: Number(OUR_APP_ID),
      attemptNumber: 0,
      occurredAt,
      subscriptionType,
      objectId: Number(objectId),
      changeSource: 'CRM_UI',
      sourceId: 'userId:1',
      ...more,
    };
  };
  const changed = (type: string, id: string, propertyName: string, more: Record<string, Json> = {}) =>
    event(`${type}.propertyChange`, id, { propertyName, propertyValue: 'x', ...more });
  const read = async (...payloads: Json[]) => {
    account.kernel.log.clear();
    const page = await connector.inbound?.read(payloads.map((payload) => ({ payload, receivedAt: RECEIVED })));
    return { records: page?.records ?? [], rejected: page?.rejected ?? [], calls: account.kernel.log.since(0).length };
  };
  const contact = (properties: Record<string, string> = {}) =>
    account.portal.create('contacts', properties, { at: AT }).id;
  const wonDeal = (contactId: string, amount = '12.00') => {
    const deal = account.portal.create(
      'deals',
      { amount, closedate: AT, hs_is_closed_won: 'true', deal_currency_code: 'USD' },
      { at: AT },
    ).id;
    account.portal.associate('deals', deal, 'contacts', contactId);
    return deal;
  };

  it('refuses nothing but sets aside what is no event', async () => {
    const id = contact();
    const { records, rejected } = await read('no event', { objectId: 1 }, changed('contact', id, 'email'));
    expect(records.map((record) => record.externalId)).toEqual([id]);
    expect(rejected.map((each) => [each.externalId, each.payload])).toEqual([
      ['delivery 1', '"no event"'],
      ['delivery 2', '{"objectId":1}'],
    ]);
  });

  it('leaves aside echoes of our own app, but not what other integrations write', async () => {
    const id = contact();
    const ours = { changeSource: 'INTEGRATION', sourceId: OUR_APP_ID };
    const theirs = { changeSource: 'INTEGRATION', sourceId: '18221010' };
    expect(await read(changed('contact', id, 'email', ours))).toEqual({ records: [], rejected: [], calls: 0 });
    expect((await read(changed('contact', id, 'email', theirs))).records).toHaveLength(1);
  });

  it('leaves aside changes of our own fields and of properties that nobody reads', async () => {
    const id = contact();
    expect(await read(changed('contact', id, 'staypower_clv_12m'), changed('contact', id, 'favourite_colour'))).toEqual(
      { records: [], rejected: [], calls: 0 },
    );
  });

  it('leaves aside what it does not know', async () => {
    expect(
      await read(
        event('conversation.newMessage', 1),
        event('product.creation', 1),
        event('object.creation', 1, { objectTypeId: '2-77' }),
      ),
    ).toEqual({ records: [], rejected: [], calls: 0 });
  });

  it('reads a record once for many events about it, in the order of the deliveries', async () => {
    const [a, b] = [contact({ email: 'a@people.example' }), contact({ email: 'b@people.example' })];
    const { records, calls } = await read(
      changed('contact', b, 'email'),
      event('contact.creation', a),
      changed('contact', b, 'phone'),
      changed('contact', a, 'lastname'),
    );
    expect(records.map((record) => record.kind === 'contact' && record.emails[0])).toEqual([
      'b@people.example',
      'a@people.example',
    ]);
    // One call for both, one for their companies.
    expect(calls).toBe(2);
  });

  it('reads 250 records in three calls for them and three for their companies', async () => {
    const ids = Array.from({ length: 250 }, () => contact());
    const { records, calls } = await read(...ids.map((id) => event('contact.creation', id)));
    expect(records.map((record) => record.externalId)).toEqual(ids);
    expect(calls).toBe(6);
  });

  it('turns a deal into a sale when it is won, and takes the sale back when it is not any more', async () => {
    const id = contact();
    const deal = wonDeal(id);
    const won = await read(changed('deal', deal, 'dealstage'));
    expect(won.records).toMatchObject([
      { kind: 'transaction', externalId: `deal-${deal}`, amount: '12.00', currency: 'USD', contactExternalId: id },
    ]);
    account.portal.update('deals', deal, { hs_is_closed_won: 'false' });
    const lost = await read(changed('deal', deal, 'dealstage'));
    expect(lost.records).toEqual([
      { kind: 'deletion', of: 'transaction', externalId: `deal-${deal}`, mergedIntoExternalId: null },
    ]);
  });

  it('deletes once for a privacy deletion and the deletion that comes with it', async () => {
    const id = contact();
    const twins = [event('contact.privacyDeletion', id), event('contact.deletion', id)];
    for (const order of [twins, twins.toReversed()]) {
      const { records, calls } = await read(...order);
      expect(records).toEqual([
        { kind: 'deletion', of: 'contact', externalId: id, mergedIntoExternalId: null, forPrivacy: true },
      ]);
      expect(calls).toBe(0);
    }
  });

  it('deletes what is gone by the time it is read', async () => {
    const [gone, there] = [contact(), contact()];
    account.portal.archive('contacts', gone);
    const { records } = await read(changed('contact', gone, 'email'), changed('contact', there, 'email'));
    expect(records.map((record) => [record.kind, record.externalId])).toEqual([
      ['deletion', gone],
      ['contact', there],
    ]);
  });

  it('reads a record that was restored, whatever the order of its events', async () => {
    const id = contact();
    const deleted = event('contact.deletion', id);
    const restored = event('contact.restore', id);
    for (const order of [
      [deleted, restored],
      [restored, deleted],
    ]) {
      expect((await read(...order)).records.map((record) => record.kind)).toEqual(['contact']);
    }
  });

  it('joins merged contacts to the record that is left, also when their deletions come along', async () => {
    const [a, b] = [contact({ email: 'a@people.example' }), contact()];
    const survivor = account.portal.merge('contacts', a, b).id;
    const merge = event('contact.merge', survivor, {
      primaryObjectId: Number(a),
      mergedObjectIds: [Number(a), Number(b)],
      newObjectId: Number(survivor),
    });
    for (const order of [
      [merge, event('contact.deletion', b)],
      [event('contact.deletion', b), merge],
    ]) {
      const { records } = await read(...order);
      expect(records.filter((record) => record.kind === 'contact').map((record) => record.externalId)).toEqual([
        survivor,
      ]);
      expect(
        records
          .flatMap((record) => (record.kind === 'deletion' ? [[record.externalId, record.mergedIntoExternalId]] : []))
          .sort(),
      ).toEqual([
        [a, survivor],
        [b, survivor],
      ]);
    }
  });

  it('believes the event of a merge where the record does not list what was merged into it', async () => {
    const survivor = contact();
    const gone = '200000001';
    const merge = event('contact.merge', survivor, {
      primaryObjectId: Number(survivor),
      mergedObjectIds: [Number(gone)],
      newObjectId: Number(survivor),
    });
    const deletion = event('contact.deletion', gone);
    for (const order of [
      [merge, deletion],
      [deletion, merge],
    ]) {
      const { records } = await read(...order);
      expect(records.filter((record) => record.kind === 'deletion')).toEqual([
        { kind: 'deletion', of: 'contact', externalId: gone, mergedIntoExternalId: survivor },
      ]);
    }
  });

  it('follows a change of a contact that was merged away meanwhile', async () => {
    const [a, b] = [contact(), contact()];
    const survivor = account.portal.merge('contacts', a, b).id;
    const { records } = await read(changed('contact', a, 'email'));
    expect(records.find((record) => record.kind === 'contact')?.externalId).toBe(survivor);
    expect(records.filter((record) => record.kind === 'deletion').map((record) => record.mergedIntoExternalId)).toEqual(
      [survivor, survivor],
    );
  });

  it('reads the sale again when its contact changes, from whichever side HubSpot tells it', async () => {
    const id = contact();
    const deal = wonDeal(id);
    const association = (associationType: string, fromObjectId: string, toObjectId: string): Json => ({
      subscriptionType: `${associationType.split('_')[0]?.toLowerCase()}.associationChange`,
      associationType,
      fromObjectId: Number(fromObjectId),
      toObjectId: Number(toObjectId),
      associationRemoved: false,
      occurredAt: 5,
      changeSource: 'USER',
    });
    const { records, calls } = await read(
      association('DEAL_TO_CONTACT', deal, id),
      association('CONTACT_TO_DEAL', id, deal),
    );
    expect(records.map((record) => record.externalId)).toEqual([`deal-${deal}`]);
    // The deal, its contacts, its companies.
    expect(calls).toBe(3);
    const company = account.portal.create('companies', {}, { at: AT }).id;
    account.portal.associate('contacts', id, 'companies', company, [279, 1]);
    const employed = await read(association('COMPANY_TO_CONTACT', company, id));
    expect(employed.records).toMatchObject([{ kind: 'contact', externalId: id, accountExternalId: company }]);
  });

  it('knows object events by their type id, and eventType for subscriptionType', async () => {
    const id = contact();
    const deal = wonDeal(id);
    const { records } = await read(
      event('object.propertyChange', deal, { objectTypeId: '0-3', propertyName: 'amount', isSensitive: false }),
      { eventType: 'contact.creation', objectId: id, occurredAt: 1 },
    );
    expect(records.map((record) => record.externalId).sort()).toEqual([`deal-${deal}`, id].sort());
  });

  it('reads what the webhooks of an account carry, from a write to a record', async () => {
    const deliveries: Json[] = [];
    const target: Server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString('utf8');
      });
      request.on('end', () => {
        deliveries.push(...(JSON.parse(body) as Json[]));
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
    const post = (path: string, body: unknown) =>
      fetch(`${account.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
    const targetUrl = `http://127.0.0.1:${(target.address() as AddressInfo).port}/`;
    await post('/_sandbox/hubspot/webhooks', { targetUrl, clientSecret: 'secret', appId: Number(OUR_APP_ID) });
    const created = (await (
      await post('/_sandbox/hubspot/change', { objectType: 'contacts', properties: { lastname: 'Live' } })
    ).json()) as { id: string };
    await connector.scores?.write([
      { recordKind: 'contact', externalId: created.id, parentExternalId: null, values: {} },
    ]);
    await post('/_sandbox/hubspot/change', { objectType: 'contacts', id: created.id, properties: { phone: '5' } });
    while (deliveries.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    const { records } = await read(...deliveries);
    expect(records).toMatchObject([{ kind: 'contact', externalId: created.id, name: 'Live', phone: '5' }]);
    target.closeAllConnections();
    await new Promise((resolve) => target.close(resolve));
  });
});
