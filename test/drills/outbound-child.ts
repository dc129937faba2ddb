/**
 * A process that sends webhooks until it is killed. Its clock runs SPEED times as fast as the wall's, so that pauses of minutes are
 * pauses of seconds.
 */
import { seededRandom } from '../../core/math/random.ts';
import { createKeyring } from '../../core/store/keyring.ts';
import { openStore } from '../../core/store/open.ts';
import { createDeliveryQueue } from '../../core/store/webhook-deliveries.ts';
import { createPost, resolveHost } from '../../webhooks/outbound/post.ts';
import { startSender } from '../../webhooks/outbound/sender.ts';

const { DATABASE_URL = '', WORKSPACE = '', STAYPOWER_KEY = '', SPEED = '1', STARTED_AT = '0' } = process.env;
const started = Number(STARTED_AT);
const clock = { now: () => new Date(started + (Date.now() - started) * Number(SPEED)) };
const silent = () => undefined;

const database = await openStore({ databaseUrl: DATABASE_URL, folder: '', workspace: WORKSPACE });
const sender = await startSender({
  queue: createDeliveryQueue(database, { clock, keyring: () => createKeyring([STAYPOWER_KEY]) }),
  post: createPost({ allowLoopback: true, resolve: resolveHost }),
  clock,
  random: seededRandom(process.pid),
  logger: { debug: silent, info: silent, warn: silent, error: silent },
});
process.send?.('sending');
// Its own timers run at the wall's pace.
for (;;) {
  await sender.settled();
  await new Promise((resolve) => setTimeout(resolve, 50));
}
