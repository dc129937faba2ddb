import type { Connector } from '../../core/ports/connector.ts';
import type { ConnectorContext } from '../http/context.ts';
import { check } from './check.ts';
import { MOST_EVENTS } from './limits.ts';
import { createPerformer } from './perform.ts';
import { createSegmentReader } from './read-messages.ts';
import type { SegmentSettings } from './settings.ts';
import { createForgetter } from './suppress.ts';
import { writeScores } from './write-scores.ts';

export { archiveFiles, contentHash } from './archive-files.ts';
export { type FileLine, readSegmentFile } from './read-file.ts';
export { createSegmentReader } from './read-messages.ts';
export { type SegmentSettings, segmentSettingsSchema } from './settings.ts';

/** How long the answer to one batch of 500 KB may take. */
const TIMEOUT_MS = 30_000;

/** What a Segment connection needs of the environment. */
export interface SegmentSecrets {
  /** Of the HTTP source that scores are written to. */
  writeKey: string;
  /** Profile API access token; null leaves the Profile API unasked. */
  profileToken: string | null;
  /** Public API token; null leaves deletions to the admin. */
  publicApiToken: string | null;
}

/**
 * Segment: what people did and ordered comes in by webhook, or by file replay for the time before; scores go out as traits. There is
 * nothing to pull (no API lists all profiles), no field to provision and no task to open; events and audiences can be told.
 */
export function createSegment(
  context: ConnectorContext,
  settings: SegmentSettings,
  secrets: SegmentSecrets,
): Connector {
  const endpoint = { host: settings.host, writeKey: secrets.writeKey, timeoutMs: TIMEOUT_MS };
  return {
    vendor: 'segment',
    connectionId: context.connectionId,
    source: null,
    inbound: createSegmentReader(context, settings),
    subscription: null,
    fields: null,
    scores: {
      batchRows: MOST_EVENTS,
      kinds: ['contact'],
      // Traits belong to a user; a visitor without a name has none until it identifies.
      carries: (externalId) => externalId.startsWith('user:'),
      write: (rows) => writeScores(context, endpoint, rows),
      // The tracking API only takes; the Profile API knows a trait some minutes later, and only where it was bought.
      read: null,
    },
    actions: createPerformer(context, endpoint),
    uninstall: null,
    opinions: null,
    forgetter: secrets.publicApiToken === null ? null : createForgetter(settings.publicApiUrl, secrets.publicApiToken),
    check: () => check(settings, secrets),
    // Segment counts no calls of a day.
    usage: () => null,
    // Every write has flushed before it answered.
    close: async () => {},
  };
}
