import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DONE, MORE, REFUSED } from '../http1/fault.ts';
import { ProxyHeader } from './header.ts';
import { proxyHeader } from './write.ts';

function parse(bytes: Buffer): { result: number; source: ProxyHeader['source']; length: number } {
  const header = new ProxyHeader();
  const result = header.parse(bytes);
  return { result, source: header.source, length: header.length };
}

const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';
const binary = (...rest: number[]) => Buffer.concat([Buffer.from(SIGNATURE, 'latin1'), Buffer.from(rest)]);
const line = (text: string) => Buffer.from(text, 'latin1');

test.each([
  ['PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n', { address: '192.0.2.1', port: 56_324 }],
  ['PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n', { address: '2001:db8::1', port: 1 }],
  ['PROXY UNKNOWN\r\n', null],
  ['PROXY UNKNOWN ffff:f:f:f:f:f:f:f ffff:f:f:f:f:f:f:f 65535 65535\r\n', null],
])('%j is read, cut after every byte', (text, source) => {
  const bytes = line(`${text}GET`);
  for (let at = 0; at < text.length; at++) expect(parse(bytes.subarray(0, at)).result).toBe(MORE);
  expect(parse(bytes)).toEqual({ result: DONE, source, length: text.length });
});

test.each([
  [
    'IPv4',
    binary(0x21, 0x11, 0, 12, 192, 0, 2, 1, 198, 51, 100, 2, 0xdc, 4, 1, 187),
    { address: '192.0.2.1', port: 56_324 },
  ],
  [
    'IPv4 with TLVs',
    binary(0x21, 0x11, 0, 16, 10, 0, 0, 1, 10, 0, 0, 2, 0, 80, 1, 187, 4, 0, 1, 0),
    { address: '10.0.0.1', port: 80 },
  ],
  [
    'IPv6',
    binary(0x21, 0x21, 0, 36, ...[0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 1], ...Array(16).fill(0), 0, 80, 1, 187),
    { address: '2001:db8::1', port: 80 },
  ],
  ['a connection of the sender', binary(0x20, 0x00, 0, 0), null],
  ['an unspecified family', binary(0x21, 0x00, 0, 3, 1, 2, 3), null],
])('version 2 with %s is read, cut after every byte', (_, bytes, source) => {
  const more = Buffer.concat([bytes, Buffer.from('GET')]);
  for (let at = 0; at < bytes.length; at++) expect(parse(more.subarray(0, at)).result).toBe(MORE);
  expect(parse(more)).toEqual({ result: DONE, source, length: bytes.length });
});

test.each([
  line('GET / HTTP/1.1\r\n'),
  line('PROXX'),
  line('PROXY TCP5 1.2.3.4 1.2.3.4 1 2\r\n'),
  line('PROXY TCP4 ::1 ::1 1 2\r\n'),
  line('PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n'),
  line('PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n'),
  line('PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n'),
  line('PROXY TCP4 1.2.3.4 1.2.3.4 -1 2\r\n'),
  line('PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n'),
  line('PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n'),
  line('PROXY TCP4  1.2.3.4 1.2.3.4 1 2\r\n'),
  line('PROXY TCP6 fe80::1%eth0 ::2 1 2\r\n'),
  line('PROXY TCP6 ::1 fe80::2%eth0 1 2\r\n'),
  line(`PROXY UNKNOWN ${'x'.repeat(100)}\r\n`),
  line('\r\n\r\n\0\r\nQUIX'),
  binary(0x11, 0x11, 0, 12),
  binary(0x22, 0x11, 0, 12),
  binary(0x21, 0x13, 0, 0),
  binary(0x21, 0x41, 0, 0),
  binary(0x21, 0x11, 0, 11, ...Array(11).fill(0)),
  binary(0x21, 0x21, 0, 12, ...Array(12).fill(0)),
  binary(0x21, 0x11, 0x10, 1),
])('%j is refused', (bytes) => {
  expect(parse(bytes).result).toBe(REFUSED);
});

test.each([
  ['datagrams over IPv4', 0x12, 12],
  ['datagrams over IPv6', 0x22, 36],
  ['streams of UNIX sockets', 0x31, 216],
  ['datagrams of UNIX sockets', 0x32, 216],
])('%s are a header, and say nothing', (_name, family, length) => {
  const bytes = binary(0x21, family, 0, length, ...Array(length).fill(7));
  expect(parse(bytes)).toMatchObject({ result: DONE, length: bytes.length, source: null });
});

test('what is written is read, in both versions and any two families', () => {
  const peer = fc.record({ address: fc.oneof(fc.ipV4(), fc.ipV6()), port: fc.nat(65_535) });
  fc.assert(
    fc.property(peer, peer, fc.constantFrom('v1' as const, 'v2' as const), (source, destination, version) => {
      const bytes = proxyHeader(version, source, destination);
      const read = parse(bytes);
      expect(read.result).toBe(DONE);
      expect(read.length).toBe(bytes.length);
      expect(read.source?.port).toBe(source.port);
      expect(canonical(read.source?.address ?? '')).toBe(
        canonical(source.address, !destination.address.includes('.') || destination.address.includes(':')),
      );
    }),
    { numRuns: 300 },
  );
});

/** An address as URLs have it; an IPv4 address in the IPv6 form if it has to be. */
function canonical(address: string, asIPv6 = false): string {
  const isV4 = !address.includes(':');
  if (isV4 && !asIPv6) return address;
  return new URL(`http://[${isV4 ? `::ffff:${address}` : address}]/`).hostname;
}

test('no bytes make it throw', () => {
  const start = fc.constantFrom('PROXY TCP4 ', 'PROXY TCP6 ::1 ', `${SIGNATURE}!`, SIGNATURE, '');
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 200 }), (prefix, rest) => {
      const { result, length } = parse(Buffer.concat([line(prefix), rest]));
      expect([MORE, DONE, REFUSED]).toContain(result);
      if (result === DONE) expect(length).toBeLessThanOrEqual(prefix.length + rest.length);
    }),
    { numRuns: 1_000 },
  );
});
