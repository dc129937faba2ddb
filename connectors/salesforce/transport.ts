import { PassThrough } from 'node:stream';
import type { HttpRequest, HttpResponse } from 'jsforce';

/** What jsforce asks of a transport: one exchange, whole. */
export interface Transport {
  httpRequest(request: HttpRequest): Promise<HttpResponse> & { stream(): PassThrough };
}

/**
 * The transport handed to jsforce for one call. Its own has three faults: an answer that is cut in the middle ends the process (the
 * body stream has no error handler), its time-out does not cover the body, and it repeats GET requests by itself, up to six times.
 * This one makes exactly one exchange and fails as an exception.
 *
 * @param exchanged told of each reply, before jsforce reads it; what it throws fails the call
 */
export function oneExchange(timeoutMs: number, exchanged: (response: HttpResponse) => void): Transport {
  return {
    httpRequest: (request) => {
      const promise = exchange(request, timeoutMs).then((response) => {
        exchanged(response);
        return response;
      });
      // jsforce pipes what it is given here; nobody reads it.
      return Object.assign(promise, { stream: () => new PassThrough() });
    },
  };
}

async function exchange(request: HttpRequest, timeoutMs: number): Promise<HttpResponse> {
  const { 'content-length': _counted, ...headers } = request.headers ?? {};
  const response = await fetch(request.url, {
    method: request.method,
    headers,
    ...(typeof request.body === 'string' ? { body: request.body } : {}),
    signal: AbortSignal.timeout(timeoutMs),
  });
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
}
