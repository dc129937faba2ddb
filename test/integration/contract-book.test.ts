import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCsv, csvSettingsSchema } from '../../connectors/csv/index.ts';
import { mapContact } from '../../connectors/salesforce/mapping.ts';
import { salesforceSettingsSchema } from '../../connectors/salesforce/settings.ts';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { seededRandom } from '../../core/math/random.ts';
import { cycle, STEPS, type Workspace } from '../../core/pipeline/cycle.ts';
import type { ChurnSettings } from '../../core/scores/leaving.ts';
import type { Score } from '../../core/scores/score.ts';
import { customerIdOf } from '../../core/store/identity.ts';
import { missing } from '../../core/store/queries.ts';
import { fakeClock } from '../support/clock.ts';
import { staypower } from '../support/command.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { contact } from '../support/records.ts';
import { openTempStore, type TempStore } from '../support/store.ts';
import { clockAt, openPortal, pullAll, quietLogger } from './hubspot-portal.ts';

const AS_OF = calendarDay('2026-06-01');

/** A file with a line for each yearly term; four in ten are not renewed, half of these after notice. */
function contractFile(customers: number, worthOf = (customer: number) => `${1_200 + customer}.50`): string {
  const random = seededRandom(4);
  const lines = ['customer_id,contract_start,contract_end,cancelled_on,contract_annual_value'];
  for (let customer = 0; customer < customers; customer += 1) {
    for (let start = addDays(AS_OF, -Math.floor(random.next() * 1_200)); start <= AS_OF; start = addDays(start, 365)) {
      const end = addDays(start, 364);
      const leaves = random.next() < 0.4;
      lines.push(
        `c${customer},${start},${end},${leaves && random.next() < 0.5 ? addDays(end, -40) : ''},${worthOf(customer)}`,
      );
      if (leaves) break;
    }
  }
  return `${lines.join('\n')}\n`;
}

const csvOf = (folder: string) =>
  createCsv(
    {
      connectionId: 'csv',
      clock: fakeClock('2026-06-01T20:00:00.000Z'),
      logger: quietLogger,
      timeZone: 'UTC',
      currency: 'EUR',
    },
    csvSettingsSchema.parse({ contacts: { file: 'contracts.csv' } }),
    folder,
  );

