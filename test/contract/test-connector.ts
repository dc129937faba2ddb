import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TaskAction } from '../../core/domain/actions.ts';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { AuthError, UnknownOutcomeError } from '../../core/domain/errors.ts';
import { CLEAR, type FieldDefinition, type WriteRow } from '../../core/domain/fields.ts';
import type { ContactRecord, SourceRecord, Stream } from '../../core/domain/records.ts';
import { stableJson, toJson } from '../../core/domain/stable-json.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Connector, Cursor, Page } from '../../core/ports/connector.ts';
import type { World, WorldOrder } from '../../sandbox/seed/world.ts';

/** An account at a CRM look-alike, seeded with a world, and what a test needs to see of it from the vendor's own side. */
export interface SeededAccount {
  vendor: 'salesforce' | 'hubspot';
  world: World;
  /** The vendor's port of the sandbox; its control surface is under /_sandbox/. */
  url: string;
  /** Path of the request that creates a task, as a regular expression for a planted fault. */
  createTaskPath: string;
  /** A connector as a process that has just started has it, with settings that name the seeded order reference and refunds. */
  connect(clock: Clock): Connector;
  /** The same with credentials that the vendor refuses. */
  connectRefused(clock: Clock): Connector;
  /** Somebody at the vendor gives a contact another last name. */
  renameContact(externalId: string, lastName: string): Promise<void>;
  /** A provisioned field as the vendor has it; null when it is empty. */
  readField(kind: 'contact' | 'account', externalId: string, name: string): Promise<string | number | null>;
  /** How many tasks with this key in them the vendor has. */
  countTasks(key: string): Promise<number>;
  close(): Promise<void>;
}

const HOUR_MS = 3_600_000;
const CRM_STREAMS: readonly Stream[] = ['accounts', 'contacts', 'transactions', 'engagement'];
const FIELDS: readonly FieldDefinition[] = [
  { name: 'clv_12m', label: 'Value', description: 'Expected value.', type: { type: 'number', scale: 2 } },
  {
    name: 'churn_band',
    label: 'Risk band',
    description: 'Risk of leaving.',
    type: {
      type: 'enum',
      options: [
        { value: 'high', label: 'High' },
        { value: 'low', label: 'Low' },
      ],
    },
  },
  { name: 'reasons', label: 'Why', description: 'Reasons.', type: { type: 'longText', maxLength: 2000 } },
  { name: 'scored_at', label: 'Scored as of', description: 'Last day.', type: { type: 'day' } },
];

/**
 * What holds of every CRM connector, checked against the sandbox with the vendor's unmodified SDK. `setup` is called for each group
 * of tests; the world should have some hundred customers, so that there is more than one page of something.
 */
