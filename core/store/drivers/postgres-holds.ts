import pg from 'pg';
import type { Database } from '../../ports/database.ts';

/**
 * Names that this process holds, as advisory locks of one session that is kept for them: taking and giving back is a round trip
 * each. A session that is lost frees all of them, and the next call begins another.
 */
export function createHolds(
  options: pg.ClientConfig,
  schema: string,
): Pick<Database, 'holding'> & { close(): Promise<void> } {
  // A session may take its own lock twice: what this process holds is known here.
  const held = new Set<string>();
  let session: Promise<pg.Client> | null = null;
  // One query at a time: the session is shared by all that take and give back.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(query: () => Promise<T>): Promise<T> => {
    const asked = turn.then(query);
    turn = asked.catch(() => undefined);
    return asked;
  };

  const forget = (lost: Promise<pg.Client>) => {
    if (session === lost) session = null;
  };
  const connect = (): Promise<pg.Client> => {
    const client = new pg.Client(options);
    const opened = client.connect().then(() => client);
    const lose = () => forget(opened);
    client.on('error', lose);
    client.on('end', lose);
    opened.catch(lose);
    session = opened;
    return opened;
  };
  const keys = (names: readonly string[]) => [names.map((name) => `${schema}/${name}`)];

  const take = async (wanted: readonly string[]): Promise<{ client: pg.Client; mine: readonly string[] }> => {
    const client = await (session ?? connect());
    const { rows } = await inTurn(() =>
      client.query<{ taken: boolean }>(
        'select pg_try_advisory_lock(hashtextextended(name, 0)) as taken from unnest($1::text[]) as name',
        keys(wanted),
      ),
    );
    return { client, mine: wanted.filter((_, index) => rows[index]?.taken === true) };
  };

  return {
    holding: async (names, work) => {
      const wanted = names.filter((name) => !held.has(name));
      if (wanted.length === 0) return work([]);
      for (const name of wanted) held.add(name);
      let mine: readonly string[] = [];
      let client: pg.Client;
      try {
        ({ client, mine } = await take(wanted));
      } finally {
        for (const name of wanted) if (!mine.includes(name)) held.delete(name);
      }
      try {
        return await work(mine);
      } finally {
        // A session that is gone has given everything back already.
        await inTurn(() =>
          client.query(
            'select pg_advisory_unlock(hashtextextended(name, 0)) from unnest($1::text[]) as name',
            keys(mine),
          ),
        ).catch(() => undefined);
        for (const name of mine) held.delete(name);
      }
    },
    close: async () => {
      const open = session;
      session = null;
      await open?.then((client) => client.end()).catch(() => undefined);
    },
  };
}
