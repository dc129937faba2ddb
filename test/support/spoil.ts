import type { WebhookRequest } from '../../webhooks/verify/verifier.ts';
import type { SignedBy } from './verifiers.ts';

/** The secret that is live, and one that was. */
export const SECRET = 'current-secret-0123456789';
const OLD_SECRET = 'older-secret-9876543210';
/** When the genuine message was sent, and is checked. */
export const SENT_AT = new Date('2026-06-01T12:00:00.000Z');
const URL = 'https://scores.example.com/webhooks/vendor/connection';
const MINUTE_MS = 60_000;

/** A message as the vendor sends it. */
export function genuine(by: SignedBy, given: Partial<Parameters<SignedBy['sign']>[0]> = {}): WebhookRequest {
  return by.sign({ secret: SECRET, method: 'POST', url: URL, body: by.body, at: SENT_AT, ...given });
}

/** The message spoilt in every way that its signature must tell, by name. */
export function spoilt(by: SignedBy): readonly [how: string, request: WebhookRequest][] {
  return [...spoiltProofs(by), ...spoiltBodies(by), ...spoiltAddresses(by), ...spoiltTimes(by)];
}

function spoiltProofs(by: SignedBy): [string, WebhookRequest][] {
  const request = genuine(by);
  const proof = proofOf(by, request);
  const swapped = [...proof].map((each) => (each === each.toLowerCase() ? each.toUpperCase() : each.toLowerCase()));
  const middle = proof.length >> 1;
  const proofs: Readonly<Record<string, string | null>> = {
    'proof missing': null,
    'proof empty': '',
    'proof of blanks': '   ',
    'proof "undefined"': 'undefined',
    'proof "null"': 'null',
    'proof "NaN"': 'NaN',
    'proof cut by one': proof.slice(0, -1),
    'proof cut by half': proof.slice(0, middle),
    'proof without its beginning': proof.slice(1),
    'proof twice': proof + proof,
    'proof listed twice': `${proof},${proof}`,
    'proof in quotes': `"${proof}"`,
    'proof with a scheme': `sha256=${proof}`,
    'proof with its version': `v1,${proof}`,
    'proof backwards': [...proof].reverse().join(''),
    'proof in the other case': swapped.join(''),
    'first character altered': `${proof[0] === 'a' ? 'b' : 'a'}${proof.slice(1)}`,
    'middle character altered': `${proof.slice(0, middle)}${proof[middle] === 'a' ? 'b' : 'a'}${proof.slice(middle + 1)}`,
    'last character altered': `${proof.slice(0, -1)}${proof.endsWith('a') ? 'b' : 'a'}`,
    'emoji instead of a proof': '🎈'.repeat(proof.length),
    'emoji in the proof': `${proof.slice(0, middle)}🎈${proof.slice(middle)}`,
    'NUL behind the proof': `${proof}\0`,
    'invisible character behind the proof': `${proof}\u200b`,
    'lone surrogate': '\ud800',
    'proof of 100,000 characters': proof.repeat(Math.ceil(100_000 / proof.length)),
  };
  const others: [string, WebhookRequest][] = [
    ['the old secret', genuine(by, { secret: OLD_SECRET })],
    ['no secret', genuine(by, { secret: '' })],
    ['the secret but for its last character', genuine(by, { secret: SECRET.slice(0, -1) })],
  ];
  if (by.proof !== null) {
    others.push([
      'the proof in two headers',
      { ...request, headers: { ...request.headers, [by.proof]: [proof, proof] } },
    ]);
  }
  return [
    ...Object.entries(proofs).map(([how, each]): [string, WebhookRequest] => [how, withProof(by, request, each)]),
    ...others,
  ];
}

function spoiltBodies(by: SignedBy): [string, WebhookRequest][] {
  if (!by.covers.body) return [];
  const request = genuine(by);
  const altered = Buffer.from(by.body);
  altered[altered.length >> 1] = (altered[altered.length >> 1] ?? 0) ^ 1;
  const bodies: Readonly<Record<string, Buffer>> = {
    'body empty': Buffer.alloc(0),
    'body cut by one': by.body.subarray(0, -1),
    'body with a line end': Buffer.concat([by.body, Buffer.from('\n')]),
    'body with a byte order mark': Buffer.concat([Buffer.from('\ufeff'), by.body]),
    'body with a bit altered': altered,
    'body with an emoji': Buffer.concat([by.body, Buffer.from('🎈')]),
    'body twice': Buffer.concat([by.body, by.body]),
    'body written anew': Buffer.from(JSON.stringify(JSON.parse(by.body.toString()), null, 1)),
    'body of another message': Buffer.from(by.body.toString().replace('1', '2')),
  };
  return Object.entries(bodies).map(([how, rawBody]) => [how, { ...request, rawBody }]);
}

function spoiltAddresses(by: SignedBy): [string, WebhookRequest][] {
  const request = genuine(by);
  const urls: Readonly<Record<string, string>> = {
    'another host': request.url.replace('scores.', 'evil.'),
    'another path': `${request.url}x`,
    'a query': `${request.url}?a=1`,
    'plain http': request.url.replace('https:', 'http:'),
    'another port': request.url.replace('.com/', '.com:8443/'),
  };
  return [
    ...(by.covers.url
      ? Object.entries(urls).map(([how, url]): [string, WebhookRequest] => [how, { ...request, url }])
      : []),
    ...(by.covers.method
      ? ['PUT', 'GET', 'post', ''].map((method): [string, WebhookRequest] => [
          `method "${method}"`,
          { ...request, method },
        ])
      : []),
  ];
}

function spoiltTimes(by: SignedBy): [string, WebhookRequest][] {
  const { time } = by;
  if (time === null) return [];
  const request = genuine(by);
  const at = SENT_AT.getTime();
  const times = [
    '',
    'NaN',
    'Infinity',
    '-1',
    'soon',
    `${at}.0`,
    ` ${at}`,
    '1e13',
    '0x1',
    `${at / 1000}`,
    `${at + 1}`,
    '🎈',
  ];
  const { [time]: _, ...without } = request.headers;
  return [
    ['time missing', { ...request, headers: without }],
    ...times.map((each): [string, WebhookRequest] => [
      `time "${each}"`,
      { ...request, headers: { ...request.headers, [time]: each } },
    ]),
    ['stale, rightly signed', genuine(by, { at: new Date(at - 5 * MINUTE_MS - 1) })],
    ['of the future, rightly signed', genuine(by, { at: new Date(at + 5 * MINUTE_MS + 1) })],
  ];
}

function proofOf(by: SignedBy, request: WebhookRequest): string {
  return by.proof === null ? request.url.slice(URL.length + 1) : String(request.headers[by.proof]);
}

function withProof(by: SignedBy, request: WebhookRequest, proof: string | null): WebhookRequest {
  if (by.proof === null) return { ...request, url: proof === null ? URL : `${URL}/${proof}` };
  const { [by.proof]: _, ...without } = request.headers;
  return { ...request, headers: proof === null ? without : { ...without, [by.proof]: proof } };
}
