import { ConfigError } from '../../core/domain/errors.ts';

/** What a verifier looks at. */
export interface WebhookRequest {
  /** As received, e.g. "POST". */
  method: string;
  /** The address as the vendor called it: the configured public base URL, then path and query as received. */
  url: string;
  /** Names in lower case, as Node gives them. */
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The bytes that came, never re-serialised. */
  rawBody: Buffer;
}

/** Tells whether a request comes from the vendor of one connection. */
export interface Verifier {
  /**
   * Returns when the request is genuine and recent at `now`.
   *
   * @throws WebhookVerificationError whose message is for our log alone: the sender gets no reason
   */
  verify(request: WebhookRequest, now: Date): void;
}

/**
 * The live secrets of a connection: the current one and, while it is being rotated, the one before. Refuses none at all and empty
 * ones, with which any sender could sign.
 *
 * @throws ConfigError
 */
export function liveSecrets(secrets: readonly string[], what: string): readonly string[] {
  if (secrets.length > 0 && secrets.every((secret) => secret.trim() !== '')) return [...secrets];
  throw new ConfigError([
    {
      path: what,
      expected: 'at least one secret, and none of them empty',
      found: secrets.length === 0 ? 'none' : 'an empty one',
      remedy: 'Set it in the environment, or leave webhooks of this connection off.',
    },
  ]);
}

/** The one value of a header; undefined when it is absent, empty or repeated. */
export function headerOf(request: WebhookRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
