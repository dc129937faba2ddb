import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StoreError } from '../core/domain/errors.ts';

/** Where a server listens. 127.0.0.1 unless told otherwise: a reverse proxy that ends TLS stands in front in production. */
export interface Address {
  host: string;
  /** 0 takes a free one. */
  port: number;
}

/** A listening server. */
export interface Server {
  /** e.g. "http://127.0.0.1:8080" */
  url: string;
  close(): Promise<void>;
}

/**
 * Listens. `ending` is called first when the server closes, to end what would keep its connections open.
 *
 * @throws StoreError when the port is taken
 */
export async function listenOn(
  application: RequestListener,
  { host, port }: Address,
  ending: () => Promise<void> = async () => undefined,
): Promise<Server> {
  const server = createServer(application);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new StoreError(
              `Port ${port} on ${host} is taken. Stop what listens there, or choose another with --port.`,
              { retry: 'never', cause: error },
            )
          : error,
      ),
    );
    server.listen(port, host, resolve);
  });
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await ending();
      server.closeIdleConnections();
      await closed;
    },
  };
}
