import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AuthError, VendorError } from '../../core/domain/errors.ts';
import type { Connector } from '../../core/ports/connector.ts';
import type { Logger } from '../../core/ports/logger.ts';
import type { EventBatch, Position } from '../../core/ports/subscription.ts';
import { crowd, type Org, startOrg } from './salesforce-org.ts';

const TOPIC = '/data/ChangeEvents';
const logged: string[] = [];
const note = (_what: object, text: string) => {
  logged.push(text);
};
const logger: Logger = { debug: () => undefined, info: () => undefined, warn: note, error: note };

let org: Org;
let connector: Connector;
let contacts: readonly string[];

beforeAll(async () => {
  org = await startOrg(crowd(30));
  contacts = (await org.soql('SELECT Id FROM Contact ORDER BY Id')).map((record) => String(record['Id']));
  await org.control('change-data-capture', { objects: ['Account', 'Contact', 'Opportunity', 'Task'] });
  await org.control('platform-event', { name: 'Order_Paid__e', fields: ['Contact_Id__c', 'Note__c'] });
  connector = org.connect({
    logger,
    settings: {
      pubSub: {
        url: org.pubSubUrl,
        platformEvents: [{ topic: '/event/Order_Paid__e', object: 'Contact', recordIdField: 'Contact_Id__c' }],
      },
    },
  });
});
afterAll(async () => {
  await connector.close();
  await org.close();
});
beforeEach(() => {
  logged.length = 0;
});

const contact = (index: number) => contacts[index] ?? '';

/** A subscriber of its own: batches as they come. */
function subscribe(position: Position | null, topic = TOPIC, by = connector) {
  if (!by.subscription) throw new Error('subscriptions are on');
  const stop = new AbortController();
  const batches = by.subscription.read(topic, position, stop.signal)[Symbol.asyncIterator]();
  const next = async (): Promise<EventBatch> => {
    const { done, value } = await batches.next();
    if (done) throw new Error('the subscription ended');
    return value;
  };
  return {
    next,
    /** Reads on until so many records were named. */
    named: async (count: number) => {
      const abouts: string[] = [];
      let last: Position | null = null;
      while (abouts.length < count) {
        const batch = await next();
        abouts.push(...batch.messages.map(({ about = '' }) => about).filter((about) => about !== contact(0)));
        last = batch.position ?? last;
      }
      return { abouts, position: last };
    },
    end: async () => {
      stop.abort();
      // What was on its way may still come; then it must end.
      for (let ended = false; !ended; ) ended = (await batches.next()).done === true;
    },
  };
}

