import { createServer, type Server } from 'node:http';
import { AuthError, StaypowerError, StoreError } from '../core/domain/errors.ts';
import type { Connected, SignIn, SignIns } from '../core/ports/grants.ts';
import { answerCallback } from '../webhooks/oauth/callback.ts';

/** A place on this machine to which the vendor sends the browser back (RFC 8252, 7.3). */
export interface Loopback {
  /** What is registered with the app; "localhost", which alone the vendors take without https. */
  redirectUri: string;
  /** Waits for the callback of this sign-in, answers it with a page, and ends it. Throws AuthError when it fails or is late. */
  wait(signIns: SignIns, signIn: SignIn, begunBy: string): Promise<Connected>;
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1.
 *
 * @throws StoreError when the port is taken
 */
export async function listenForCallback(vendor: string, port: number): Promise<Loopback> {
  const path = `/oauth/${vendor}/callback`;
  const server = createServer((_req, res) => {
    res.writeHead(404).end();
  });
  await listening(server, port);
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  return {
    redirectUri: `http://localhost:${taken}${path}`,
    wait: (signIns, signIn, begunBy) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(
          () => reject(new AuthError('Nobody approved within ten minutes. Begin again.', { revoked: false })),
          Math.max(0, Date.parse(signIn.expiresAt) - Date.now()),
        );
        const state = new URL(signIn.authorizationUrl).searchParams.get('state');
        server.removeAllListeners('request');
        server.on('request', (req, res) => {
          const url = new URL(req.url ?? '/', 'http://localhost');
          // Whatever else comes to this port, such as a page that guesses it, neither ends the sign-in nor spoils it.
          if (req.method !== 'GET' || url.pathname !== path || url.searchParams.get('state') !== state) {
            res.writeHead(404).end();
            return;
          }
          answerCallback(signIns, vendor, url.searchParams, begunBy, null).then(({ status, html, outcome }) => {
            clearTimeout(late);
            res.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'referrer-policy': 'no-referrer' });
            res.end(html, () => (outcome instanceof StaypowerError ? reject(outcome) : resolve(outcome)));
          }, reject);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === 'EADDRINUSE'
          ? new StoreError(
              `Port ${port} on 127.0.0.1 is taken. If "staypower serve" runs there, connect through it (POST /oauth/VENDOR/start), or choose another port with --port and register its address with the app.`,
              { retry: 'never', cause },
            )
          : cause,
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
}
