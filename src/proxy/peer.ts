/** Who is at the other end of a connection, and whose word is taken for it. */
import { BlockList, isIP } from 'node:net';

/** The hops whose word about the client is taken. */
export class TrustedHops {
  readonly isEmpty: boolean;
  private readonly ranges: BlockList;

  /** CIDR ranges or single addresses. Throws a RangeError that names the one that is neither. */
  constructor(ranges: readonly string[], setting = 'trustedProxies') {
    this.isEmpty = ranges.length === 0;
    this.ranges = new BlockList();
    for (const range of ranges) {
      const [address = '', length] = range.split('/');
      const family = isIP(address);
      const bits = length === undefined ? (family === 4 ? 32 : 128) : /^\d{1,3}$/.test(length) ? Number(length) : -1;
      if (family === 0 || bits < 0 || bits > (family === 4 ? 32 : 128)) {
        throw new RangeError(`${setting}: ${JSON.stringify(range)} is not an address or CIDR range`);
      }
      this.ranges.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
    }
  }

  has(address: string): boolean {
    if (this.isEmpty) return false;
    const family = isIP(address);
    return family !== 0 && this.ranges.check(address, family === 4 ? 'ipv4' : 'ipv6');
  }

  /** The last address of X-Forwarded-For that is no trusted hop; `peer` when there is none. */
  clientOf(peer: string, forwardedFor: string | null): string {
    if (forwardedFor === null || !this.has(peer)) return peer;
    const hops = forwardedFor.split(',');
    let client = peer;
    for (let index = hops.length - 1; index >= 0; index--) {
      const hop = hops[index]!.trim();
      if (isIP(hop) === 0) return client;
      client = hop;
      if (!this.has(hop)) return client;
    }
    return client;
  }
}

/** An address as it is shown: IPv4 also where the socket is dual-stack. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
