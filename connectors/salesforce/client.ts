import jsforce, { type HttpMethods, type HttpResponse } from 'jsforce';
import type { CallUsage } from '../../core/domain/call-usage.ts';
import { AuthError, StaypowerError } from '../../core/domain/errors.ts';
import type { Grant } from '../../core/ports/grants.ts';
import type { ConnectorContext } from '../http/context.ts';
import { createGrantAccess } from '../http/grant-access.ts';
import { PRIORITY } from '../http/limiter.ts';
import { retrying } from '../http/retry.ts';
import { API_VERSION } from './api-versions.ts';
import {
  type Authenticator,
  createAuthenticator,
  grantAuthenticator,
  type SalesforceSecrets,
  type Session,
} from './auth.ts';
import { errorOf, noAnswer } from './errors.ts';
import { callLimiter, organisationBudget } from './limits.ts';
import { refreshSalesforce } from './oauth.ts';
import type { SalesforceSettings } from './settings.ts';
import { oneExchange } from './transport.ts';

/** One call to the REST API. */
interface Call {
  method: HttpMethods;
  /** From the version's root ("/query?q=…") or from the host ("/services/data/v66.0/…"). */
  path: string;
  /** JSON, or text for CSV. */
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  /** True when the call creates something and may not be repeated blindly: no answer is an UnknownOutcomeError. */
  creates?: boolean;
  /** 0 for a live event, 5 (the default) for a batch. */
  priority?: number;
}

/** What came back. */
interface Reply {
  /** Parsed JSON, or the text of a CSV; undefined for an empty answer. */
  body: unknown;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
}

/** Calls one organisation: within its limits, with a living session, repeated where that is safe. */
export interface SalesforceClient {
  /** Throws the errors of the domain and no others. */
  call(call: Call): Promise<Reply>;
  /** Whom we are there. Logs in at first. */
  session(): Promise<Session>;
  /** A session other than the one that was refused. */
  renew(refused: Session): Promise<Session>;
  /** The time at Salesforce as far as known, never later than ours: what a watermark may be made from. */
  serverNow(): Date;
  /** What replies said of the calls of 24 hours; null before one did. */
  usage(): CallUsage | null;
}

/** A query may run for two minutes; an upload takes its time. */
const TIMEOUT_MS = 5 * 60_000;
/** Names us in the change events of our own writes (changeOrigin). */
export const CLIENT_NAME = 'Staypower';

/** Builds the client of one connection. */
export function createClient(
  context: ConnectorContext,
  settings: SalesforceSettings,
  secrets: SalesforceSecrets,
): SalesforceClient {
  const { clock, logger, connectionId } = context;
  const authenticator = authenticatorOf(context, settings, secrets);
  const limiter = callLimiter();
  const budget = organisationBudget(settings.dailyCallReserve, clock);
  let behindMs = 0;
  const noted = (response: HttpResponse) => {
    budget.note(response.headers['sforce-limit-info'] ?? '');
    const theirs = Date.parse(response.headers['date'] ?? '');
    if (!Number.isNaN(theirs)) behindMs = Math.min(0, theirs - clock.now().getTime());
  };
  return {
    call: (call) =>
      retrying(
        () => {
          budget.take(call.priority ?? PRIORITY.batch);
          return limiter.run(() => inSession(authenticator, call, noted), { priority: call.priority ?? 5 });
        },
        {
          onRetry: (error, attempt) =>
            logger.debug({ connectionId, code: error.code, attempt }, 'a call to Salesforce is repeated'),
        },
      ),
    session: () => authenticator.session(),
    renew: (refused) => authenticator.renew(refused),
    serverNow: () => new Date(clock.now().getTime() + behindMs),
    usage: budget.usage,
  };
}

function authenticatorOf(
  { clock, connectionId }: ConnectorContext,
  settings: SalesforceSettings,
  secrets: SalesforceSecrets,
): Authenticator {
  const login = createAuthenticator(settings.loginUrl, secrets, clock);
  if (!('clientSecret' in secrets) || secrets.grants === undefined) return login;
  const refresh = (grant: Grant) => refreshSalesforce(settings, secrets, grant);
  return grantAuthenticator(createGrantAccess(connectionId, secrets.grants, refresh, clock), login);
}

/** Makes the call, once more with a new session when the present one is refused. A refused call was not executed. */
async function inSession(
  authenticator: Authenticator,
  call: Call,
  noted: (response: HttpResponse) => void,
): Promise<Reply> {
  const session = await authenticator.session();
  try {
    return await send(session, call, noted);
  } catch (error) {
    if (!(error instanceof AuthError) || error.revoked) throw error;
    return send(await authenticator.renew(session), call, noted);
  }
}

const connections = new WeakMap<Session, InstanceType<typeof jsforce.Connection>>();

function connectionOf(session: Session) {
  let connection = connections.get(session);
  if (!connection) {
    const { accessToken, instanceUrl } = session;
    connection = new jsforce.Connection({
      accessToken,
      instanceUrl,
      version: API_VERSION,
      callOptions: { client: CLIENT_NAME },
    });
    connections.set(session, connection);
  }
  return connection;
}

/** jsforce is given no refresh function: it would send again for ever while a fresh token is refused too. */
async function send(session: Session, call: Call, noted: (response: HttpResponse) => void): Promise<Reply> {
  const connection = connectionOf(session);
  const named = `${call.method} ${call.path.split('?')[0]}`;
  const creates = call.creates === true;
  let headers: Readonly<Record<string, string>> = {};
  const transport = oneExchange(TIMEOUT_MS, (response) => {
    noted(response);
    headers = response.headers;
    if (response.statusCode >= 400) {
      throw errorOf({ request: named, status: response.statusCode, body: response.body, creates });
    }
  });
  const isText = typeof call.body === 'string';
  try {
    const body = await connection.request(
      {
        method: call.method,
        url: call.path,
        headers: { 'content-type': isText ? 'text/csv' : 'application/json', ...call.headers },
        ...(call.body === undefined ? {} : { body: isText ? String(call.body) : JSON.stringify(call.body) }),
      },
      { transport, ...(call.headers?.['accept'] === 'text/csv' ? { responseType: 'text/plain' } : {}) },
    );
    return { body, headers };
  } catch (error) {
    throw error instanceof StaypowerError ? error : noAnswer(named, creates, error);
  }
}
