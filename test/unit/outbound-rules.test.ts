import { describe, expect, it } from 'vitest';
import { DataError } from '../../core/domain/errors.ts';
import type { DueDelivery, Receiver } from '../../core/ports/outbound.ts';
import { assertAllowedUrl, isAllowedAddress } from '../../webhooks/outbound/allowed-address.ts';
import { judge, KEEP_TRYING_MS } from '../../webhooks/outbound/retry.ts';
import { signedHeaders } from '../../webhooks/outbound/sign.ts';

const NOW = new Date('2026-06-01T12:00:00.000Z');
const delivery = (attempts: number, enqueuedMsAgo = 0): DueDelivery => ({
  endpointId: 'ep_1',
  customerId: 'c',
  eventId: 'msg_1',
  body: '{}',
  attempts,
  enqueuedAt: new Date(NOW.getTime() - enqueuedMsAgo).toISOString(),
});
const receiver = (failures = 0): Receiver => ({ endpointId: 'ep_1', url: 'https://a.example', secrets: [], failures });
const msUntil = (at: string) => Date.parse(at) - NOW.getTime();
const waiting = (outcome: Parameters<typeof judge>[0], given = delivery(0), chance = 1, failures = 0) => {
  const judged = judge(outcome, given, receiver(failures), NOW, chance);
  if (judged.verdict.state === 'delivered') throw new Error('it was delivered');
  return { ...judged, pauseMs: msUntil(judged.verdict.notBefore) };
};
const status = (code: number, retryAfter: string | null = null) => ({ status: code, retryAfter });

describe('addresses that are never called', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.170',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.7',
    '203.0.113.9',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:8.8.8.8',
    '::ffff:127.0.0.1',
    '::ffff:a00:1',
    '64:ff9b::7f00:1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    'localhost',
    '1.2.3',
    '',
  ])('%s', (address) => {
    expect(isAllowedAddress(address, { allowLoopback: false })).toBe(false);
  });

  it.each(['8.8.8.8', '100.63.255.255', '100.128.0.1', '172.15.0.1', '172.32.0.1', '2606:4700::1111', '2a00:1450::1'])(
    'but %s is',
    (address) => {
      expect(isAllowedAddress(address, { allowLoopback: false })).toBe(true);
    },
  );

  it('loopback where that is allowed, and nothing more', () => {
    const rule = { allowLoopback: true };
    expect(['127.0.0.1', '::1'].map((address) => isAllowedAddress(address, rule))).toEqual([true, true]);
    expect(['10.0.0.1', '169.254.169.254', '::ffff:127.0.0.1'].some((each) => isAllowedAddress(each, rule))).toBe(
      false,
    );
  });

  it.each([
    'http://a.example/x',
    'ftp://a.example/x',
    'https://user@a.example/x',
    'https://user:pw@a.example/x',
    'https://127.0.0.1/x',
    'https://2130706433/x',
    'https://0x7f.1/x',
    'https://0177.0.0.1/x',
    'https://[::1]/x',
    'https://[::ffff:169.254.169.254]/latest/meta-data',
    'https://192.168.0.1:8443/',
    '//a.example',
    'a.example',
    '',
  ])('an endpoint at %j is refused when it is registered', (url) => {
    expect(() => assertAllowedUrl(url, { allowLoopback: false })).toThrow(DataError);
  });

  it('plain http goes to this machine alone, where that is allowed', () => {
    expect(() => assertAllowedUrl('http://127.0.0.1:9000/x', { allowLoopback: true })).not.toThrow();
    expect(() => assertAllowedUrl('http://localhost:9000/x', { allowLoopback: true })).not.toThrow();
    expect(() => assertAllowedUrl('http://a.example/x', { allowLoopback: true })).toThrow(DataError);
    expect(() => assertAllowedUrl('http://10.0.0.1/x', { allowLoopback: true })).toThrow(DataError);
    expect(() => assertAllowedUrl('https://a.example/x', { allowLoopback: false })).not.toThrow();
  });
});

