import { BlockList, isIP } from 'node:net';
import { DataError } from '../../core/domain/errors.ts';

/** Which addresses may be called. */
export interface AddressRule {
  /** Whether this machine may be called, and by plain http: for receivers that run beside us, and for tests. */
  allowLoopback: boolean;
}

/**
 * IPv4 that is not the public internet: https://www.iana.org/assignments/iana-ipv4-special-registry, multicast and reserved.
 * Carrier-grade NAT (100.64/10) and link-local (169.254/16, where clouds keep their credentials) are among them.
 */
const NOT_PUBLIC_4 = blockList('ipv4', [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]);

/** Of IPv6 only global unicast is public at all: mapped (::ffff:0:0/96), translated (64:ff9b::/96) and local ones lie outside it. */
const GLOBAL_UNICAST_6 = blockList('ipv6', [['2000::', 3]]);

/** Within it: protocol assignments with Teredo, documentation, and 6to4, which carries an IPv4 address. */
const NOT_PUBLIC_6 = blockList('ipv6', [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]);

const LOOPBACK_4 = blockList('ipv4', [['127.0.0.0', 8]]);

/** Whether an IP address, as a resolver gives it, may be called. */
export function isAllowedAddress(address: string, { allowLoopback }: AddressRule): boolean {
  switch (isIP(address)) {
    case 4:
      return (allowLoopback && LOOPBACK_4.check(address, 'ipv4')) || !NOT_PUBLIC_4.check(address, 'ipv4');
    case 6:
      // A zone (fe80::1%eth0) means link-local.
      if (address.includes('%')) return false;
      if (allowLoopback && address === '::1') return true;
      return GLOBAL_UNICAST_6.check(address, 'ipv6') && !NOT_PUBLIC_6.check(address, 'ipv6');
    default:
      return false;
  }
}

/** The host of an address as Node's resolver takes it: IPv6 without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/**
 * Refuses an address that can never be called: not https (http only on loopback, where that is allowed), with credentials in it, or
 * a forbidden IP address. What a name resolves to is looked at when it is called.
 *
 * @throws DataError
 */
export function assertAllowedUrl(text: string, rule: AddressRule): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isLocal = url !== null && (url.hostname === 'localhost' || isLoopback(hostOf(url)));
  const schemeAllowed = url?.protocol === 'https:' || (url?.protocol === 'http:' && rule.allowLoopback && isLocal);
  if (!url || !schemeAllowed || url.username !== '' || url.password !== '') {
    throw new DataError({
      field: 'url',
      expected: 'an https address without user name or password',
      remedy: 'serve the endpoint by https; for one on this machine set outbound.allowLoopback in staypower.yaml',
    });
  }
  const host = hostOf(url);
  if (isIP(host) !== 0 && !isAllowedAddress(host, rule)) {
    throw new DataError({
      field: 'url',
      expected: 'an address on the public internet',
      remedy: 'private, local and reserved addresses are never called',
    });
  }
}

function isLoopback(host: string): boolean {
  return host === '::1' || (isIP(host) === 4 && LOOPBACK_4.check(host, 'ipv4'));
}

function blockList(
  family: 'ipv4' | 'ipv6',
  subnets: readonly (readonly [network: string, prefix: number])[],
): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, family);
  return list;
}
