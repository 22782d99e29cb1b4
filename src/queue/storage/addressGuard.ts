import { lookup as lookupHost, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

import { PhotoRefusedError } from '../../errors.js';

/** IPv4 blocks that are not for public use. */
const PRIVATE_IPV4: readonly (readonly [network: string, prefix: number])[] = [
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
];

/** IPv6 blocks inside 2000::/3, the public space, that are special or lead to IPv4 addresses of any kind. */
const SPECIAL_IPV6: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

function blockList(family: 'ipv4' | 'ipv6', subnets: typeof PRIVATE_IPV4): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, family);
  return list;
}

const PRIVATE = blockList('ipv4', PRIVATE_IPV4);
const PUBLIC_SPACE = blockList('ipv6', [['2000::', 3]]);
const SPECIAL = blockList('ipv6', SPECIAL_IPV6);

/**
 * Whether an IP address can be anything but a public one: of this machine, its network, or a special use.
 *
 * @see IANA, IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and updates).
 */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return PRIVATE.check(address, 'ipv4');
  if (family !== 6 || address.includes('%')) return true;
  return !PUBLIC_SPACE.check(address, 'ipv6') || SPECIAL.check(address, 'ipv6');
}

function refusal(host: string, address: string): PhotoRefusedError {
  const where = host === address ? `"${host}"` : `"${host}", which is ${address},`;
  return new PhotoRefusedError(`Cannot read from ${where} as it is a private address`);
}

/** @throws {PhotoRefusedError} If the host of a URL is a private IP address itself; names are looked at when they are resolved. */
export function assertPublicHost({ hostname }: URL): void {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && isPrivateAddress(host)) throw refusal(host, host);
}

type Resolve = (host: string, done: (error: Error | null, addresses: LookupAddress[]) => void) => void;

/**
 * Resolves host names for a request and refuses those with a private address among theirs. The request connects to the very
 * addresses that were looked at, so that a second answer of the name server changes nothing.
 */
export function publicLookup(
  resolve: Resolve = (host, done) => lookupHost(host, { all: true }, done),
): LookupFunction {
  return (host, options, done) => {
    resolve(host, (error, addresses) => {
      if (error !== null) return done(error, []);
      const found = addresses.find(({ address }) => isPrivateAddress(address));
      if (found !== undefined) return done(refusal(host, found.address), []);
      if (options.all === true) return done(null, addresses);
      return done(null, addresses[0]!.address, addresses[0]!.family);
    });
  };
}
