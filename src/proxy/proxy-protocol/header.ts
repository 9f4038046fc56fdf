import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import { DONE, MORE, REFUSED } from '../http1/fault.ts';

/** Section 2.1 of the specification: the longest line of version 1, with its CRLF. */
const LONGEST_LINE = 107;
/** Version 2 may carry TLVs; more of them than this nobody sends. */
const LARGEST_PAYLOAD = 4_096;
const V2_HEADER = 16;

const SIGNATURE = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]);
const V1_START = Buffer.from('PROXY ', 'latin1');
const PORT = /^(?:0|[1-9]\d{0,4})$/;

/** One end of a connection as the PROXY protocol tells it. */
export type ProxiedPeer = { readonly address: string; readonly port: number };

/**
 * Reads the header that a load balancer puts before a connection's first byte (the PROXY protocol, versions 1 and 2, as
 * HAProxy's `proxy-protocol.txt` specifies it). The header must be there: a sender that is trusted always sends it, and
 * guessing would let anybody else write one.
 */
export class ProxyHeader {
  /** Where the connection comes from; null when the sender speaks for itself (`LOCAL`) or does not know (`UNKNOWN`). */
  source: ProxiedPeer | null;
  /** Bytes of the header; known when `parse` has returned DONE. */
  length: number;

  constructor() {
    this.source = null;
    this.length = 0;
  }

  /** `bytes` is all that came so far. MORE, DONE, or REFUSED when this is no header. */
  parse(bytes: Buffer): number {
    if (bytes.length === 0) return MORE;
    return bytes[0] === SIGNATURE[0] ? this.parseBinary(bytes) : this.parseLine(bytes);
  }

  private parseLine(bytes: Buffer): number {
    if (!startsAlike(bytes, V1_START)) return REFUSED;
    const end = bytes.subarray(0, LONGEST_LINE).indexOf('\r\n', 0, 'latin1');
    if (end === -1) return bytes.length >= LONGEST_LINE ? REFUSED : MORE;
    const [, protocol, ...rest] = bytes.toString('latin1', 0, end).split(' ');
    this.length = end + 2;
    // What follows UNKNOWN is to be ignored.
    if (protocol === 'UNKNOWN') return DONE;
    const isAddress = protocol === 'TCP4' ? isIPv4 : protocol === 'TCP6' ? isIPv6 : null;
    const [source = '', destination = '', port = '', destinationPort = ''] = rest;
    if (isAddress === null || rest.length !== 4 || !isAddress(source) || !isAddress(destination)) return REFUSED;
    // A zone means nothing to anybody but the sender.
    if (source.includes('%') || destination.includes('%')) return REFUSED;
    if (!isPort(port) || !isPort(destinationPort)) return REFUSED;
    this.source = { address: source, port: Number(port) };
    return DONE;
  }

  private parseBinary(bytes: Buffer): number {
    if (!startsAlike(bytes, SIGNATURE)) return REFUSED;
    if (bytes.length < V2_HEADER) return MORE;
    const command = bytes[12]!;
    const family = bytes[13]!;
    const payload = bytes.readUInt16BE(14);
    if (command !== 0x20 && command !== 0x21) return REFUSED;
    if (payload > LARGEST_PAYLOAD) return REFUSED;
    if (bytes.length < V2_HEADER + payload) return MORE;
    this.length = V2_HEADER + payload;
    // LOCAL: the sender's own connection, such as a health check; the rest of the header says nothing.
    if (command === 0x20) return DONE;
    switch (family) {
      case 0x11:
        return this.readAddress(bytes, payload, 4);
      case 0x21:
        return this.readAddress(bytes, payload, 16);
      case 0x00:
      // Datagrams and UNIX sockets: what a receiver has no use for counts as unspecified (section 2.2).
      case 0x12:
      case 0x22:
      case 0x31:
      case 0x32:
        return DONE;
      default:
        return REFUSED;
    }
  }

  private readAddress(bytes: Buffer, payload: number, size: number): number {
    if (payload < 2 * size + 4) return REFUSED;
    const raw = bytes.subarray(V2_HEADER, V2_HEADER + size);
    const port = bytes.readUInt16BE(V2_HEADER + 2 * size);
    this.source = { address: size === 4 ? raw.join('.') : ipv6Of(raw), port };
    return DONE;
  }
}

function startsAlike(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length);
  return bytes.compare(start, 0, length, 0, length) === 0;
}

function isPort(text: string): boolean {
  return PORT.test(text) && Number(text) <= 65_535;
}

/** As the system would write it. */
function ipv6Of(raw: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => raw.readUInt16BE(index * 2).toString(16));
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address;
}
