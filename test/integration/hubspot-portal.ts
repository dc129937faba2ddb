import type { z } from 'zod';
import { type ClientOptions, createClient, type HubSpotClient } from '../../connectors/hubspot/client.ts';
import { createHubSpot, hubspotSettingsSchema } from '../../connectors/hubspot/index.ts';
import type { Limits } from '../../connectors/hubspot/limits.ts';
import type { SourceRecord, Stream } from '../../core/domain/records.ts';
import { toJson } from '../../core/domain/stable-json.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Connector, Cursor, Page } from '../../core/ports/connector.ts';
import { createHubSpot as createHubSpotSandbox } from '../../sandbox/hubspot/index.ts';
import { createPortal, type Portal } from '../../sandbox/hubspot/portal.ts';
import { serveVendor } from '../../sandbox/kernel/http.ts';
import { createKernel, type FullKernel } from '../../sandbox/kernel/kernel.ts';
import type { SandboxOptions } from '../../sandbox/kernel/types.ts';
import { type Bill, minimumCalls } from '../../sandbox/minimum-calls.ts';

/** The app under whose id the sandbox notes what our token writes. */
export const OUR_APP_ID = '7654321';

const silent = () => {};
export const quietLogger = { debug: silent, info: silent, warn: silent, error: silent };

/** An empty HubSpot account with its data in the test's hands. */
export interface TestPortal {
  kernel: FullKernel;
  portal: Portal;
  url: string;
  connect(clock: Clock, settings?: z.input<typeof hubspotSettingsSchema>, timeZone?: string): Connector;
  /** A client of its own, for tests of what the connector fixes. */
  client(options?: Partial<ClientOptions>): HubSpotClient;
  /** Calls since the last look, and what they could have been at the least. */
  billSince(seq: number): Bill;
  lastSeq(): number;
  /** Statuses of all answers so far, each once. */
  statuses(): readonly number[];
  close(): Promise<void>;
}

/** Opens an account; limits are out of the way unless a test sets them. */
export async function openPortal(options: Partial<SandboxOptions> = {}): Promise<TestPortal> {
  const all: SandboxOptions = {
    stateDir: null,
    seed: 5,
    hubspotBurstPer10s: 100_000,
    hubspotSearchPerSecond: 100_000,
    ...options,
  };
  const kernel = createKernel(all);
  const vendor = createHubSpotSandbox(kernel, all);
  const served = await serveVendor(kernel, vendor, 0);
  return {
    kernel,
    portal: createPortal(kernel),
    url: served.url,
    connect: (clock, settings = {}, timeZone = 'UTC') =>
      createHubSpot(
        { connectionId: 'hubspot', clock, logger: quietLogger, timeZone, currency: 'EUR' },
        hubspotSettingsSchema.parse({ baseUrl: served.url, appId: OUR_APP_ID, ...settings }),
        { accessToken: 'pat-sandbox-test' },
      ),
    client: (given = {}) =>
      createClient({
        baseUrl: served.url,
        accessToken: 'pat-sandbox-test',
        limits: noLimits,
        logger: quietLogger,
        priority: 5,
        timeoutMs: 5_000,
        firstRetryDelayMs: 1,
        ...given,
      }),
    billSince: (seq) => minimumCalls(kernel.log.since(seq)),
    lastSeq: () => kernel.log.since(0).at(-1)?.seq ?? 0,
    statuses: () => [...new Set(kernel.log.since(0).map((entry) => entry.status))].sort((a, b) => a - b),
    close: async () => {
      await vendor.close();
      await served.close();
      kernel.close();
    },
  };
}

/** Lets everything through: for tests of something else. */
export const noLimits: Limits = {
  run: (_kind, _priority, call) => call(),
  pauseFor: () => {},
  observe: () => {},
  usage: () => null,
  granted: () => null,
};

/** A clock that stands. */
export function clockAt(iso: string): Clock & { set(iso: string): void } {
  let now = new Date(iso);
  return {
    now: () => now,
    set: (next) => {
      now = new Date(next);
    },
  };
}

/** Reads a stream to its end and gives its records and the cursor to go on from, as a store would give it back. */
export async function pullAll(
  connector: Connector,
  stream: Stream,
  cursor: Cursor | null = null,
): Promise<{ records: readonly SourceRecord[]; pages: readonly Page[]; cursor: Cursor }> {
  const pages: Page[] = [];
  for await (const page of connector.source?.pull(stream, cursor) ?? []) pages.push(page);
  return {
    records: pages.flatMap((page) => page.records),
    pages,
    cursor: toJson(pages.at(-1)?.cursor ?? null),
  };
}
