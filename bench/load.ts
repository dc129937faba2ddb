import { table } from '../cli/output.ts';
import { openStore } from '../core/store/open.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { load, vastSandbox } from './load-process.ts';

const CONTACTS = 1_000_000;
const WORKSPACE = 'bench_load';

/**
 * The first load of 1,000,000 contacts and 3,000,000 orders from HubSpot into PostgreSQL (DATABASE_URL, or one that is started here),
 * with HubSpot's limits and a clock of both sides that runs ten times as fast: rate and memory of our process.
 */
export async function benchLoad(args: readonly string[]): Promise<void> {
  const scale = Number(args[args.indexOf('--scale') + 1] ?? Number.NaN);
  const contacts = Math.round(CONTACTS * (args.includes('--scale') ? scale : 1));
  if (!(contacts > 0)) throw new Error('--scale wants a number above 0, such as 0.1');
  const server = await startPostgres();
  if ('missing' in server) {
    console.log(`load: skipped, ${server.missing}`);
    return;
  }
  const sandbox = await vastSandbox(contacts);
  try {
    const database = await openStore({ databaseUrl: server.url, folder: '', workspace: WORKSPACE });
    await database.query(`drop schema ${database.schema} cascade`);
    await database.close();
    const { end, pages, megabytes } = await load(sandbox, { databaseUrl: server.url, workspace: WORKSPACE });
    if (end === null) throw new Error('the loading process was killed');
    const at = (share: number) => megabytes[Math.floor(share * (megabytes.length - 1))] ?? 0;
    const figures = {
      contacts,
      orders: 3 * contacts,
      records: end.pulled,
      rejected: end.rejected,
      pages,
      seconds: Math.round(end.seconds),
      recordsPerSecond: Math.round(end.pulled / end.seconds),
      megabytesAtQuarters: [0.25, 0.5, 0.75, 1].map(at),
      peakMegabytes: end.peakMegabytes,
    };
    if (args.includes('--json')) console.log(JSON.stringify(figures));
    else {
      console.log('\nFirst load from HubSpot into PostgreSQL');
      console.log(
        table(
          ['records', 'seconds', 'records/s', 'MB at quarters', 'peak MB'],
          [
            [
              figures.records,
              figures.seconds,
              figures.recordsPerSecond,
              figures.megabytesAtQuarters.join(' '),
              figures.peakMegabytes,
            ],
          ],
        ),
      );
    }
  } finally {
    await sandbox.stop();
    await server.stop();
  }
}
