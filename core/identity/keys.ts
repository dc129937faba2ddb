import { createHash } from 'node:crypto';
import type { ContactRecord } from '../domain/records.ts';

/** Why two records may be the same person. Phone numbers only confirm and therefore are no key. */
export type KeyType = 'email' | 'user-id' | 'anonymous-id' | 'vendor-merge';

/** One fact that joins records. `hash` never reveals the address or id. */
export interface IdentityKey {
  keyType: KeyType;
  hash: string;
}

/** Mailboxes of a role rather than a person: they never join records. */
const ROLE_MAILBOXES = new Set(
  'abuse accounting accounts admin billing contact enquiries finance hello help hr info it jobs mail marketing no-reply noreply office orders postmaster press purchasing reception sales service support team webmaster'.split(
    ' ',
  ),
);

/** An e-mail address trimmed and in lower case; null when it is none. Dots and plus tags are kept: they may be two people. */
export function normaliseEmail(text: string): string | null {
  const email = text.trim().toLowerCase();
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) ? email : null;
}

/** True for info@, sales@ and their like. */
export function isRoleAddress(email: string): boolean {
  return ROLE_MAILBOXES.has(email.slice(0, email.indexOf('@')));
}

/** The keys of a contact, without repeats. */
export function identityKeys(contact: ContactRecord): readonly IdentityKey[] {
  const keys = new Map<string, IdentityKey>();
  const add = (keyType: KeyType, value: string) => {
    const hash = createHash('sha256').update(`${keyType}\0${value}`).digest('base64url');
    keys.set(hash, { keyType, hash });
  };
  for (const text of contact.emails) {
    const email = normaliseEmail(text);
    if (email && !isRoleAddress(email)) add('email', email);
  }
  for (const id of contact.userIds) if (id.trim()) add('user-id', id.trim());
  for (const id of contact.anonymousIds) if (id.trim()) add('anonymous-id', id.trim());
  return [...keys.values()];
}
