import type { Keyring, Sealed } from './keyring.ts';

/** A secret of an endpoint as the store keeps it. */
export interface SealedSecret extends Sealed {
  /** When it stops signing; null for the newest. */
  endsAt: string | null;
}

/** For so long after a rotation messages are signed by the old secret too. */
const OVERLAP_MS = 24 * 3_600_000;

/** Those that still sign. */
export function liveSecrets(secrets: readonly SealedSecret[], now: Date): readonly SealedSecret[] {
  return secrets.filter(({ endsAt }) => endsAt === null || Date.parse(endsAt) > now.getTime());
}

/** A new secret, sealed for its endpoint and no other. */
export function sealSecret(keyring: Keyring, secret: string, endpointId: string): SealedSecret {
  return { ...keyring.seal(secret, aboutEndpoint(endpointId)), endsAt: null };
}

/** Throws ConfigError when a secret's key is not on the ring any more. */
export function openSecret(keyring: Keyring, secret: SealedSecret, endpointId: string): string {
  return keyring.open(secret, aboutEndpoint(endpointId));
}

/** The same secret under the first key of the ring. */
export function sealedAnew(keyring: Keyring, secret: SealedSecret, endpointId: string): SealedSecret {
  return { ...sealSecret(keyring, openSecret(keyring, secret, endpointId), endpointId), endsAt: secret.endsAt };
}

/** The secrets once a new one leads: the one before it ends after the overlap, and what has ended is dropped. */
export function withNewSecret(
  secrets: readonly SealedSecret[],
  newest: SealedSecret,
  now: Date,
): { secrets: readonly SealedSecret[]; oldUntil: string } {
  const oldUntil = new Date(now.getTime() + OVERLAP_MS).toISOString();
  const old = liveSecrets(secrets, now).map((secret) => ({ ...secret, endsAt: secret.endsAt ?? oldUntil }));
  return { secrets: [newest, ...old], oldUntil };
}

function aboutEndpoint(endpointId: string): string {
  return `webhook endpoint ${endpointId}`;
}
