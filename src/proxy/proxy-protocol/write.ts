import { isIPv4 } from 'node:net';
import type { ProxiedPeer } from './header.ts';

export type ProxyProtocolVersion = 'v1' | 'v2';

const SIGNATURE = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]);

/**
 * The header that tells a backend where a connection comes from and where it was made to. Addresses of two families
 * become IPv6 both, as the protocol has no other way.
 */
export function proxyHeader(version: ProxyProtocolVersion, source: ProxiedPeer, destination: ProxiedPeer): Buffer {
  const isV4 = isIPv4(source.address) && isIPv4(destination.address);
  if (version === 'v1') {
    const from = isV4 ? source.address : sixOf(source.address);
    const to = isV4 ? destination.address : sixOf(destination.address);
    const protocol = isV4 ? 'TCP4' : 'TCP6';
    return Buffer.from(`PROXY ${protocol} ${from} ${to} ${source.port} ${destination.port}\r\n`, 'latin1');
  }
  const size = isV4 ? 4 : 16;
  const header = Buffer.alloc(16 + 2 * size + 4);
  SIGNATURE.copy(header);
  header[12] = 0x21;
  header[13] = isV4 ? 0x11 : 0x21;
  header.writeUInt16BE(2 * size + 4, 14);
  writeAddress(header, 16, source.address, isV4);
  writeAddress(header, 16 + size, destination.address, isV4);
  header.writeUInt16BE(source.port, 16 + 2 * size);
  header.writeUInt16BE(destination.port, 18 + 2 * size);
  return header;
}

function sixOf(address: string): string {
  return isIPv4(address) ? `::ffff:${address}` : address;
}

function writeAddress(header: Buffer, at: number, address: string, isV4: boolean): void {
  if (isV4) {
    for (const [index, part] of address.split('.').entries()) header[at + index] = Number(part);
    return;
  }
  const groups = groupsOf(sixOf(address));
  for (const [index, group] of groups.entries()) header.writeUInt16BE(group, at + index * 2);
}

/** The eight groups of a valid IPv6 address, whose last two may be written as an IPv4 address. */
function groupsOf(address: string): number[] {
  const [plain = ''] = address.split('%');
  const [head = '', tail] = plain.split('::');
  const left = groupsIn(head);
  if (tail === undefined) return left;
  const right = groupsIn(tail);
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
}

function groupsIn(part: string): number[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}