describe('a book of contracts', () => {
  let home: string;
  let store: TempStore;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'staypower-contracts-'));
    store = await openTempStore();
  });
  afterAll(async () => {
    await store.close();
    await rm(home, { recursive: true, force: true });
  });
  const workspaceWith = (definition: ChurnSettings['definition']): Workspace => ({
    name: 'test',
    database: store.database,
    connectors: [csvOf(home)],
    playbooks: [],
    timeZone: 'UTC',
    currency: 'EUR',
    churn: { definition, days: null },
    clock: fakeClock('2026-06-01T20:00:00.000Z'),
  });

  it('is trained and scored from a file, by contract end, and explained by the contract', async () => {
    await writeFile(join(home, 'contracts.csv'), contractFile(900));
    const { model, rejected } = await cycle(workspaceWith('contract_end'), { asOf: AS_OF });
    expect(rejected).toBe(0);
    expect(model).toMatchObject({ definition: 'contract_end', horizonDays: 90, value: null });
    expect(model?.report.value).toMatchObject({ chosen: 'shifted-beta-geometric', chosenBy: 'backtest' });
    expect(model?.report.churnModels.map(({ name }) => name)).toContain('cox');
    const scores = await store.database.query<{ score: Score }>(
      "select score from scores where lifecycle = 'active' and (score->>'churnProbability')::float8 > 0",
    );
    expect(scores.length).toBeGreaterThan(50);
    expect(await missing(store.database)).toEqual([]);
    for (const { score } of scores.slice(0, 20))
      expect(score.reasons.join(' ')).toMatch(/Contract end|Notice has been/);
  });

  it('tells every customer what a year of the contract is worth, and what of it is to be expected', async () => {
    const scores = await store.database.query<{ customer_id: string; score: Score }>(
      'select customer_id, score from scores',
    );
    const byId = new Map(scores.map(({ customer_id, score }) => [customer_id, score]));
    expect(byId.size).toBe(900);
    for (const customer of [0, 1, 450, 899]) {
      const score = byId.get(customerIdOf('test', { connectionId: 'csv', externalId: `c${customer}` }));
      expect(score?.valueIfKept12m).toBe(1_200.5 + customer);
      expect(score?.clv12m).toBeLessThan(1_200.5 + customer);
    }
    const told = scores.filter(({ score }) => (score.clv12m ?? 0) > 0);
    expect(told.length).toBeGreaterThan(300);
    for (const { score } of told)
      expect((score.clv12mLow ?? 1) <= (score.clv12m ?? 0) && (score.clv12m ?? 1) <= (score.clv12mHigh ?? 0)).toBe(
        true,
      );
  });

  it('scores one renewed customer to the bit as it scores the whole book anew', async () => {
    const scores = () =>
      store.database.query("select customer_id, score - 'change' as score, stats from scores order by customer_id");
    const before = await scores();
    const running = contractFile(900).replace(/^c7,.*$/m, `c7,2026-05-20,2027-05-19,,990.00`);
    await writeFile(join(home, 'contracts.csv'), running);
    const live = STEPS.filter((step) => step !== 'train');
    await cycle(workspaceWith('contract_end'), { asOf: AS_OF, steps: live });
    const once = await scores();
    expect(once.filter((row, index) => JSON.stringify(row) !== JSON.stringify(before[index]))).toHaveLength(1);
    await store.database.query('update customers set dirty = true');
    await cycle(workspaceWith('contract_end'), { asOf: AS_OF, steps: ['features', 'score'] });
    expect(await scores()).toEqual(once);
  });

  it('without any worth of a year says what is missing, and goes on telling the churn risk', async () => {
    const bare = await openTempStore();
    try {
      await writeFile(
        join(home, 'contracts.csv'),
        contractFile(200, () => ''),
      );
      const { model } = await cycle({ ...workspaceWith('contract_end'), database: bare.database }, { asOf: AS_OF });
      expect(model?.report.warnings.join(' ')).toContain('200 have neither a worth of its year nor a payment');
      expect(await missing(bare.database)).toEqual([
        'No purchase is on record: the churn risk comes from contracts; to tell what customers are worth, map the worth of a year of their contract, or say in the mapping which deals, opportunities or events are purchases.',
      ]);
    } finally {
      await bare.close();
      await writeFile(join(home, 'contracts.csv'), contractFile(900));
    }
  });

  it('goes on under the stored definition where another is configured, says so, and changes only once it is accepted', async () => {
    const workspace = workspaceWith('cancelled');
    const kept = await cycle(workspace, { asOf: AS_OF, retrain: true });
    expect(kept.model?.definition).toBe('contract_end');
    expect(kept.model?.report.warnings[0]).toBe(
      'Leaving stays defined as contract_end within 90 days, as scores have it so far; settings and book ask for cancelled within 90 days. "staypower train" shows what that would change.',
    );
    const accepted = await cycle(workspace, { asOf: AS_OF, retrain: true, acceptDefinition: true });
    expect(accepted.model).toMatchObject({ definition: 'cancelled', horizonDays: 90 });
  });
});

