import type { Inbound } from '../../core/ports/connector.ts';
import type { ConnectorContext } from '../http/context.ts';
import { mapMessage } from './mapping.ts';
import { type Meaning, SHIPPED_MEANINGS } from './meanings.ts';
import type { SegmentSettings } from './settings.ts';

/** Translates Segment's messages, whether a webhook or an archive brought them. Needs no secret and asks nobody. */
export function createSegmentReader(
  context: Pick<ConnectorContext, 'currency'>,
  settings: Pick<SegmentSettings, 'amount' | 'events' | 'otherEvents'>,
): Inbound {
  const meanings = new Map<string, Meaning>([...Object.entries(SHIPPED_MEANINGS), ...Object.entries(settings.events)]);
  const mapping = {
    amount: settings.amount,
    currency: context.currency,
    meaningOf: (event: string) => meanings.get(event) ?? settings.otherEvents,
  };
  return {
    read: async (deliveries) => {
      const mapped = deliveries.map(({ payload, receivedAt }) => mapMessage(payload, receivedAt, mapping));
      return {
        records: mapped.flatMap(({ records }) => records),
        rejected: mapped.flatMap(({ rejected }) => rejected),
      };
    },
  };
}
