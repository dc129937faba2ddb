import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a receiver does with one call. */
export type Reaction =
  /** Takes it and says so. */
  | 'take'
  /** Takes it, and the answer gets lost. */
  | 'lose-reply'
  /** Takes nothing, and cuts the connection. */
  | 'cut'
  /** Takes nothing and answers so. */
  | { status: number; headers?: Readonly<Record<string, string>>; body?: string };

/** One call as it came. */
export interface ReceivedCall {
  headers: IncomingHttpHeaders;
  body: string;
  reaction: Reaction;
}

/** An endpoint on a loopback port that keeps message ids, as receivers of Standard Webhooks are told to. */
export interface WebhookReceiver {
  url: string;
  /** Every call, in order. */
  readonly calls: readonly ReceivedCall[];
  /** The bodies it took, each message id once, in order. */
  readonly taken: readonly { id: string; body: string }[];
  /** Reactions to the next calls; then it takes everything. */
  readonly reactions: Reaction[];
  /** Forgets what came. */
  reset(): void;
  close(): Promise<void>;
}

/** Starts a receiver. */
export async function startReceiver(): Promise<WebhookReceiver> {
  const calls: ReceivedCall[] = [];
  const taken = new Map<string, string>();
  const reactions: Reaction[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const reaction = reactions.shift() ?? 'take';
    const id = String(request.headers['webhook-id']);
    calls.push({ headers: request.headers, body, reaction });
    if ((reaction === 'take' || reaction === 'lose-reply') && !taken.has(id)) taken.set(id, body);
    if (reaction === 'take') response.end('ok');
    else if (typeof reaction === 'string') request.socket.destroy();
    else response.writeHead(reaction.status, reaction.headers).end(reaction.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/staypower`,
    calls,
    reactions,
    get taken() {
      return [...taken].map(([id, body]) => ({ id, body }));
    },
    reset: () => {
      calls.length = 0;
      reactions.length = 0;
      taken.clear();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
