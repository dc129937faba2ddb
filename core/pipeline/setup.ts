import type { Clock } from '../ports/clock.ts';
import type { Connector } from '../ports/connector.ts';
import type { Database } from '../ports/database.ts';
import type { SignIns } from '../ports/grants.ts';
import type { Setup, SetupConnection } from '../ports/setup.ts';
import { grantStatuses } from '../store/grants.ts';
import { createJobs } from '../store/jobs.ts';
import { mappingVersion } from '../store/mapping-versions.ts';
import { createTraffic } from '../store/traffic.ts';
import { accessOf } from './access-of.ts';
import { setupSteps } from './setup-steps.ts';

/** How a workspace is set up. Asks no vendor. */
export function createSetup(
  database: Database,
  { connectors, signIns, clock }: { connectors: readonly Connector[]; signIns: SignIns | null; clock: Clock },
): Setup {
  const jobs = createJobs(database, { clock });
  const traffic = createTraffic(database, { connections: [], clock });
  return {
    state: async () => {
      const grants = await grantStatuses(database);
      const connections: SetupConnection[] = [];
      for (const { connectionId, vendor, source, fields } of connectors) {
        const signIn = signIns?.connections.find((each) => each.connectionId === connectionId) ?? null;
        const grant = grants.find((each) => each.connectionId === connectionId) ?? null;
        connections.push({
          connectionId,
          vendor,
          access: accessOf({ connectionId, vendor }, signIns, grant !== null),
          scopes: signIn?.scopes ?? [],
          account: grant?.account ?? null,
          notice: grant?.lostReason == null ? null : `Connect ${connectionId} again: ${grant.lostReason}`,
          canMap: source?.survey != null,
          hasFields: fields !== null,
          mappingVersion: (await mappingVersion(database, connectionId))?.version ?? null,
        });
      }
      const { paused, outboxWaiting } = await traffic.state();
      const facts = { connections, paused, jobs: await jobs.latest() };
      return { steps: setupSteps({ ...facts, outboxWaiting }), ...facts };
    },
  };
}
