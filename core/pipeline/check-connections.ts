import type { CallUsage } from '../domain/call-usage.ts';
import { AuthError, StaypowerError } from '../domain/errors.ts';
import type { CheckReport, Connector } from '../ports/connector.ts';

/** What one connection said when it was asked. */
export interface CheckedConnection {
  connectionId: string;
  vendor: string;
  report: CheckReport;
  /** What the vendor said of the calls of the day while it was asked. */
  usage: CallUsage | null;
}

/** Whether each connection works: account, permissions, limits. Reads only; one that fails is a result like another. */
export function checkConnections(connectors: readonly Connector[]): Promise<readonly CheckedConnection[]> {
  return Promise.all(connectors.map(checkOne));
}

async function checkOne(connector: Connector): Promise<CheckedConnection> {
  const { connectionId, vendor } = connector;
  try {
    const report = await connector.check();
    return { connectionId, vendor, report, usage: connector.usage() };
  } catch (error) {
    if (!(error instanceof StaypowerError)) throw error;
    const remedy = error instanceof AuthError ? error.remedy : null;
    return {
      connectionId,
      vendor,
      report: {
        account: '',
        problems: [{ what: error.message, remedy: remedy ?? 'Mend what the message says, then check again.' }],
        callsLeftToday: null,
      },
      usage: null,
    };
  }
}
