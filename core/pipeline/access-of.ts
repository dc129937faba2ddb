import type { SignIns } from '../ports/grants.ts';
import type { ConnectionTraffic } from '../ports/traffic.ts';

/**
 * How a connection is let in. Salesforce goes by client credentials where nobody approved it: it waits for nobody.
 *
 * @param isApproved whether somebody has approved it in a browser
 */
export function accessOf(
  { connectionId, vendor }: { connectionId: string; vendor: string },
  signIns: SignIns | null,
  isApproved: boolean,
): ConnectionTraffic['access'] {
  const canSignIn = signIns?.connections.some((each) => each.connectionId === connectionId) === true;
  return canSignIn && (vendor !== 'salesforce' || isApproved) ? 'sign-in' : 'key';
}
