import pg from 'pg';

/** A lost connection is opened again after so long, again and again. */
const RECONNECT_MS = 1_000;

/**
 * Listens on a connection of its own. When that is lost (the server was restarted) another is opened, and `wake` is called once for
 * whatever was told in between.
 *
 * @returns the way to stop
 * @throws whatever the first connection fails with
 */
export async function listenFor(
  options: pg.ClientConfig,
  channel: string,
  wake: () => void,
): Promise<() => Promise<void>> {
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;
  let current: pg.Client | null = null;

  const open = async () => {
    const client = new pg.Client(options);
    current = client;
    client.on('error', () => undefined);
    client.on('notification', wake);
    client.on('end', () => {
      if (current === client) later();
    });
    await client.connect();
    await client.query(`listen ${pg.escapeIdentifier(channel)}`);
  };
  const later = () => {
    if (stopped || timer) return;
    timer = setTimeout(() => {
      timer = null;
      open().then(wake, later);
    }, RECONNECT_MS);
    timer.unref();
  };

  await open();
  return async () => {
    stopped = true;
    if (timer) clearTimeout(timer);
    await (current as pg.Client | null)?.end().catch(() => undefined);
  };
}
