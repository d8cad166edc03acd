import { BlockList, isIPv4 } from 'node:net';
import { canonicalAddress } from '../../config/values/allowed-host.ts';

/** The part of the internet that an address is of. */
export type Network =
  | 'public'
  | 'loopback'
  | 'private'
  | 'shared'
  | 'link-local'
  | 'multicast'
  | 'reserved'
  | 'unspecified';

type Special = Exclude<Network, 'public'>;

/** https://www.iana.org/assignments/iana-ipv4-special-registry, and RFC 5771 for multicast. */
const ipv4: readonly (readonly [Special, string, number])[] = [
  ['unspecified', '0.0.0.0', 8],
  ['private', '10.0.0.0', 8],
  ['shared', '100.64.0.0', 10],
  ['loopback', '127.0.0.0', 8],
  ['link-local', '169.254.0.0', 16],
  ['private', '172.16.0.0', 12],
  ['reserved', '192.0.0.0', 24],
  ['reserved', '192.0.2.0', 24],
  ['reserved', '192.88.99.0', 24],
  ['private', '192.168.0.0', 16],
  ['reserved', '198.18.0.0', 15],
  ['reserved', '198.51.100.0', 24],
  ['reserved', '203.0.113.0', 24],
  ['multicast', '224.0.0.0', 4],
  ['reserved', '240.0.0.0', 4],
];

/**
 * https://www.iana.org/assignments/iana-ipv6-special-registry. Outside of 2000::/3 nothing is public, and within it these
 * are not; 2001::/23 holds Teredo.
 */
const ipv6: readonly (readonly [Special, string, number])[] = [
  ['loopback', '::1', 128],
  ['unspecified', '::', 128],
  ['private', '64:ff9b:1::', 48],
  ['reserved', '2001::', 23],
  ['reserved', '2001:db8::', 32],
  ['reserved', '3fff::', 20],
  ['private', 'fc00::', 7],
  ['link-local', 'fe80::', 10],
  ['private', 'fec0::', 10],
  ['multicast', 'ff00::', 8],
];

/** Prefixes after which an IPv4 address follows: mapped, compatible, translated (RFC 6052, RFC 2765) and 6to4. */
const embedding: readonly (readonly [string, number])[] = [
  ['::ffff:0:0', 96],
  ['::', 96],
  ['64:ff9b::', 96],
  ['::ffff:0:0:0', 96],
  ['2002::', 16],
];

const specials = [
  ...ipv4.map(([network, base, bits]) => ({ network, list: listOf(base, bits, 'ipv4') })),
  ...ipv6.map(([network, base, bits]) => ({ network, list: listOf(base, bits, 'ipv6') })),
];
const embeddings = embedding.map(([base, bits]) => ({ bits, list: listOf(base, bits, 'ipv6') }));
const unicast = listOf('2000::', 3, 'ipv6');

/**
 * Finds out of which network an address is. An IPv6 address that stands for one of IPv4 is of that one's network.
 *
 * @param text - an address in any notation of `node:net`, with or without a zone
 */
export function networkOf(text: string): Network {
  const address = canonicalAddress(text);
  if (address === undefined) return 'reserved';
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  const special = specials.find(({ list }) => list.check(address, family));
  if (special) return special.network;
  if (family === 'ipv4') return 'public';
  const embedded = embeddings.find(({ list }) => list.check(address, 'ipv6'));
  if (embedded) return networkOf(ipv4At(embedded.bits, address));
  return unicast.check(address, 'ipv6') ? 'public' : 'reserved';
}

/** Whether an address lies in a network of the same family. */
export function isWithin(address: string, base: string, bits: number): boolean {
  const family = isIPv4(base) ? 'ipv4' : 'ipv6';
  return isIPv4(address) === isIPv4(base) && listOf(base, bits, family).check(address, family);
}

function listOf(base: string, bits: number, family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  list.addSubnet(base, bits, family);
  return list;
}

/** The four bytes of an IPv6 address that begin at a bit. */
function ipv4At(bit: number, address: string): string {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0');
  const groups = [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
  const [high = 0, low = 0] = groups.slice(bit / 16, bit / 16 + 2);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
