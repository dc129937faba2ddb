import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { Json } from '../../core/domain/json.ts';
import type { Inbox } from '../../core/ports/inbox.ts';
import type { Logger } from '../../core/ports/logger.ts';
import { deliveryReaders } from '../../webhooks/inbound/readers.ts';
import { createWebhookRouter, type WebhookConnection } from '../../webhooks/inbound/router.ts';

/** One thing the router logged. */
export interface LogLine {
  level: keyof Logger;
  fields: Record<string, unknown>;
  message: string;
}

/** The webhook routes on a loopback port, over an inbox in memory unless another is given. */
export interface WebhookServer {
  url: string;
  /** By connection and delivery key, in the order they came. */
  stored: ReadonlyMap<string, Json>;
  logged: readonly LogLine[];
  /** Resolves when so many messages are stored. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Serves connections under /webhooks. `publicBaseUrl` is null unless given: the address as called. */
export async function serveWebhooks(
  connections: readonly WebhookConnection[],
  options: { inbox?: Inbox; now?: () => Date; publicBaseUrl?: string } = {},
): Promise<WebhookServer> {
  const stored = new Map<string, Json>();
  const logged: LogLine[] = [];
  const waiting = new Set<() => void>();
  const inMemory: Inbox = {
    keep: async ({ connectionId, form, body }) => {
      await inMemory.append(connectionId, deliveryReaders[form](body));
    },
    append: async (connectionId, messages) => {
      const before = stored.size;
      for (const { deliveryKey, payload } of messages) {
        const key = `${connectionId} ${deliveryKey}`;
        if (!stored.has(key)) stored.set(key, payload);
      }
      for (const look of waiting) look();
      return stored.size - before;
    },
  };
  const log =
    (level: keyof Logger) =>
    (fields: Record<string, unknown>, message: string): void => {
      logged.push({ level, fields, message });
    };
  const app = express();
  const router = createWebhookRouter(connections, options.inbox ?? inMemory, {
    clock: { now: options.now ?? (() => new Date()) },
    logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    publicBaseUrl: options.publicBaseUrl ?? null,
  });
  app.use('/webhooks', router);
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stored,
    logged,
    received: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (stored.size < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
