import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createKeyring } from '../../core/store/keyring.ts';

const key = (fill: number) => Buffer.alloc(32, fill).toString('base64');
const SECRET = 'a token with an emoji 🔑 and 300 letters '.padEnd(300, 'x');

test.each([
  ['no key at all', [], /found nothing/],
  ['a key that is too short', [randomBytes(16).toString('base64')], /found 16 bytes/],
  ['a pass phrase', ['correct horse battery staple'], /expected a key of 32 bytes/],
  ['a second key that is none', [key(1), 'short'], /in key 2/],
])('%s is refused with how to make one, and without the key in the message', (_, keys, message) => {
  expect(() => createKeyring(keys)).toThrow(message);
  expect(() => createKeyring(keys)).toThrow(/openssl rand -base64 32/);
  for (const each of keys) expect(() => createKeyring(keys)).not.toThrow(each);
});

test('what was sealed for one thing does not open as another', () => {
  const ring = createKeyring([key(1)]);
  const sealed = ring.seal(SECRET, 'grant/hubspot');
  expect(ring.open(sealed, 'grant/hubspot')).toBe(SECRET);
  expect(() => ring.open(sealed, 'grant/salesforce')).toThrow(/altered or moved/);
});

test('no byte can be altered, and nothing cut off or put on', () => {
  const ring = createKeyring([key(1)]);
  const { keyId, sealed } = ring.seal('short', 'x');
  const bytes = Buffer.from(sealed, 'base64url');
  for (let at = 0; at < bytes.length; at += 1) {
    const altered = Buffer.from(bytes);
    altered[at] = (altered[at] ?? 0) ^ 1;
    expect(() => ring.open({ keyId, sealed: altered.toString('base64url') }, 'x')).toThrow(/altered/);
  }
  for (const cut of [
    bytes.subarray(0, -1),
    bytes.subarray(0, 12),
    Buffer.alloc(0),
    Buffer.concat([bytes, Buffer.alloc(1)]),
  ]) {
    expect(() => ring.open({ keyId, sealed: cut.toString('base64url') }, 'x')).toThrow(/altered/);
  }
});

test('the same secret is never sealed to the same text, and does not show in it', () => {
  const ring = createKeyring([key(1)]);
  const all = new Set(Array.from({ length: 100 }, () => ring.seal('token', 'x').sealed));
  expect(all.size).toBe(100);
  expect([...all].some((sealed) => Buffer.from(sealed, 'base64url').includes('token'))).toBe(false);
});

test('the first key seals and all open; without its key a text stays shut and the message names the key by id alone', () => {
  const old = createKeyring([key(1)]);
  const both = createKeyring([key(2), key(1)]);
  const late = createKeyring([Buffer.alloc(32, 2).toString('hex')]);
  const sealed = old.seal(SECRET, 'x');
  expect(both.open(sealed, 'x')).toBe(SECRET);
  expect(both.seal(SECRET, 'x').keyId).toBe(late.keyId);
  expect(late.open(both.seal(SECRET, 'x'), 'x')).toBe(SECRET);
  expect(() => late.open(sealed, 'x')).toThrow(new RegExp(`${old.keyId}.*staypower connect`));
});
