/** Addresses and ranges of addresses as numbers. */
import { isIPv4, isIPv6 } from 'node:net';

/** An IPv4 address is one word of 32 bits, an IPv6 address four; the most significant one comes first. */
export type IPRange = { readonly first: readonly number[]; readonly last: readonly number[] };

export type ParsedIPRange =
  | { readonly ok: true; readonly range: IPRange }
  | { readonly ok: false; readonly fault: string };

const DIGITS = /^(?:0|[1-9]\d{0,2})$/;
const ALL = 0xffff_ffff;

/**
 * Reads one of the six forms: `192.168.1.1`, `192.168.1.1-192.168.1.250`, `192.168.1.1-250` (the last number only),
 * `192.168.1.0/255.255.255.0`, `192.168.1.0/24` and `fe80::/10`; a single address, and a range between two, may be of IPv6
 * too. An address before a mask or a length stands for its network, whatever its other bits are. What lies in
 * `::ffff:0:0/96` is taken for the IPv4 addresses that it maps.
 */
export function parseIPRange(text: string): ParsedIPRange {
  const slash = text.indexOf('/');
  if (slash !== -1) return network(text.slice(0, slash), text.slice(slash + 1));
  const dash = text.indexOf('-');
  if (dash !== -1) return between(text.slice(0, dash), text.slice(dash + 1));
  const address = parseIPAddress(text);
  return address === null ? wrong('is not an IP address') : range(address, address);
}

/** The words of an address, without its zone; null when it is none. A mapped IPv4 address is one word. */
export function parseIPAddress(text: string): readonly number[] | null {
  const v4 = parseIPv4(text);
  if (v4 !== -1) return [v4];
  const zone = text.indexOf('%');
  const words = [0, 0, 0, 0];
  if (!parseIPv6(zone === -1 ? text : text.slice(0, zone), words)) return null;
  return isMapped(words) ? [words[3]!] : words;
}

/** An IPv4 address in dotted decimal as a number; -1 when it is none. */
export function parseIPv4(text: string): number {
  let value = 0;
  let part = -1;
  let dots = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === DOT) {
      if (part === -1 || ++dots > 3) return -1;
      value = value * 256 + part;
      part = -1;
    } else {
      const digit = code - ZERO;
      // "01" could be octal to somebody.
      if (digit < 0 || digit > 9 || part === 0) return -1;
      part = part === -1 ? digit : part * 10 + digit;
      if (part > 255) return -1;
    }
  }
  return dots === 3 && part !== -1 ? value * 256 + part : -1;
}

/** Writes the four words of an IPv6 address (RFC 4291 section 2.2); false, and the words mean nothing, when it is none. */
export function parseIPv6(text: string, words: number[] | Uint32Array): boolean {
  let count = 0;
  let gap = -1;
  let at = 0;
  if (text.charCodeAt(0) === COLON) {
    if (text.charCodeAt(1) !== COLON) return false;
    gap = 0;
    at = 2;
  }
  while (at < text.length) {
    if (count === 8) return false;
    const start = at;
    let value = 0;
    let digit = at - start < 4 ? hexadecimal(text.charCodeAt(at)) : -1;
    while (digit !== -1) {
      value = value * 16 + digit;
      at++;
      digit = at - start < 4 ? hexadecimal(text.charCodeAt(at)) : -1;
    }
    const code = at < text.length ? text.charCodeAt(at) : -1;
    if (code === DOT) {
      const tail = parseIPv4(text.slice(start));
      if (tail === -1 || count > 6) return false;
      groups[count++] = tail >>> 16;
      groups[count++] = tail & 0xffff;
      break;
    }
    if (at === start) return false;
    groups[count++] = value;
    if (code === -1) break;
    if (code !== COLON) return false;
    at++;
    if (at === text.length) return false;
    if (text.charCodeAt(at) === COLON) {
      if (gap !== -1) return false;
      gap = count;
      at++;
    }
  }
  if (gap === -1 ? count !== 8 : count === 8) return false;
  if (gap !== -1) {
    groups.copyWithin(8 - count + gap, gap, count);
    groups.fill(0, gap, 8 - count + gap);
  }
  for (let word = 0; word < 4; word++) words[word] = groups[2 * word]! * 0x1_0000 + groups[2 * word + 1]!;
  return true;
}

/** Of the address that is being read. */
const groups = new Uint16Array(8);

/** -1 for what is no digit. */
function hexadecimal(code: number): number {
  if (code >= ZERO && code <= ZERO + 9) return code - ZERO;
  const letter = code | 0x20;
  return letter >= LOWER_A && letter <= LOWER_A + 5 ? letter - LOWER_A + 10 : -1;
}

/** Whether four words are an IPv4 address in an IPv6 one (RFC 4291 section 2.5.5.2). */
export function isMapped(words: readonly number[] | Uint32Array): boolean {
  return words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
}

/** Negative, zero or positive as `a` comes before, is, or comes after `b`, which has as many words. */
export function compareWords(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return a[index]! - b[index]!;
  return 0;
}

const DOT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const LOWER_A = 0x61;

function between(from: string, to: string): ParsedIPRange {
  const first = parseIPAddress(from);
  if (first === null) return wrong('does not begin with an IP address');
  const last = first.length === 1 && DIGITS.test(to) ? lastNumber(first[0]!, Number(to)) : parseIPAddress(to);
  if (last === null) return wrong('does not end with an IP address, or a number of at most 255');
  if (last.length !== first.length) return wrong('goes from one address family to the other');
  if (compareWords(first, last) > 0) return wrong('ends before it begins');
  return range(first, last);
}

function lastNumber(address: number, last: number): readonly number[] | null {
  return last > 255 ? null : [address - (address % 256) + last];
}

function network(text: string, suffix: string): ParsedIPRange {
  const v6 = text.includes(':');
  if (v6 ? !isIPv6(text) || text.includes('%') : !isIPv4(text)) return wrong('does not begin with an IP address');
  if (!v6 && isIPv4(suffix)) return masked([parseIPv4(text)], [parseIPv4(suffix)]);
  const bits = DIGITS.test(suffix) ? Number(suffix) : -1;
  if (bits < 0 || bits > (v6 ? 128 : 32)) {
    return wrong(
      v6 ? 'has no length of 0 to 128 behind the slash' : 'has no mask, and no length of 0 to 32, behind the slash',
    );
  }
  if (!v6) return masked([parseIPv4(text)], [maskOf(bits)]);
  const words = [0, 0, 0, 0];
  parseIPv6(text, words);
  if (isMapped(words) && bits >= 96) return masked([words[3]!], [maskOf(bits - 96)]);
  return masked(
    words,
    [0, 1, 2, 3].map((word) => maskOf(Math.min(32, Math.max(0, bits - word * 32)))),
  );
}

function maskOf(bits: number): number {
  return bits === 0 ? 0 : (ALL << (32 - bits)) >>> 0;
}

function masked(address: readonly number[], mask: readonly number[]): ParsedIPRange {
  const [only] = mask;
  const rest = ALL - only!;
  // Ones, then zeros: one more than the rest is a power of two.
  if (mask.length === 1 && (rest & (rest + 1)) !== 0) return wrong('has a mask with holes');
  return range(
    address.map((word, index) => (word & mask[index]!) >>> 0),
    address.map((word, index) => (word | ~mask[index]!) >>> 0),
  );
}

function range(first: readonly number[], last: readonly number[]): ParsedIPRange {
  return { ok: true, range: { first, last } };
}

function wrong(fault: string): ParsedIPRange {
  return { ok: false, fault };
}
