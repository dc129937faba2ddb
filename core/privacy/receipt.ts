import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { DataError } from '../domain/errors.ts';
import { stableJson } from '../domain/stable-json.ts';

const FORMAT = 1;

const contentSchema = z.strictObject({
  staypower: z.literal('erasure-receipt'),
  format: z.literal(FORMAT),
  erasureId: z.string(),
  workspace: z.string(),
  /** Who asked: "operator", or the connection whose vendor did. */
  requestedBy: z.string(),
  /** When the store was cleaned, and when the last vendor had confirmed. */
  erasedAt: z.string(),
  completedAt: z.string(),
  /** Keyed hashes of the person's records, addresses and ids. */
  subject: z.array(z.string()),
  /** Rows removed, by table; messages are kept as empty, so that a repeated one is still known. */
  removed: z.record(z.string(), z.number().int()),
  messagesEmptied: z.number().int(),
  /** Records whose fields were cleared at each connection, people it was asked to delete and suppress, and codes of what it refused. */
  vendors: z.array(
    z.strictObject({
      connectionId: z.string(),
      cleared: z.number().int(),
      forgotten: z.number().int(),
      refused: z.array(z.string()),
    }),
  ),
  /** Models that were fitted while the person was on record: the next training replaces them. */
  modelsToReplace: z.array(z.string()),
});

const receiptSchema = z.strictObject({
  ...contentSchema.shape,
  signature: z.strictObject({ algorithm: z.literal('Ed25519'), publicKey: z.string(), value: z.string() }),
});

/** What an erasure did, without anything that names the person. */
export type ReceiptContent = z.output<typeof contentSchema>;

/** A signed receipt of an erasure. */
export type Receipt = z.output<typeof receiptSchema>;

/** A pair of keys that signs receipts; base64 of PKCS #8 and SPKI. */
export interface SigningKeys {
  privateKey: string;
  publicKey: string;
}

/** Makes a pair of Ed25519 keys (RFC 8032). */
export function newSigningKeys(): SigningKeys {
  const pair = generateKeyPairSync('ed25519');
  return {
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    publicKey: pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  };
}

/** Signs the stable JSON of a receipt. */
export function signReceipt(content: ReceiptContent, keys: SigningKeys): Receipt {
  const key = createPrivateKey({ key: Buffer.from(keys.privateKey, 'base64'), type: 'pkcs8', format: 'der' });
  const value = sign(null, Buffer.from(stableJson(content)), key).toString('base64');
  return { ...content, signature: { algorithm: 'Ed25519', publicKey: keys.publicKey, value } };
}

/**
 * Reads a receipt and checks that it is unchanged and signed with this public key.
 *
 * @throws DataError when it is no receipt, was signed by another key, or was changed since
 */
export function verifyReceipt(text: string, publicKey: string): Receipt {
  const refuse = (field: string, expected: string): never => {
    throw new DataError({
      field,
      expected,
      remedy: 'take the file that "staypower erase" wrote, unchanged, and the workspace that wrote it',
    });
  };
  let parsed: ReturnType<typeof receiptSchema.safeParse>;
  try {
    parsed = receiptSchema.safeParse(JSON.parse(text));
  } catch {
    return refuse('receipt', 'JSON');
  }
  if (!parsed.success) {
    return refuse(parsed.error.issues[0]?.path.map(String).join('.') || 'receipt', 'a receipt of an erasure');
  }
  const { signature, ...content } = parsed.data;
  if (signature.publicKey !== publicKey) return refuse('signature.publicKey', "this workspace's key");
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), type: 'spki', format: 'der' });
  if (!verify(null, Buffer.from(stableJson(content)), key, Buffer.from(signature.value, 'base64'))) {
    return refuse('signature.value', 'the signature of this content');
  }
  return parsed.data;
}