describe('what an answer means', () => {
  it.each([200, 201, 202, 204, 299])('%i is delivered', (code) => {
    expect(judge(status(code), delivery(0), receiver(), NOW, 0.5)).toEqual({
      verdict: { state: 'delivered', status: code },
      receiver: null,
    });
  });

  it.each([301, 302, 307, 308, 400, 401, 404, 418, 500, 503])('%i is tried again', (code) => {
    expect(waiting(status(code)).verdict.state).toBe('waiting');
  });

  it('410 ends the endpoint', () => {
    const judged = waiting(status(410));
    expect(judged.verdict.state).toBe('failed');
    expect(judged.receiver).toEqual({ disabled: 'it answered 410 Gone' });
  });

  it('pauses grow threefold from five seconds to six hours, each between half and the whole of its length', () => {
    const pauses = Array.from({ length: 12 }, (_, attempts) => waiting(status(500), delivery(attempts)).pauseMs / 1000);
    expect(pauses).toEqual([5, 15, 45, 135, 405, 1215, 3645, 10_935, 21_600, 21_600, 21_600, 21_600]);
    expect(waiting(status(500), delivery(1), 0).pauseMs).toBe(7_500);
  });

  it('the last try is at the end of three days, and after it the delivery is given up', () => {
    const nearEnd = waiting(status(500), delivery(20, KEEP_TRYING_MS - 60_000));
    expect(nearEnd.verdict.state).toBe('waiting');
    expect(nearEnd.pauseMs).toBe(60_000);
    expect(waiting(status(500), delivery(21, KEEP_TRYING_MS)).verdict.state).toBe('failed');
  });

  it('Retry-After holds the endpoint off, in seconds or as a date, and at most a day', () => {
    const held = (header: string) => {
      const { pauseMs, receiver: rest } = waiting(status(429, header));
      return [pauseMs, rest && 'notBefore' in rest ? msUntil(rest.notBefore) : null];
    };
    expect(held('120')).toEqual([120_000, 120_000]);
    expect(held('Mon, 01 Jun 2026 12:10:00 GMT')).toEqual([600_000, 600_000]);
    expect(held('99999999')).toEqual([86_400_000, 86_400_000]);
    for (const useless of ['soon', '-5', '', 'Mon, 01 Jun 2020 12:10:00 GMT'])
      expect(held(useless)).toEqual([5_000, 0]);
  });

  it('an endpoint that fails five times in a row rests, longer each time up to ten minutes; one refused message counts for nothing', () => {
    const restAfter = (failures: number) => {
      const { receiver: rest } = waiting({ status: null, error: 'no answer' }, delivery(0), 1, failures);
      return rest && 'notBefore' in rest ? [rest.failures, msUntil(rest.notBefore) / 1000] : null;
    };
    expect([0, 3, 4, 5, 6, 20].map(restAfter)).toEqual([
      [1, 0],
      [4, 0],
      [5, 5],
      [6, 10],
      [7, 20],
      [21, 600],
    ]);
    expect(waiting(status(400)).receiver).toBeNull();
    expect(judge(status(200), delivery(0), receiver(3), NOW, 0.5).receiver).toEqual({
      failures: 0,
      notBefore: NOW.toISOString(),
    });
  });
});

describe('signatures', () => {
  it('are those of the Standard Webhooks specification, one for each live secret', () => {
    // The vector of the reference libraries.
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const headers = signedHeaders(
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      '{"test": 2432232314}',
      [secret],
      new Date(1614265330_000),
    );
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
    const both = signedHeaders('msg_1', '{}', [secret, 'whsec_AAAA'], NOW)['webhook-signature'].split(' ');
    expect(both).toHaveLength(2);
    expect(both.every((each) => /^v1,[A-Za-z0-9+/]{43}=$/.test(each))).toBe(true);
  });
});