describe('staypower train', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'staypower-definition-'));
    await writeFile(join(home, 'contracts.csv'), contractFile(60));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));
  const train = async (definition: string, ...args: readonly string[]) => {
    const connections = 'connections:\n  - vendor: csv\n    settings: { contacts: { file: contracts.csv } }\n';
    await writeFile(join(home, 'staypower.yaml'), `churn: { definition: ${definition} }\n${connections}`);
    return staypower([...args, '--as-of', AS_OF, '--json'], { home });
  };

  it('trains nothing by another definition, and shows both base rates and who is judged otherwise', async () => {
    expect((await train('contract_end', 'run')).code).toBe(0);
    const refused = await train('cancelled', 'train');
    expect(refused.code).toBe(1);
    const { trained, definitionChange } = JSON.parse(refused.stdout);
    expect(trained).toBe(false);
    expect(definitionChange).toMatchObject({
      from: { definition: 'contract_end', horizonDays: 90 },
      to: { definition: 'cancelled', horizonDays: 90 },
      lookedAt: 60,
    });
    expect(definitionChange.from.left).toBeGreaterThan(0);
    expect(definitionChange.affected).toBeGreaterThan(0);
  }, 60_000);
});

describe('a contract in a CRM', () => {
  let store: TempStore;
  beforeAll(async () => {
    store = await openTempStore();
  });
  afterAll(() => store.close());

  it('overwritten on renewal keeps the term before it, known from when it was seen; only that customer is scored again', async () => {
    const crm = fakeConnector();
    const clock = fakeClock('2026-06-01T20:00:00.000Z');
    const workspace: Workspace = {
      name: 'test',
      database: store.database,
      connectors: [crm],
      playbooks: [],
      timeZone: 'UTC',
      currency: 'USD',
      churn: { definition: 'contract_end', days: 90 },
      clock,
    };
    const term = (id: string, endsOn: string) =>
      ({
        kind: 'contract',
        externalId: `${id}@${endsOn}`,
        contactExternalId: id,
        startsOn: '2025-01-01',
        endsOn,
        cancelledOn: null,
        endKnownOn: null,
      }) as const;
    crm.feed(contact('1'), contact('2'), term('1', '2026-06-30'), term('2', '2026-06-30'));
    await cycle(workspace, { asOf: AS_OF });
    const scoreOf = async (externalId: string) => {
      const [row] = await store.database.query<{ score: Score }>(
        'select score from scores where customer_id = $1::uuid',
        [customerIdOf('test', { connectionId: 'crm', externalId })],
      );
      return row?.score;
    };
    const before = await scoreOf('2');
    expect((await scoreOf('1'))?.churnProbability).toBeGreaterThan(0);

    crm.feed(term('1', '2027-06-30'));
    const live = STEPS.filter((step) => step !== 'train');
    await cycle(workspace, { asOf: AS_OF, steps: live });
    expect(await scoreOf('1')).toMatchObject({ lifecycle: 'active', churnProbability: 0 });
    expect(await scoreOf('2')).toEqual(before);
    const rows = await store.database.query<{ external_id: string; end_known_on: string }>(
      'select external_id, end_known_on from contracts order by external_id',
    );
    expect(rows).toEqual([
      { external_id: '1@2026-06-30', end_known_on: '2026-06-01' },
      { external_id: '1@2027-06-30', end_known_on: '2026-06-01' },
      { external_id: '2@2026-06-30', end_known_on: '2026-06-01' },
    ]);
  });

  it('worth something in another currency waits in quarantine, never one to one, until it is mapped in the workspace’s', async () => {
    const crm = fakeConnector();
    const other = await openTempStore();
    try {
      const workspace: Workspace = {
        name: 'test',
        database: other.database,
        connectors: [crm],
        playbooks: [],
        timeZone: 'UTC',
        currency: 'USD',
        churn: { definition: 'contract_end', days: 90 },
        clock: fakeClock('2026-06-01T20:00:00.000Z'),
      };
      const term = (currency: string | null) =>
        ({
          kind: 'contract',
          externalId: '1@2026-12-31',
          contactExternalId: '1',
          startsOn: '2026-01-01',
          endsOn: '2026-12-31',
          cancelledOn: null,
          endKnownOn: null,
          annualValue: { amount: '1200.5', currency },
        }) as const;
      const kept = () =>
        other.database.query<{ worth: string | null; waits: string | null }>(
          `select (select annual_value_minor::text from contracts) as worth,
             (select message from quarantine where kind = 'contract') as waits`,
        );
      crm.feed(contact('1'), term('GBP'));
      await cycle(workspace, { asOf: AS_OF, steps: ['pull', 'identify', 'features'] });
      const [refused] = await kept();
      expect(refused).toMatchObject({ worth: null });
      expect(refused?.waits).toMatch(/reporting currency USD, found "GBP"/);
      crm.feed(term(null));
      await cycle(workspace, { asOf: AS_OF, steps: ['pull', 'identify', 'features'] });
      expect(await kept()).toEqual([{ worth: '120050', waits: null }]);
    } finally {
      await other.close();
    }
  });

  it('is read from the mapped properties of a HubSpot contact; what is no day waits in quarantine, and the contact comes', async () => {
    const account = await openPortal();
    try {
      for (const [name, type, fieldType] of [
        ['contract_until', 'date', 'date'],
        ['notice', 'string', 'text'],
        ['acv', 'number', 'number'],
      ] as const) {
        account.portal.properties.create('contacts', {
          name,
          label: name,
          type,
          fieldType,
          groupName: 'contactinformation',
        });
      }
      const people = [
        { firstname: 'A', contract_until: '2026-12-31', notice: '', acv: '1200.5' },
        { firstname: 'B', contract_until: '2026-12-31', notice: 'last spring' },
        { firstname: 'C' },
      ].map((properties) => account.portal.create('contacts', properties, { at: '2026-01-01T00:00:00.000Z' }).id);
      const connector = account.connect(clockAt('2026-02-01T00:00:00.000Z'), {
        contract: { endProperty: 'contract_until', cancelledProperty: 'notice', annualValueProperty: 'acv' },
      });
      const pages = await pullAll(connector, 'contacts');
      expect(pages.records.filter(({ kind }) => kind === 'contact')).toHaveLength(3);
      expect(pages.records.filter(({ kind }) => kind === 'contract')).toEqual([
        {
          kind: 'contract',
          externalId: `${people[0]}@2026-12-31`,
          contactExternalId: people[0],
          startsOn: null,
          endsOn: '2026-12-31',
          cancelledOn: null,
          endKnownOn: null,
          annualValue: { amount: '1200.5', currency: null },
        },
      ]);
    } finally {
      await account.close();
    }
  });

  it('is read from the mapped fields of a Salesforce contact, and only from fields that hold days', () => {
    const settings = salesforceSettingsSchema.parse({
      contract: {
        startField: 'Customer_Since__c',
        endField: 'Contract_End__c',
        cancelledField: 'Notice_On__c',
        annualValueField: 'ACV__c',
      },
    });
    const row = { Id: '003000000000001AAA', LastName: 'A', Customer_Since__c: '2024-02-01', Notice_On__c: null };
    const read = mapContact({ ...row, Contract_End__c: '2026-01-31', ACV__c: 4800 }, settings);
    expect(read.ok && read.value[1]).toEqual({
      kind: 'contract',
      externalId: '003000000000001AAA@2026-01-31',
      contactExternalId: '003000000000001AAA',
      startsOn: '2024-02-01',
      endsOn: '2026-01-31',
      cancelledOn: null,
      endKnownOn: null,
      annualValue: { amount: '4800', currency: null },
    });
    const none = mapContact({ ...row, Customer_Since__c: null, Contract_End__c: null }, settings);
    expect(none.ok && none.value).toHaveLength(1);
    const wrong = mapContact({ ...row, Contract_End__c: 'next year' }, settings);
    expect(!wrong.ok && wrong.rejected).toMatchObject({ field: 'Contract_End__c', found: '"next year"' });
    const free = mapContact({ ...row, Contract_End__c: '2026-01-31', ACV__c: -1 }, settings);
    expect(!free.ok && free.rejected).toMatchObject({ field: 'ACV__c', expected: 'zero or more', found: '-1' });
  });
});
