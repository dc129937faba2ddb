import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { DataError } from '../../core/domain/errors.ts';
import { type AddressRule, assertAllowedUrl, hostOf, isAllowedAddress } from './allowed-address.ts';

/** What came of a call: the answer's status and Retry-After, or why there was none. */
export type PostOutcome = { status: number; retryAfter: string | null } | { status: null; error: string };

/** Sends a body to an address, once, following no redirect. Never throws. */
export type Post = (
  url: string,
  message: { headers: Readonly<Record<string, string>>; body: string },
  signal: AbortSignal,
) => Promise<PostOutcome>;

/** Finds the addresses of a name. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/** The system's resolver. */
export const resolveHost: Resolve = (host) => lookup(host, { all: true, verbatim: true });

/** A receiver has so long for everything, from the name's resolution to the end of its answer. */
const TIMEOUT_MS = 10_000;
/** So much of an answer is read, and thrown away; a receiver that says more is cut off. */
const MOST_ANSWER_BYTES = 16_384;

/**
 * Calls receivers whose addresses strangers chose. A name is resolved once; if any of its addresses is forbidden nothing is called; and
 * the connection goes to the very addresses that were looked at, so that an answer that changes in between (DNS rebinding) reaches
 * nobody else. TLS still checks the certificate against the name.
 */
export function createPost(options: AddressRule & { resolve: Resolve }): Post {
  return async (url, message, signal) => {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    try {
      assertAllowedUrl(url, options);
      const target = new URL(url);
      const addresses = await aborted(addressesOf(hostOf(target), options.resolve), limited);
      if (!addresses.every(({ address }) => isAllowedAddress(address, options))) {
        return { status: null, error: 'the name resolves to an address that is not on the public internet' };
      }
      return await send(target, addresses, message, limited);
    } catch (error) {
      return { status: null, error: reasonOf(error, limited) };
    }
  };
}

async function addressesOf(host: string, resolve: Resolve): Promise<readonly LookupAddress[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  const addresses = await resolve(host);
  if (addresses.length === 0) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
  return addresses;
}

function send(
  target: URL,
  addresses: readonly LookupAddress[],
  { headers, body }: { headers: Readonly<Record<string, string>>; body: string },
  signal: AbortSignal,
): Promise<PostOutcome> {
  return new Promise((resolve, reject) => {
    const request = (target.protocol === 'https:' ? requestHttps : requestHttp)(target, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      lookup: pinnedTo(addresses),
      // A connection of its own: one that is kept could have been opened before the address was looked at.
      agent: false,
      signal,
    });
    request.once('error', reject);
    request.once('response', (response) => {
      const outcome = { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] ?? null };
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MOST_ANSWER_BYTES) response.destroy();
      });
      // The status is the answer: it stands even where the rest is cut off, by the receiver or by us.
      response.once('error', () => resolve(outcome));
      response.once('close', () => resolve(outcome));
    });
    request.end(body);
  });
}

/** Gives the addresses that were looked at, whatever is asked for. */
function pinnedTo(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, options, done) => {
    const [first] = addresses;
    if (options.all) done(null, [...addresses]);
    else done(null, first?.address ?? '', first?.family ?? 0);
  };
}

/** A promise that ends with the signal, whatever it waits for. */
function aborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** For the delivery log: what to look for, without addresses. */
function reasonOf(error: unknown, signal: AbortSignal): string {
  if (error instanceof DataError) return error.message;
  if (signal.aborted) return `no answer within ${TIMEOUT_MS / 1000} seconds`;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return `no answer: ${code}`;
}
