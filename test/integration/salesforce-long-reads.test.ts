import { describe, expect, it } from 'vitest';
import { type SourceRecord, STREAMS } from '../../core/domain/records.ts';
import { stableJson, toJson } from '../../core/domain/stable-json.ts';
import type { Cursor } from '../../core/ports/connector.ts';
import { generateWorld } from '../../sandbox/seed/generate.ts';
import { crowd, pull, SEEDED, startOrg } from './salesforce-org.ts';

const CRM = STREAMS.filter((stream) => stream !== 'inbox');
const clock = { now: () => new Date() };
const emailsOf = (records: readonly SourceRecord[]) =>
  records.flatMap((record) => (record.kind === 'contact' ? record.emails : []));

describe('a crash between any two pages', () => {
  it('is made good by a query that goes on behind the last record, on a first load and on a later one', async () => {
    const org = await startOrg(generateWorld({ seed: 8, customers: 200, asOf: '2026-05-01' }));
    const pageRows = { accounts: 8, contacts: 30, transactions: 60, engagement: 300, inbox: 1 };
    const connect = () => org.connect({ settings: SEEDED, clock });
    const objects = ['Account', 'Contact', 'Opportunity', 'OpportunityContactRole', 'Task', 'Event', 'Case'];
    const loaded = objects.map((object) => [object, { since: '1990-01-01T00:00:00.000Z', read: null }]);
    const landed = (records: readonly SourceRecord[]) =>
      new Set(records.filter((record) => record.kind !== 'deletion').map((record) => stableJson(record)));
    for (const start of [null, toJson({ objects: Object.fromEntries(loaded) })]) {
      for (const stream of CRM) {
        await org.settings({ queryPageRows: pageRows[stream] });
        const whole = await pull(connect(), stream, start);
        expect(whole.pages.length).toBeGreaterThan(1);
        for (const [index, page] of whole.pages.entries()) {
          const rest = await pull(connect(), stream, toJson(page.cursor));
          const both = [...whole.pages.slice(0, index + 1).flatMap((each) => each.records), ...rest.records];
          expect([stream, index, landed(both)]).toEqual([stream, index, landed(whole.records)]);
        }
      }
    }
    await org.close();
  });

  it('is made good at the place in the Bulk result where it happened', async () => {
    const org = await startOrg(crowd(9_000));
    await org.settings({ bulkPageRows: 3_000 });
    const connect = () => org.connect({ settings: { bulkReadRows: 2_500 }, clock });
    const whole = await pull(connect(), 'contacts');
    const jobs = async () => (await org.requests()).filter((request) => request.path.endsWith('/jobs/query')).length;
    expect(await jobs()).toBe(1);
    expect(whole.pages.length).toBeGreaterThan(4);
    for (const [index, page] of whole.pages.entries()) {
      const rest = await pull(connect(), 'contacts', toJson(page.cursor));
      const both = [...whole.pages.slice(0, index + 1).flatMap((each) => each.records), ...rest.records];
      expect(emailsOf(both).sort()).toEqual(emailsOf(whole.records).sort());
      expect(new Set(emailsOf(both)).size).toBe(9_000);
    }
    // Not one of them needed another job: the one in the cursor was still there.
    expect(await jobs()).toBe(1);
    await org.close();
  });

  it.each(['gone', 'given up'])('starts another job when the one in the cursor is %s', async (what) => {
    const org = await startOrg(crowd(5_000));
    const connect = () => org.connect({ settings: { bulkReadRows: 2_000 }, clock });
    let cursor = '';
    let first: readonly SourceRecord[] = [];
    for await (const page of connect().source?.pull('contacts', null) ?? []) {
      cursor = JSON.stringify(page.cursor);
      first = page.records;
      break;
    }
    const jobId = /"jobId":"(\w+)"/.exec(cursor)?.[1] ?? '';
    if (what === 'gone') cursor = cursor.replace(jobId, '750000000000999AAA');
    else await org.abort(jobId);
    const rest = await pull(connect(), 'contacts', JSON.parse(cursor) as Cursor);
    expect(new Set(emailsOf([...first, ...rest.records])).size).toBe(5_000);
    await org.close();
  });
});

describe('long answers', () => {
  it('25,001 rows are complete, by query and by Bulk in three pages', async () => {
    const org = await startOrg(crowd(25_001));
    await org.settings({ bulkPageRows: 8_000 });
    for (const bulkReadRows of [50_000, 10_000]) {
      const { records, pages } = await pull(org.connect({ settings: { bulkReadRows }, clock }), 'contacts');
      expect(records).toHaveLength(25_001);
      expect(new Set(emailsOf(records)).size).toBe(25_001);
      expect(pages[0]?.total).toBe(25_001);
    }
    await org.close();
  });

  it('20,000 rows of one and the same SystemModstamp are complete, and so is what is left after a crash amid them', async () => {
    const org = await startOrg(crowd(20_000, true));
    const since = toJson({ objects: { Contact: { since: '1990-01-01T00:00:00.000Z', read: null } } });
    const whole = await pull(org.connect({ clock }), 'contacts', since);
    expect(new Set(emailsOf(whole.records)).size).toBe(20_000);
    const page = whole.pages[4];
    const rest = await pull(org.connect({ clock }), 'contacts', toJson(page?.cursor ?? null));
    expect(rest.records).toHaveLength(10_000);
    expect(new Set(emailsOf([...whole.pages.slice(0, 5).flatMap((each) => each.records), ...rest.records])).size).toBe(
      20_000,
    );
    await org.close();
  });

  it('goes on by the last record when Salesforce has dropped the address of the next page', async () => {
    const org = await startOrg(crowd(5_000));
    const seen: SourceRecord[] = [];
    for await (const page of org.connect({ clock }).source?.pull('contacts', null) ?? []) {
      seen.push(...page.records);
      // Ten open answers of a user are kept: eleven more push ours out.
      for (let i = 0; i < 11; i += 1) await org.soql('SELECT Id FROM Contact LIMIT 2001');
    }
    expect(new Set(emailsOf(seen)).size).toBe(5_000);
    await org.close();
  });
});
