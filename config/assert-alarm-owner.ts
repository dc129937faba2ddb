import { ConfigError } from '../core/domain/errors.ts';
import type { Connector } from '../core/ports/connector.ts';
import type { AlarmTaskOwner } from '../core/store/alarms.ts';

/**
 * Refuses an owner of alarms' tasks at a connection that opens none.
 *
 * @throws ConfigError
 */
export function assertAlarmOwner(owner: AlarmTaskOwner | null, connectors: readonly Connector[]): void {
  if (owner === null) return;
  const able = connectors.filter(({ actions }) => actions?.kinds.includes('task')).map((each) => each.connectionId);
  if (able.includes(owner.connection)) return;
  throw new ConfigError([
    {
      path: 'alarms.taskOwner.connection',
      expected: 'a connection that opens tasks',
      found: owner.connection,
      remedy: able.length > 0 ? `Set it to ${able.join(' or ')}.` : 'Connect Salesforce or HubSpot, or leave it out.',
    },
  ]);
}
