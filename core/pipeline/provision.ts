import type { FieldDefinition } from '../domain/fields.ts';
import type { Connector, ProvisionStep } from '../ports/connector.ts';

/** What was created at one vendor, or would be. */
export interface ProvisionedConnection {
  connectionId: string;
  steps: readonly ProvisionStep[];
}

/** Creates the fields at all vendors that have some; never changes one that is there. With dryRun nothing is written. Safe to repeat. */
export async function provision(
  connectors: readonly Connector[],
  fields: readonly FieldDefinition[],
  { dryRun, onConnection }: { dryRun: boolean; onConnection?: (connectionId: string) => void },
): Promise<readonly ProvisionedConnection[]> {
  const done: ProvisionedConnection[] = [];
  for (const { connectionId, fields: provisioner } of connectors) {
    if (!provisioner) continue;
    onConnection?.(connectionId);
    done.push({ connectionId, steps: await provisioner.provision(fields, { dryRun }) });
  }
  return done;
}
