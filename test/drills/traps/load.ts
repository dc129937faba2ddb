import { describe, expect, test } from 'vitest';
import { load, type VastSandbox, vastSandbox } from '../../../bench/load-process.ts';
import { seededRandom } from '../../../core/math/random.ts';
import { openStore } from '../../../core/store/open.ts';
import type { LoggedRequest } from '../../../sandbox/kernel/types.ts';
import { startPostgres } from '../../support/postgres.ts';
import { measured } from '../arena.ts';

const CONTACTS = 50_000;
const DEALS = 150_000;
const KILLS = 12;
const PAGE = 100;
const MOST_MEGABYTES = 400;

/** The first load of a large account: memory, and what kill -9 costs. */
export function largeLoad(): void {
  describe('a large account', () => {
    test('50,000 contacts and 150,000 orders: flat memory, and 12 times kill -9 at any page loses a page at most and ends the same', async ({
      skip,
    }) => {
      const server = await startPostgres();
      if ('missing' in server) return skip(server.missing);
      const sandbox = await vastSandbox(CONTACTS);
      const databaseUrl = server.url;
      try {
        const calm = await load(sandbox, { databaseUrl, workspace: 'load_calm' });
        expect(calm.end).toMatchObject({ pulled: CONTACTS + DEALS, rejected: 0 });
        expect(calm.end?.peakMegabytes).toBeLessThan(MOST_MEGABYTES);
        await fetch(`${sandbox.hubspot}/_sandbox/requests`, { method: 'DELETE' });

        const random = seededRandom(50);
        const store = { databaseUrl, workspace: 'load_killed' };
        let pages = 0;
        for (let kill = 0; kill < KILLS; kill += 1) {
          const killed = await load(sandbox, store, 1 + Math.floor(random.next() * 150));
          expect(killed.end).toBeNull();
          pages += killed.pages;
        }
        const rest = await load(sandbox, store);
        // What was committed and not told is the page that the process died after.
        expect(rest.end?.pulled).toBeGreaterThanOrEqual(CONTACTS + DEALS - (pages + KILLS) * PAGE);
        expect(rest.end?.peakMegabytes).toBeLessThan(MOST_MEGABYTES);
        const listed = await rowsListed(sandbox);
        expect(listed).toBeGreaterThanOrEqual(CONTACTS + DEALS);
        expect(listed).toBeLessThanOrEqual(CONTACTS + DEALS + KILLS * PAGE);
        const books = await Promise.all(
          ['load_calm', 'load_killed'].map((workspace) => bookOf(databaseUrl, workspace)),
        );
        expect(books[1]).toEqual(books[0]);
        expect(books[0]).toMatchObject({ records: CONTACTS + DEALS });
        measured('a large account', {
          records: CONTACTS + DEALS,
          'records a second': Math.round((calm.end?.pulled ?? 0) / (calm.end?.seconds ?? 1)),
          'peak MB': calm.end?.peakMegabytes ?? 0,
          kills: KILLS,
          'rows read twice': listed - CONTACTS - DEALS,
          differences: 0,
        });
      } finally {
        await sandbox.stop();
        await server.stop();
      }
    }, 1_200_000);
  });
}

async function rowsListed({ hubspot }: VastSandbox): Promise<number> {
  const log = (await (await fetch(`${hubspot}/_sandbox/requests`)).json()) as readonly LoggedRequest[];
  return log.reduce((rows, { note }) => rows + (note.operation === 'list' ? (note.ids?.length ?? 0) : 0), 0);
}

/** What a workspace holds, by source key. */
async function bookOf(databaseUrl: string, workspace: string): Promise<object | undefined> {
  const database = await openStore({ databaseUrl, folder: '', workspace });
  const [book] = await database.query<{ records: number; digest: string }>(
    `select count(*)::int as records,
       md5(string_agg(connection_id || kind || external_id || hash || deleted, ',' order by connection_id, kind, external_id)) as digest
     from source_records`,
  );
  await database.close();
  return book;
}
