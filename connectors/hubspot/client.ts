import { Client } from '@hubspot/api-client';
import type { z } from 'zod';
import {
  AuthError,
  RateLimitError,
  type StaypowerError,
  UnknownOutcomeError,
  VendorError,
} from '../../core/domain/errors.ts';
import type { Logger } from '../../core/ports/logger.ts';
import { retrying } from '../http/retry.ts';
import { errorOfAnswer, errorOfSilence } from './errors.ts';
import type { CallKind, Limits } from './limits.ts';

/** One call of the API. */
interface Call<T> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base address, e.g. "/crm/objects/2026-09/contacts". */
  path: string;
  query?: Readonly<Record<string, string>>;
  body?: unknown;
  /** Reads the answer's body. */
  reply: z.ZodType<T>;
  /** Which limit it falls under; 'general' where absent. */
  kind?: CallKind;
  /** It makes something new: after silence it throws UnknownOutcomeError rather than being sent again. */
  creates?: boolean;
}

/** Calls HubSpot within its limits. */
export interface HubSpotClient {
  /**
   * Sends a call, again while that is safe and worth waiting for, and reads its answer.
   *
   * @throws AuthError, RateLimitError, VendorError, UnknownOutcomeError
   */
  call<T>(call: Call<T>): Promise<T>;
}

/** Access tokens that expire. */
export interface AccessTokens {
  /** The present one. Throws AuthError. */
  current(): Promise<string>;
  /** Another than the one that was refused. Throws AuthError. */
  renew(refused: string): Promise<string>;
}

export interface ClientOptions {
  /** Null is HubSpot itself. */
  baseUrl: string | null;
  /** A token that stays, or tokens that are renewed. */
  accessToken: string | AccessTokens;
  limits: Limits;
  logger: Logger;
  /** 0 = somebody waits for it, 5 = a batch. */
  priority: number;
  /** A call without an answer is given up after this long. */
  timeoutMs: number;
  /** Shortest wait before a call is repeated. */
  firstRetryDelayMs?: number;
}

/**
 * A client on HubSpot's SDK. Of the SDK only `apiRequest` is used: its typed methods call versions that end in 2027, and its
 * limiter and its retry are shared by all clients of a process and repeat what creates. `apiRequest` throws on no status, waits for
 * ever and limits nothing: all that is here.
 */
export function createClient(options: ClientOptions): HubSpotClient {
  const { limits, logger, priority, timeoutMs } = options;
  // Without a token of its own: it would have to be built anew for each.
  const sdk = new Client({
    ...(options.baseUrl !== null && { basePath: options.baseUrl.replace(/\/$/, '') }),
  });

  const send = async <T>(call: Call<T>, accessToken: string): Promise<T> => {
    const { method, path, query, body, kind = 'general' } = call;
    const failed = { method, path, creates: call.creates ?? false };
    let answer: { status: number; headers: Headers; text: string };
    try {
      answer = await within(timeoutMs, async () => {
        const response = await sdk.apiRequest({
          method,
          path,
          headers: { Authorization: `Bearer ${accessToken}` },
          ...(query && { qs: query }),
          ...(body !== undefined && { body }),
        });
        return { status: response.status, headers: response.headers, text: await response.text() };
      });
    } catch (cause) {
      throw errorOfSilence(cause, failed);
    }
    limits.observe(answer.headers);
    const json = answer.status === 204 ? null : parsed(answer.text);
    if (answer.status < 200 || answer.status > 299) {
      const error = errorOfAnswer(answer.status, answer.headers, json, failed);
      if (error instanceof RateLimitError && error.scope === 'burst') limits.pauseFor(kind, error.retryAfterMs);
      throw error;
    }
    // A proxy's page with a friendly status is no answer of HubSpot's.
    if (json === undefined) throw errorOfSilence(new Error('the answer is not JSON'), failed);
    const read = call.reply.safeParse(json);
    if (read.success) return read.data;
    throw unreadable(call, answer.status, read.error.issues[0]?.path.map(String).join('.') ?? '');
  };

  const inTurn = <T>(call: Call<T>, accessToken: string) =>
    limits.run(call.kind ?? 'general', priority, () => send(call, accessToken));
  /** A call whose token was refused was not executed: it goes out once more with another, and no third time. */
  const authorized = async <T>(call: Call<T>): Promise<T> => {
    const { accessToken: tokens } = options;
    if (typeof tokens === 'string') return inTurn(call, tokens);
    const token = await tokens.current();
    try {
      return await inTurn(call, token);
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      return inTurn(call, await tokens.renew(token));
    }
  };

  return {
    call: (call) =>
      retrying(() => authorized(call), {
        ...(options.firstRetryDelayMs !== undefined && { firstDelayMs: options.firstRetryDelayMs }),
        onRetry: (error, attempt) =>
          logger.warn({ vendor: 'hubspot', path: call.path, code: error.code, attempt }, 'call is tried again'),
      }),
  };
}

async function within<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      work(),
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

/** The body as JSON; undefined when it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function unreadable<T>(call: Call<T>, status: number, field: string): StaypowerError {
  const message = `HubSpot's answer to ${call.method} ${call.path} could not be read at ${field || 'its root'}. If it stays so, the API has changed: update the connector.`;
  // It was done, but what was made is not known.
  if (call.creates) return new UnknownOutcomeError(message);
  return new VendorError(message, { retry: 'never', status, vendorCode: 'UNREADABLE' });
}
