import { Router } from 'express';
import type { Database } from '../../core/ports/database.ts';
import { createAccounts } from '../../core/store/accounts.ts';
import type { ServerParts } from '../../webhooks/server.ts';

/** A store in which nothing is. */
const EMPTY = { query: async () => [] } as unknown as Database;

/** A server whose webhooks alone are under test: nobody has an account, and neither console nor handbook is built. */
export const WITHOUT_API: Omit<ServerParts, 'queries' | 'webhooks' | 'logger'> = {
  hubspotApp: Router(),
  api: { router: Router(), close: async () => undefined },
  apiTokenHash: 'none',
  accounts: createAccounts(EMPTY, { clock: { now: () => new Date() } }),
  consoleFolder: '',
  handbookFolder: 'not-built',
  connections: async () => [],
  signIns: null,
  publicBaseUrl: null,
};
