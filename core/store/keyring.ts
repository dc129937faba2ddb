import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { ConfigError } from '../domain/errors.ts';

/** A secret as it is kept, and which key opens it. */
export interface Sealed {
  keyId: string;
  /** base64url of nonce (12 bytes), tag (16 bytes) and ciphertext. */
  sealed: string;
}

/** Encrypts what the store must not hold in the clear: AES-256-GCM. */
export interface Keyring {
  /** The key that seals from now on. */
  readonly keyId: string;
  /** @param about what it belongs to: what was sealed for one thing does not open as another */
  seal(secret: string, about: string): Sealed;
  /** @throws ConfigError when its key is not on the ring, or the text was altered */
  open(sealed: Sealed, about: string): string;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VARIABLE = 'STAYPOWER_KEY';

/**
 * A ring of keys, 32 bytes each in base64 or hex. The first seals, all open: a new key goes before the old one, which may go once
 * everything is sealed anew.
 *
 * @throws ConfigError when there is no key, or one is not 32 bytes long
 */
export function createKeyring(keys: readonly string[]): Keyring {
  const ring = new Map(keys.map((text, index) => keyOf(text, index, keys.length)).map((key) => [idOf(key), key]));
  const [first] = ring;
  if (first === undefined) {
    throw new ConfigError([
      {
        path: VARIABLE,
        expected: 'a key of 32 bytes',
        found: 'nothing',
        remedy: 'Make one with "openssl rand -base64 32".',
      },
    ]);
  }
  const [keyId, sealing] = first;
  return {
    keyId,
    seal: (secret, about) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealing, nonce).setAAD(Buffer.from(about));
      const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return { keyId, sealed: Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url') };
    },
    open: ({ keyId: wanted, sealed }, about) => {
      const key = ring.get(wanted);
      if (key === undefined) {
        throw unopened(
          `the key ${wanted}, which sealed the tokens in this store`,
          `the keys ${[...ring.keys()].join(', ')}`,
        );
      }
      const bytes = Buffer.from(sealed, 'base64url');
      const nonce = bytes.subarray(0, NONCE_BYTES);
      const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
          .setAAD(Buffer.from(about))
          .setAuthTag(tag);
        return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        throw unopened('tokens as they were sealed', 'a row that was altered or moved');
      }
    },
  };
}

function keyOf(text: string, index: number, count: number): Buffer {
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (key.length === KEY_BYTES) return key;
  throw new ConfigError([
    {
      path: VARIABLE,
      expected: `${count > 1 ? 'keys' : 'a key'} of 32 bytes in base64 or hex`,
      found: `${key.length} bytes${count > 1 ? ` in key ${index + 1}` : ''}`,
      remedy: 'Make one with "openssl rand -base64 32".',
    },
  ]);
}

/** A key's name: a part of its hash, so that a key names itself and its name gives nothing away. */
function idOf(key: Buffer): string {
  return createHash('sha256').update('staypower key').update(key).digest('hex').slice(0, 8);
}

function unopened(expected: string, found: string): ConfigError {
  return new ConfigError([
    {
      path: VARIABLE,
      expected,
      found,
      remedy:
        'Put the old key behind the new one, separated by a comma. If it is lost, connect again with "staypower connect".',
    },
  ]);
}
