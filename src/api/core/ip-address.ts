import { BlockList, isIPv4 as v4, isIPv6 as v6 } from 'node:net';

/** Whether a text is an IPv4 address in dotted form. */
export function isIPv4(value: string): boolean {
  return v4(value);
}

/** Whether a text is an IPv6 address, without brackets and zone. */
export function isIPv6(value: string): boolean {
  return v6(value) && !value.includes('%');
}

/**
 * Whether the CRDs' formats ipv4 and ipv6 take a text for an address. They also take dotted numbers with leading zeros,
 * which mean different addresses to different programs.
 */
export function isLooseIP(value: string): boolean {
  const plain = value.replace(/(^|[.:])0+(?=[0-9]+(?:\.|$))/g, '$1');
  return isIPv4(plain) || isIPv6(plain) || isIPv6(value);
}

/** The canonical form (RFC 5952) of an IPv6 address; null for anything else, an IPv4-mapped address among it. */
export function canonicalIPv6(value: string): string | null {
  if (!isIPv6(value)) return null;
  const canonical = new URL(`http://[${value}]`).hostname.slice(1, -1);
  return canonical.startsWith('::ffff:') && canonical.split(':').length === 5 ? null : canonical;
}

const SPECIAL: readonly (readonly [string, BlockList])[] = [
  ['the unspecified address', block(['0.0.0.0', 32], ['::', 128])],
  ['a link-local address', block(['169.254.0.0', 16], ['fe80::', 10])],
  ['a link-local multicast address', block(['224.0.0.0', 24], ['ff02::', 16])],
];

function block(ipv4: [string, number], ipv6: [string, number]): BlockList {
  const addresses = new BlockList();
  addresses.addSubnet(...ipv4, 'ipv4');
  addresses.addSubnet(...ipv6, 'ipv6');
  return addresses;
}

/** The kind of address, if it is one that no endpoint can have; otherwise null. */
export function specialRange(address: string): string | null {
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  return SPECIAL.find(([, addresses]) => addresses.check(address, family))?.[0] ?? null;
}