export function testConnector(name: string, setup: () => Promise<SeededAccount>): void {
  describe(`${name}: reading`, () => {
    let account: SeededAccount;
    const clock = movableClock();
    const pages = new Map<Stream, readonly Page[]>();
    const recordsOf = (stream: Stream) => (pages.get(stream) ?? []).flatMap((page) => page.records);
    const emails = () =>
      new Map(
        recordsOf('contacts')
          .filter((record) => record.kind === 'contact')
          .map((record) => [record.externalId, emailOf(record)]),
      );
    beforeAll(async () => {
      account = await setup();
      // The first load lies some hours back, so that what a test changes now is news to the second; a day back, and everything would be
      // read once more.
      clock.move(-12 * HOUR_MS);
      const connector = account.connect(clock);
      for (const stream of CRM_STREAMS) pages.set(stream, await drain(connector, stream, null));
      await connector.close();
      clock.move(13 * HOUR_MS);
    });
    afterAll(() => account.close());

    it('refuses with AuthError when the vendor refuses the credentials', async () => {
      const connector = account.connectRefused(clock);
      await expect(drain(connector, 'contacts', null)).rejects.toThrow(AuthError);
      await connector.close();
    });

    it('offers the streams in their order', () => {
      const connector = account.connect(clock);
      const offered = connector.source?.streams ?? [];
      expect(CRM_STREAMS.filter((stream) => offered.includes(stream))).toEqual(CRM_STREAMS);
      expect(offered.filter((stream) => CRM_STREAMS.includes(stream))).toEqual(CRM_STREAMS);
    });

    it('brings every contact of the account once, and rejects none', () => {
      const expected = account.world.people
        .filter((person) => person.systems.includes(account.vendor))
        .map((person) => person.email.trim().toLowerCase());
      expect([...emails().values()].sort()).toEqual(expected.sort());
      expect(recordsOf('contacts')).toHaveLength(expected.length);
      expect(expected.length).toBeGreaterThan(0);
      expect([...pages.values()].flat().flatMap((page) => page.rejected)).toEqual([]);
    });

    it('brings who must not be contacted, and who works where', () => {
      const people = account.world.people.filter((person) => person.systems.includes(account.vendor));
      const contacts = recordsOf('contacts').filter((record) => record.kind === 'contact');
      expect(contacts.filter((contact) => contact.doNotContact)).toHaveLength(
        people.filter((person) => person.doNotContact).length,
      );
      const names = new Map(account.world.companies.map((company) => [company.id, company.name]));
      const accounts = new Map(
        recordsOf('accounts').flatMap((record) =>
          record.kind === 'account' ? [[record.externalId, record.name] as const] : [],
        ),
      );
      expect(contacts.map((contact) => accounts.get(contact.accountExternalId ?? '') ?? null).sort()).toEqual(
        people.map((person) => names.get(person.companyId ?? '') ?? null).sort(),
      );
    });

    it('brings every order with its buyer, amount, currency and day, and no open or lost deal', () => {
      const buyers = emails();
      const brought = recordsOf('transactions').flatMap((record) =>
        record.kind === 'transaction' && record.transactionKind === 'order'
          ? [
              `${buyers.get(record.contactExternalId ?? '')} ${Number(record.amount)} ${record.currency} ${dayOf(record.occurredAt)} ${record.orderReference}`,
            ]
          : [],
      );
      const expected = seededOrders(account)
        .filter((order) => order.kind === 'order')
        .map(
          (order) =>
            `${buyerOf(account, order)} ${Number(order.amount)} ${order.currency} ${dayOf(order.at)} ${order.reference}`,
        );
      expect(brought.sort()).toEqual(expected.sort());
      expect(expected.length).toBeGreaterThan(0);
    });

    it('brings every refund and cancellation with the order it belongs to', () => {
      const orders = new Map(
        recordsOf('transactions').flatMap((record) =>
          record.kind === 'transaction' && record.transactionKind === 'order'
            ? [[record.externalId, record] as const]
            : [],
        ),
      );
      const brought = recordsOf('transactions').flatMap((record) => {
        if (record.kind !== 'transaction' || record.transactionKind === 'order') return [];
        const order = orders.get(record.refersTo ?? '');
        return [
          `${order && dayOf(order.occurredAt)} ${dayOf(record.occurredAt)} ${Number(record.amount ?? order?.amount)}`,
        ];
      });
      const byId = new Map(account.world.orders.map((order) => [order.id, order]));
      const expected = seededOrders(account)
        .filter((order) => order.kind !== 'order')
        .map(
          (back) =>
            `${dayOf(byId.get(back.refersTo ?? '')?.at ?? '')} ${dayOf(back.at)} ${Number(back.kind === 'cancel' ? byId.get(back.refersTo ?? '')?.amount : back.amount)}`,
        );
      expect(brought.sort()).toEqual(expected.sort());
      expect(expected.length).toBeGreaterThan(0);
    });

    it('brings every event with its contact, channel and day', () => {
      const people = emails();
      const brought = recordsOf('engagement').flatMap((record) =>
        record.kind === 'event'
          ? [`${people.get(record.contactExternalId ?? '')} ${record.channel} ${dayOf(record.occurredAt)}`]
          : [],
      );
      const byId = new Map(account.world.people.map((person) => [person.id, person]));
      const expected = account.world.events
        .filter((event) => event.system === account.vendor)
        .map(
          (event) =>
            `${byId.get(event.personId)?.email.trim().toLowerCase()} ${event.channel === 'product' || event.channel === 'web' ? 'task' : event.channel} ${dayOf(event.at)}`,
        );
      expect(brought.sort()).toEqual(expected.sort());
      expect(expected.length).toBeGreaterThan(0);
    });

    it('goes on from the cursor of any page, after a crash, and ends with the same records', async () => {
      for (const stream of CRM_STREAMS) {
        const read = pages.get(stream) ?? [];
        const whole = keysOf(read);
        for (const [index, page] of read.entries()) {
          const connector = account.connect(clock);
          const rest = await drain(connector, stream, toJson(page.cursor));
          await connector.close();
          const both = keysOf([...read.slice(0, index + 1), ...rest]);
          expect([stream, index, both]).toEqual([stream, index, whole]);
        }
      }
    });

    it('answers a pull without news with one empty page', async () => {
      const connector = account.connect(clock);
      for (const stream of CRM_STREAMS) {
        const again = await drain(connector, stream, lastCursor(pages.get(stream)));
        expect([stream, again.flatMap((page) => page.records)]).toEqual([stream, []]);
        expect([stream, again.length]).toEqual([stream, 1]);
      }
      await connector.close();
    });

    it('brings what changed since, and only that', async () => {
      const contact = recordsOf('contacts').find((record) => record.kind === 'contact');
      const externalId = contact?.externalId ?? '';
      await account.renameContact(externalId, 'Renamed');
      const connector = account.connect(clock);
      const news = await drain(connector, 'contacts', lastCursor(pages.get('contacts')));
      const none = await drain(connector, 'accounts', lastCursor(pages.get('accounts')));
      await connector.close();
      const records = news.flatMap((page) => page.records);
      expect(records.map((record) => [record.kind, record.externalId])).toEqual([['contact', externalId]]);
      expect(records[0]?.kind === 'contact' && records[0].name?.endsWith('Renamed')).toBe(true);
      expect(none.flatMap((page) => page.records)).toEqual([]);
    });

    it('reports the account and no problem when all is well', async () => {
      const connector = account.connect(clock);
      const report = await connector.check();
      await connector.close();
      expect(report.account).not.toBe('');
      expect(report.problems).toEqual([]);
    });

    it('reports refused credentials as a problem with a remedy', async () => {
      const connector = account.connectRefused(clock);
      const report = await connector.check();
      await connector.close();
      expect(report.problems.length).toBeGreaterThan(0);
      for (const problem of report.problems) expect(problem.remedy).not.toBe('');
    });
  });

  describe(`${name}: writing`, () => {
    let account: SeededAccount;
    let connector: Connector;
    let contacts: readonly string[];
    const clock = movableClock();
    beforeAll(async () => {
      account = await setup();
      connector = account.connect(clock);
      const pages = await drain(connector, 'contacts', null);
      contacts = pages.flatMap((page) => page.records).map((record) => record.externalId);
    });
    afterAll(async () => {
      await connector.close();
      await account.close();
    });
    const facets = () => {
      const { fields, scores, actions } = connector;
      if (!fields || !scores || !actions) throw new Error('a CRM connector has fields, scores and actions');
      return { fields, scores, actions };
    };
    const row = (index: number, values: WriteRow['values']): WriteRow => ({
      recordKind: 'contact',
      externalId: contacts[index] ?? '',
      parentExternalId: null,
      values,
    });

    it('says in a dry run what it would provision, and writes nothing', async () => {
      const first = await facets().fields.provision(FIELDS, { dryRun: true });
      const second = await facets().fields.provision(FIELDS, { dryRun: true });
      expect(second).toEqual(first);
      const created = first.filter((step) => step.what === 'field');
      expect(new Set(created.map((step) => step.outcome))).toEqual(new Set(['create']));
      expect(created.length).toBeGreaterThanOrEqual(FIELDS.length);
    });

    it('provisions once and then finds everything there', async () => {
      const first = await facets().fields.provision(FIELDS, { dryRun: false });
      expect(new Set(first.filter((step) => step.what === 'field').map((step) => step.outcome))).toEqual(
        new Set(['create']),
      );
      const again = await facets().fields.provision(FIELDS, { dryRun: false });
      expect(new Set(again.map((step) => step.outcome))).toEqual(new Set(['exists']));
      expect(again.map((step) => [step.what, step.name, step.on])).toEqual(
        first.map((step) => [step.what, step.name, step.on]),
      );
    });

    it('writes 0 as 0, leaves absent fields alone and empties with CLEAR alone', async () => {
      const id = contacts[0] ?? '';
      const { scores } = facets();
      expect(await scores.write([row(0, { clv_12m: 12.5, churn_band: 'high', scored_at: '2026-06-01' })])).toEqual([
        { status: 'written' },
      ]);
      expect(Number(await account.readField('contact', id, 'clv_12m'))).toBe(12.5);
      expect(await scores.write([row(0, { clv_12m: 0 })])).toEqual([{ status: 'written' }]);
      expect(await account.readField('contact', id, 'clv_12m')).not.toBeNull();
      expect(Number(await account.readField('contact', id, 'clv_12m'))).toBe(0);
      expect(await account.readField('contact', id, 'churn_band')).toBe('high');
      expect(await scores.write([row(0, { clv_12m: CLEAR })])).toEqual([{ status: 'written' }]);
      expect(await account.readField('contact', id, 'clv_12m')).toBeNull();
      expect(String(await account.readField('contact', id, 'scored_at'))).toContain('2026-06-01');
    });

    it('answers each row in order, and a bad row does not stop the others', async () => {
      await plant(account, { kind: 'bad-row', ids: [contacts[2] ?? ''] });
      const rows = [0, 1, 2, 3, 4].map((index) => row(index, { clv_12m: 100 + index }));
      const results = await facets().scores.write(rows);
      expect(results.map((result) => result.status)).toEqual(['written', 'written', 'rejected', 'written', 'written']);
      const [, , rejected] = results;
      expect(rejected?.status === 'rejected' && [rejected.vendorCode, rejected.message, rejected.remedy]).not.toContain(
        '',
      );
      for (const index of [0, 1, 3, 4]) {
        expect(Number(await account.readField('contact', contacts[index] ?? '', 'clv_12m'))).toBe(100 + index);
      }
    });

    it('never creates a record: an id that is not there is rejected', async () => {
      const unknown = account.vendor === 'salesforce' ? '003000000000000AAA' : '999999999999';
      const results = await facets().scores.write([
        row(0, { clv_12m: 7 }),
        { ...row(0, { clv_12m: 8 }), externalId: unknown },
        row(1, { clv_12m: 9 }),
      ]);
      expect(results.map((result) => result.status)).toEqual(['written', 'rejected', 'written']);
    });

    it('gives no result for no rows', async () => {
      expect(await facets().scores.write([])).toEqual([]);
    });

    it('opens a task once and finds it by its key', async () => {
      const task = taskFor(contacts[0] ?? '', 'sp-task-1');
      const { actions } = facets();
      expect(await actions.find(task)).toBeNull();
      const receipt = await actions.perform(task);
      expect(receipt.readBack).toBe(false);
      expect(await actions.find(task)).toEqual({ externalId: receipt.externalId, readBack: true });
      expect(await account.countTasks('sp-task-1')).toBe(1);
    });

    it('opens a task about no record once, for its owner alone, and finds it by its key', async () => {
      const task = { ...taskFor('', 'sp-task-9'), contactExternalId: null, subject: 'Alarm of nobody' };
      const { actions } = facets();
      expect(await actions.find(task)).toBeNull();
      const receipt = await actions.perform(task);
      expect(await actions.find(task)).toEqual({ externalId: receipt.externalId, readBack: true });
      expect(await actions.find({ ...task, key: 'sp-task-10' })).toBeNull();
      expect(await account.countTasks('sp-task-9')).toBe(1);
    });

    it('throws UnknownOutcomeError when the reply is lost, and then finds exactly one task', async () => {
      const task = taskFor(contacts[1] ?? '', 'sp-task-2');
      const { actions } = facets();
      await plant(account, { kind: 'lost-reply', method: 'POST', path: account.createTaskPath });
      await expect(actions.perform(task)).rejects.toThrow(UnknownOutcomeError);
      expect((await actions.find(task))?.readBack).toBe(true);
      expect(await account.countTasks('sp-task-2')).toBe(1);
    });

    it('finds nothing when the request never arrived', async () => {
      const task = taskFor(contacts[1] ?? '', 'sp-task-3');
      const { actions } = facets();
      await plant(account, { kind: 'cut', method: 'POST', path: account.createTaskPath });
      await expect(actions.perform(task)).rejects.toThrow(UnknownOutcomeError);
      expect(await actions.find(task)).toBeNull();
      expect(await account.countTasks('sp-task-3')).toBe(0);
    });
  });
}

