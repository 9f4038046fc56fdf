import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseIPAddress, parseIPRange } from './ip-range.ts';

/** First and last address of a range, as they are written. */
function shown(text: string): string {
  const parsed = parseIPRange(text);
  if (!parsed.ok) return parsed.fault;
  const { first, last } = parsed.range;
  return `${address(first)} ${address(last)}`;
}

function address(words: readonly number[]): string {
  if (words.length === 1) return [24, 16, 8, 0].map((shift) => (words[0]! >>> shift) & 255).join('.');
  return words.map((word) => `${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`).join(':');
}

describe('the forms of a range', () => {
  test.each([
    ['192.168.1.1', '192.168.1.1 192.168.1.1'],
    ['192.168.1.1-192.168.1.250', '192.168.1.1 192.168.1.250'],
    ['10.0.0.1-10.1.0.0', '10.0.0.1 10.1.0.0'],
    ['192.168.1.1-250', '192.168.1.1 192.168.1.250'],
    ['192.168.1.0/255.255.255.0', '192.168.1.0 192.168.1.255'],
    ['192.168.1.77/255.255.254.0', '192.168.0.0 192.168.1.255'],
    ['1.2.3.4/0.0.0.0', '0.0.0.0 255.255.255.255'],
    ['192.168.1.0/24', '192.168.1.0 192.168.1.255'],
    ['192.168.1.77/32', '192.168.1.77 192.168.1.77'],
    ['255.1.2.3/0', '0.0.0.0 255.255.255.255'],
    ['::1', '0:0:0:0:0:0:0:1 0:0:0:0:0:0:0:1'],
    ['fe80::/10', 'fe80:0:0:0:0:0:0:0 febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['2001:db8::1:0/112', '2001:db8:0:0:0:0:1:0 2001:db8:0:0:0:0:1:ffff'],
    ['2001:db8::5-2001:db8::1:5', '2001:db8:0:0:0:0:0:5 2001:db8:0:0:0:0:1:5'],
    ['1:2:3:4:5:6:7:8/128', '1:2:3:4:5:6:7:8 1:2:3:4:5:6:7:8'],
    ['::ffff:10.1.2.3', '10.1.2.3 10.1.2.3'],
    ['::ffff:10.0.0.0/104', '10.0.0.0 10.255.255.255'],
  ])('%s', (text, range) => {
    expect(shown(text)).toBe(range);
  });

  test.each([
    ['192.168.1.300', 'is not an IP address'],
    ['192.168.01.3', 'is not an IP address'],
    ['192.168.1', 'is not an IP address'],
    ['office', 'is not an IP address'],
    ['', 'is not an IP address'],
    ['192.168.1.0/33', 'has no mask, and no length of 0 to 32, behind the slash'],
    ['192.168.1.0/', 'has no mask, and no length of 0 to 32, behind the slash'],
    ['192.168.1.0/024', 'has no mask, and no length of 0 to 32, behind the slash'],
    ['fe80::/129', 'has no length of 0 to 128 behind the slash'],
    ['fe80::/255.255.255.0', 'has no length of 0 to 128 behind the slash'],
    ['192.168.1.0/255.0.255.0', 'has a mask with holes'],
    ['192.168.1.0/0.0.0.255', 'has a mask with holes'],
    ['192.168.1/24', 'does not begin with an IP address'],
    ['192.168.1.9-3', 'ends before it begins'],
    ['192.168.1.9-192.168.1.3', 'ends before it begins'],
    ['192.168.1.1-256', 'does not end with an IP address, or a number of at most 255'],
    ['fe80::1-5', 'does not end with an IP address, or a number of at most 255'],
    ['192.168.1.1-::1', 'goes from one address family to the other'],
    ['-5', 'does not begin with an IP address'],
  ])('not %s', (text, fault) => {
    expect(shown(text)).toBe(fault);
  });
});

test('an address has the words that its bytes make', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }), (groups) => {
      const words = [0, 2, 4, 6].map((at) => groups[at]! * 0x1_0000 + groups[at + 1]!);
      const text = groups.map((group) => group.toString(16)).join(':');
      const short = new URL(`http://[${text}]/`).hostname.slice(1, -1);
      expect(parseIPAddress(text)).toEqual(parseIPAddress(short));
      if (words[0] !== 0) expect(parseIPAddress(text)).toEqual(words);
    }),
  );
});

test('a zone says nothing of the address', () => {
  expect(parseIPAddress('fe80::1%eth0')).toEqual(parseIPAddress('fe80::1'));
});

test('what is an address is what Node takes for one', () => {
  const part = fc.oneof(
    fc.constantFrom(':', '::', '.', 'g', '1.2.3.4', ':1.2.3.4', '00001', '', 'FFFF'),
    fc.integer({ min: 0, max: 0xffff }).map((group) => `${group.toString(16)}:`),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 10 }), (parts) => {
      const text = parts.join('');
      for (const one of [text, text.replace(/:$/, '')]) {
        expect(`${one} ${parseIPAddress(one) !== null}`).toBe(`${one} ${isIP(one) !== 0}`);
      }
    }),
    { numRuns: 2_000 },
  );
});
