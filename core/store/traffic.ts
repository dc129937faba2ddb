import { callsRunOutAt } from '../domain/call-usage.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database } from '../ports/database.ts';
import type { ConnectionTraffic, Traffic } from '../ports/traffic.ts';
import { actorName } from './actor-name.ts';
import { audit } from './audit.ts';
import { readBacklog } from './backlog.ts';
import { callUsages } from './call-usage.ts';
import { pause, readPause, resume } from './pause.ts';
import { createQueries } from './queries.ts';
import { listQuarantine, replayQuarantine } from './replay.ts';

/** What the store knows of the traffic of some connections. Asks no vendor. */
export function createTraffic(
  database: Database,
  {
    connections,
    clock,
  }: { connections: readonly Pick<ConnectionTraffic, 'connectionId' | 'vendor' | 'access'>[]; clock: Clock },
): Traffic {
  const now = () => clock.now().toISOString();
  return {
    state: async () => {
      const { inboxWaiting, outboxWaiting, quarantined } = await createQueries(database).health();
      const paused = await readPause(database);
      const { inboxLagSeconds } = await readBacklog(database, [], clock);
      const rejected = await database.query<{ connection_id: string; count: number }>(
        'select connection_id, count(*)::int as count from quarantine group by 1',
      );
      const countOf = new Map(rejected.map((row) => [row.connection_id, row.count]));
      const each = connections.map(async (connection) => {
        const { connectionId } = connection;
        const usages = await callUsages(database, connectionId);
        const last = usages.at(-1);
        return {
          ...connection,
          calls: last ? { ...last, runsOutAt: callsRunOutAt(usages) } : null,
          quarantined: countOf.get(connectionId) ?? 0,
        };
      });
      return {
        paused: paused && { ...paused, by: await actorName(database, paused.by), held: paused.held ?? null },
        inboxWaiting,
        inboxLagSeconds,
        outboxWaiting,
        quarantined,
        connections: await Promise.all(each),
      };
    },
    quarantine: ({ limit }) => listQuarantine(database, limit),
    replay: async ({ by }) => {
      const replayed = await replayQuarantine(database);
      await audit(database, now(), by, 'quarantine.replay', { replayed });
      return replayed;
    },
    pause: ({ reason, by }) => pause(database, { reason, by, since: now() }),
    resume: async ({ by }) => (await resume(database, { by, at: now() })) !== null,
  };
}