/** Reads a stream to its end. */
export async function drain(connector: Connector, stream: Stream, cursor: Cursor | null): Promise<readonly Page[]> {
  const pages: Page[] = [];
  if (!connector.source) throw new Error('a CRM connector has a source');
  for await (const page of connector.source.pull(stream, cursor)) pages.push(page);
  return pages;
}

/** A clock that runs on and can be moved. */
export function movableClock(): Clock & { move(milliseconds: number): void } {
  let offset = 0;
  return {
    now: () => new Date(Date.now() + offset),
    move: (milliseconds) => {
      offset += milliseconds;
    },
  };
}

/** Plants a fault for the next request that it fits. */
export async function plant(
  account: Pick<SeededAccount, 'url' | 'vendor'>,
  fault: Record<string, unknown>,
): Promise<void> {
  const response = await fetch(`${account.url}/_sandbox/faults`, {
    method: 'POST',
    body: JSON.stringify({ vendor: account.vendor, ...fault }),
  });
  if (response.status !== 201) throw new Error(`the sandbox refused the fault: ${response.status}`);
}

function taskFor(contactExternalId: string, key: string): TaskAction {
  return {
    kind: 'task',
    key,
    contactExternalId,
    ownerId: null,
    subject: 'Call about the renewal',
    body: 'Value at risk is high.\nCall this week.',
    dueOn: calendarDay('2026-06-15'),
    priority: 'high',
  };
}

/** Records by kind and id, the last one counting, as a store would keep them; sorted. */
function keysOf(pages: readonly Page[]): readonly string[] {
  const last = new Map<string, SourceRecord>();
  for (const record of pages.flatMap((page) => page.records)) last.set(`${record.kind} ${record.externalId}`, record);
  return [...last.values()].map((record) => stableJson(record)).sort();
}

function lastCursor(pages: readonly Page[] | undefined): Cursor {
  const last = pages?.at(-1);
  if (!last) throw new Error('a pull yields at least one page');
  return toJson(last.cursor);
}

function emailOf(contact: ContactRecord): string {
  return contact.emails[0]?.trim().toLowerCase() ?? '';
}

function seededOrders(account: SeededAccount): readonly WorldOrder[] {
  return account.world.orders.filter((order) => order.systems.includes(account.vendor));
}

function buyerOf(account: SeededAccount, order: WorldOrder): string | undefined {
  return account.world.people
    .find((person) => person.id === order.personId)
    ?.email.trim()
    .toLowerCase();
}

function dayOf(at: string): string {
  return at.slice(0, 10);
}