/** Subscribed, with a position behind an event that came for certain: of the first contact, which no test looks for. */
async function subscribed() {
  const subscriber = subscribe(null);
  expect(await subscriber.next()).toEqual({ messages: [], position: null, happenedAt: null, missed: true });
  // Whether the subscription stands yet nobody says: an event is sent until one arrives.
  const arrived = subscriber.next();
  let any = false;
  void arrived.then(() => {
    any = true;
  });
  for (let attempt = 0; !any; attempt++) {
    await org.change('Contact', contact(0), { Title: `first ${attempt}` });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { position } = await arrived;
  return { ...subscriber, position };
}

describe('a subscription without a position', () => {
  it('begins with what comes, and says first that what was before is for a pull', async () => {
    const subscriber = await subscribed();
    expect(subscriber.position).toMatch(/^[A-Za-z0-9+/]+=*$/);
    await subscriber.end();
  });
});

describe('change events', () => {
  it('name each changed record once, in the order of the changes, and nothing of what is in it', async () => {
    const { position, end } = await subscribed();
    await end();
    await org.change('Contact', contact(2), { LastName: 'Secret', Phone: null });
    await org.change('Contact', contact(3), { MailingCity: 'Bonn' });
    await org.remove('Contact', contact(4));
    await org.undelete('Contact', contact(4));
    const created = await org.change('Account', null, { Name: 'Alder' });
    const subscriber = subscribe(position);
    const { abouts } = await subscriber.named(5);
    await subscriber.end();
    expect(abouts).toEqual([contact(2), contact(3), contact(4), contact(4), created]);
    const again = subscribe(position);
    const batch = await again.next();
    await again.end();
    expect(JSON.stringify(batch)).not.toContain('Secret');
  });

  it('of one transaction that name several records are a message for each', async () => {
    const account = await org.change('Account', null, { Name: 'Beech' });
    for (const index of [5, 6]) await org.change('Contact', contact(index), { AccountId: account });
    const { position, end } = await subscribed();
    await end();
    await org.remove('Account', account);
    const subscriber = subscribe(position);
    const { abouts } = await subscriber.named(3);
    await subscriber.end();
    expect(abouts).toEqual([account, contact(5), contact(6)]);
  });

  it('of our own writes are dropped, of what somebody changes meanwhile they are not', async () => {
    await connector.fields?.provision(
      [{ name: 'clv_12m', label: 'Value', description: 'Value.', type: { type: 'number', scale: 2 } }],
      { dryRun: false },
    );
    const { position, end } = await subscribed();
    await end();
    const written = await connector.scores?.write([
      { recordKind: 'contact', externalId: contact(9), parentExternalId: null, values: { clv_12m: 12 } },
    ]);
    expect(written).toEqual([{ status: 'written' }]);
    await org.change('Contact', contact(10), { LastName: 'Z' });
    const subscriber = subscribe(position);
    const { abouts } = await subscriber.named(1);
    await subscriber.end();
    expect(abouts).toEqual([contact(10)]);
  });

  it('are asked for in portions: of more than are handed out at a time none is lost', async () => {
    const { position, end } = await subscribed();
    await end();
    for (let i = 0; i < 120; i++) await org.change('Contact', contact(12 + (i % 10)), { Title: `t${i}` });
    const subscriber = subscribe(position);
    const { abouts } = await subscriber.named(120);
    await subscriber.end();
    const expected = Array.from({ length: 120 }, (_, i) => contact(12 + (i % 10)));
    expect(abouts).toEqual(expected);
  });

  it('of schemas that grew meanwhile are read by the new one', async () => {
    const { position, end } = await subscribed();
    await end();
    await org.tooling('Contact.Shoe_Size__c', { label: 'Shoe size', type: 'Number', precision: 3, scale: 0 });
    await org.change('Contact', contact(23), { Title: 'grown' });
    const subscriber = subscribe(position);
    const { abouts } = await subscriber.named(1);
    await subscriber.end();
    expect(abouts).toEqual([contact(23)]);
  });
});

describe('gaps', () => {
  it.each([
    ['that name records have them read', 'GAP_UPDATE', ['003SB0000000003YAA'], ['003SB0000000003YAA'], false],
    ['without records ask for a pull', 'GAP_OVERFLOW', [], [], true],
    ['with a wildcard ask for a pull', 'GAP_DELETE', ['003*'], [], true],
  ])('%s', async (_what, changeType, ids, abouts, missed) => {
    const { position, end } = await subscribed();
    await end();
    await org.control('gap', { object: 'Contact', ids, changeType });
    const subscriber = subscribe(position);
    for (;;) {
      const batch = await subscriber.next();
      const told = batch.messages.map(({ about }) => about).filter((about) => about !== contact(0));
      if (told.length === 0 && !batch.missed) continue;
      expect({ told, missed: batch.missed }).toEqual({ told: abouts, missed });
      break;
    }
    await subscriber.end();
  });
});

describe('platform events', () => {
  it('have the record read that they name; one that names none is told of', async () => {
    const topic = '/event/Order_Paid__e';
    const subscriber = subscribe(null, topic);
    await subscriber.next();
    const arrived = subscriber.next();
    let first: EventBatch | null = null;
    void arrived.then((batch) => {
      first = batch;
    });
    while (first === null) {
      await org.control('publish', { name: 'Order_Paid__e', values: { Note__c: 'nothing' } });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(logged).toContain('a platform event names no record: the field is empty, or not there');
    await org.control('publish', { name: 'Order_Paid__e', values: { Contact_Id__c: contact(25) } });
    expect((await subscriber.named(1)).abouts).toEqual([contact(25)]);
    await subscriber.end();
  });

  it('whose id is none wait in quarantine with a remedy', async () => {
    const payload = { object: 'Contact', recordId: '003SB0000000001', committedAt: null };
    await expect(connector.inbound?.read([{ payload, receivedAt: '2026-01-01T00:00:00.000Z' }])).rejects.toThrow(
      /CASESAFEID/,
    );
  });
});

describe('a subscription that breaks', () => {
  it('says so, and goes on from the position that was kept', async () => {
    const subscriber = await subscribed();
    const broken = expect(
      (async () => {
        for (;;) await subscriber.next();
      })(),
    ).rejects.toThrow(VendorError);
    await org.control('cut-subscriptions', {});
    await broken;
    await org.change('Contact', contact(27), { Title: 'while it was broken' });
    const again = subscribe(subscriber.position);
    expect((await again.named(1)).abouts).toEqual([contact(27)]);
    await again.end();
  });

  it.each([
    ['that is no replay id of ours', Buffer.from('nonsense').toString('base64')],
    ['that is empty text', Buffer.from('x').toString('base64')],
  ])('begins anew from a position %s, and asks for a pull', async (_what, position) => {
    const subscriber = subscribe(position);
    expect(await subscriber.next()).toEqual({ messages: [], position: null, happenedAt: null, missed: true });
    await subscriber.end();
  });

  it('begins anew from a position of more than three days ago, and asks for a pull', async () => {
    const { position, end } = await subscribed();
    await end();
    await org.setClock(new Date(Date.now() + 73 * 3_600_000));
    await org
      .control('../faults', { vendor: 'salesforce', kind: 'expired-token', times: 0, after: 0 })
      .catch(() => null);
    const fresh = org.connect({ settings: { pubSub: { url: org.pubSubUrl } } });
    const subscriber = subscribe(position, TOPIC, fresh);
    expect(await subscriber.next()).toEqual({ messages: [], position: null, happenedAt: null, missed: true });
    await subscriber.end();
    await fresh.close();
    await org.setClock(null);
  });

  it('logs in again when its session has ended', async () => {
    const { position, end } = await subscribed();
    await end();
    await org.control('expire-sessions', {});
    const subscriber = subscribe(position);
    await org.change('Contact', contact(1), { Title: 'after' });
    expect((await subscriber.named(1)).abouts).toEqual([contact(1)]);
    await subscriber.end();
  });
});

describe('check', () => {
  it('names a topic that is not there, and one that it cannot reach', async () => {
    const wrong = org.connect({ settings: { pubSub: { url: org.pubSubUrl, topics: ['/data/NothingChangeEvent'] } } });
    const [problem] = (await wrong.check()).problems;
    expect(problem?.what).toContain('/data/NothingChangeEvent');
    await expect(subscribe(null, '/data/NothingChangeEvent', wrong).next()).resolves.toMatchObject({ missed: true });
    await wrong.close();
    const nowhere = org.connect({ settings: { pubSub: { url: 'http://127.0.0.1:9' } } });
    expect((await nowhere.check()).problems).toHaveLength(1);
    await nowhere.close();
    expect((await connector.check()).problems).toEqual([]);
  });

  it.each(['http://pubsub.example:7443', 'ftp://127.0.0.1', 'pubsub'])('%s is refused as an address', (url) => {
    expect(() => org.connect({ settings: { pubSub: { url } } })).toThrow(/https/);
  });

  it('another organisation is refused by the look-alike', async () => {
    const other = org.connect({
      settings: { pubSub: { url: org.pubSubUrl } },
      secrets: { clientId: 'sandbox-client', clientSecret: 'wrong' },
    });
    await expect(subscribe(null, TOPIC, other).next()).rejects.toThrow(AuthError);
    await other.close();
  });
});
