/**
 * A process that follows Salesforce until it is killed. With DIE_AFTER it kills itself (SIGKILL: nothing is cleaned up) as soon as so
 * many batches are on disk and their position is not.
 */
import { createSalesforce, salesforceSettingsSchema } from '../../connectors/salesforce/index.ts';
import { startFollowing } from '../../core/pipeline/follow.ts';
import type { Inbox } from '../../core/ports/inbox.ts';
import { createInbox } from '../../core/store/inbox.ts';
import { openStore } from '../../core/store/open.ts';

const { DATABASE_URL = '', WORKSPACE = '', SALESFORCE_URL = '', PUBSUB_URL = '', DIE_AFTER = '' } = process.env;
const clock = { now: () => new Date() };
const silent = () => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };

const database = await openStore({ databaseUrl: DATABASE_URL, folder: '', workspace: WORKSPACE });
const inbox = createInbox(database, clock.now);
let left = DIE_AFTER === '' ? Number.POSITIVE_INFINITY : Number(DIE_AFTER);
const mortal: Inbox = {
  ...inbox,
  append: async (connectionId, messages) => {
    const added = await inbox.append(connectionId, messages);
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
    return added;
  },
};
const connector = createSalesforce(
  { connectionId: 'salesforce', clock, logger, timeZone: 'UTC', currency: 'USD' },
  salesforceSettingsSchema.parse({ loginUrl: SALESFORCE_URL, pubSub: { url: PUBSUB_URL } }),
  { clientId: 'sandbox-client', clientSecret: 'sandbox-secret' },
);
startFollowing({ database, connectors: [connector], inbox: mortal, clock, random: { next: () => 0.5 }, logger });
process.send?.('following');
