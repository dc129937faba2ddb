import { Router } from 'express';
import type { ServerParts } from '../../webhooks/server.ts';

/** A server whose webhooks alone are under test. */
export const WITHOUT_API: Pick<ServerParts, 'api' | 'apiTokenHash' | 'connections' | 'signIns' | 'publicBaseUrl'> = {
  api: { router: Router(), close: async () => undefined },
  apiTokenHash: 'none',
  connections: async () => [],
  signIns: null,
  publicBaseUrl: null,
};
