import { DONE, MORE, REFUSED } from '../http1/fault.ts';

/** The largest ClientHello that is read, with its four bytes of header. Real ones have up to about 2 KiB. */
const LARGEST = 16_384;
/** RFC 8446 section 5.1. */
const LARGEST_FRAGMENT = 16_384;
/** Records that a ClientHello may be split over: senders split it at most to a record a byte of its first ones. */
const MOST_RECORDS = 1_024;
const RECORD_HEADER = 5;
const MESSAGE_HEADER = 4;

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const HOST_NAME = 0;

/** Longest DNS name (RFC 1035 section 2.3.4). */
const LONGEST_NAME = 253;
const NAME = /^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_-])?$/;

/**
 * Reads the server name from the first bytes of a TLS connection (RFC 8446 sections 4.1.2 and 5.1, RFC 6066 section 3),
 * however they are split into records and reads. What else the message holds is stepped over, unknown extensions and
 * values too (RFC 8701). An encrypted ClientHello (ECH) counts with its outer name.
 *
 * It is no TLS: it finds out where the bytes go, and whoever terminates the connection checks the rest.
 */
export class ClientHello {
  /** In lower case; null when the client sends none. Known when `read` has returned DONE. */
  serverName: string | null;
  /** Of the record under way. */
  private readonly header: Buffer;
  private headerLength: number;
  /** Bytes of the record's fragment that are still to come. */
  private fragment: number;
  private records: number;
  /** The message, without record headers. */
  private message: Buffer;
  private length: number;
  private expected: number;

  constructor() {
    this.serverName = null;
    this.header = Buffer.allocUnsafe(RECORD_HEADER);
    this.headerLength = 0;
    this.fragment = 0;
    this.records = 0;
    this.message = Buffer.allocUnsafe(512);
    this.length = 0;
    this.expected = 0;
  }

  /** Takes the next bytes: MORE, or DONE with `serverName`, or REFUSED when this is no ClientHello. */
  read(bytes: Buffer): number {
    for (let at = 0; at < bytes.length; ) {
      if (this.fragment === 0) {
        this.header[this.headerLength++] = bytes[at++]!;
        if (!this.isHeaderGood()) return REFUSED;
        continue;
      }
      const end = Math.min(bytes.length, at + this.fragment);
      this.append(bytes, at, end);
      this.fragment -= end - at;
      at = end;
      if (this.length < MESSAGE_HEADER) continue;
      if (this.expected === 0) {
        this.expected = MESSAGE_HEADER + this.message.readUIntBE(1, 3);
        if (this.message[0] !== CLIENT_HELLO || this.expected > LARGEST) return REFUSED;
      }
      if (this.length >= this.expected) return this.parse();
    }
    return MORE;
  }

  /** Looks at each byte of a record's header as it comes, so that what is not TLS is refused at its first byte. */
  private isHeaderGood(): boolean {
    const { header } = this;
    switch (this.headerLength) {
      case 1:
        return header[0] === HANDSHAKE;
      case 2:
        return header[1] === 3;
      case RECORD_HEADER: {
        const size = header.readUInt16BE(3);
        this.headerLength = 0;
        this.fragment = size;
        this.records++;
        return size > 0 && size <= LARGEST_FRAGMENT && this.records <= MOST_RECORDS;
      }
      default:
        return true;
    }
  }

  private append(bytes: Buffer, start: number, end: number): void {
    const length = this.length + end - start;
    if (length > this.message.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, this.message.length * 2));
      this.message.copy(grown, 0, 0, this.length);
      this.message = grown;
    }
    bytes.copy(this.message, this.length, start, end);
    this.length = length;
  }

  private parse(): number {
    const { message, expected } = this;
    // Behind the header: version, random, session id, cipher suites, compression methods, extensions.
    let at = MESSAGE_HEADER + 2 + 32;
    if (at + 1 > expected || message[MESSAGE_HEADER] !== 3) return REFUSED;
    at += 1 + message[at]!;
    if (at + 2 > expected) return REFUSED;
    at += 2 + message.readUInt16BE(at);
    if (at + 1 > expected) return REFUSED;
    at += 1 + message[at]!;
    if (at === expected) return DONE;
    if (at + 2 > expected || at + 2 + message.readUInt16BE(at) !== expected) return REFUSED;
    at += 2;
    let isNamed = false;
    while (at < expected) {
      if (at + 4 > expected) return REFUSED;
      const type = message.readUInt16BE(at);
      const start = at + 4;
      at = start + message.readUInt16BE(at + 2);
      if (at > expected) return REFUSED;
      if (type !== SERVER_NAME) continue;
      if (isNamed || !this.readNames(start, at)) return REFUSED;
      isNamed = true;
    }
    return DONE;
  }

  /** RFC 6066 section 3: a list of names, one of each type; only host names are defined. */
  private readNames(start: number, end: number): boolean {
    const { message } = this;
    if (start + 2 > end || start + 2 + message.readUInt16BE(start) !== end || start + 2 === end) return false;
    for (let at = start + 2; at < end; ) {
      if (at + 3 > end) return false;
      const type = message[at]!;
      const from = at + 3;
      at = from + message.readUInt16BE(at + 1);
      if (at > end) return false;
      if (type !== HOST_NAME) continue;
      if (this.serverName !== null) return false;
      const name = message.toString('latin1', from, at).toLowerCase();
      if (name.length > LONGEST_NAME || !NAME.test(name)) return false;
      this.serverName = name;
    }
    return true;
  }
}
