import { BlockList } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IPSet } from './ip-set.ts';

const v4 = (max: number) =>
  fc
    .tuple(...[10, 0, 0, 0].map((first, at) => fc.integer({ min: first, max: at < 2 ? first : max })))
    .map((parts) => parts.join('.'));
const v6 = fc
  .integer({ min: 0, max: 0x3_ffff })
  .map((low) => `2001:db8::${(low >>> 16).toString(16)}:${(low & 0xffff).toString(16)}`);

test('holds what a block list of Node holds', () => {
  const network = fc.oneof(
    fc.tuple(v4(255), fc.integer({ min: 0, max: 32 }), fc.constant('ipv4' as const)),
    // For Node a network that has ::ffff:0:0/96 in it has IPv4 in it; here the families are apart.
    fc.tuple(v6, fc.integer({ min: 3, max: 128 }), fc.constant('ipv6' as const)),
  );
  fc.assert(
    fc.property(
      fc.array(network, { maxLength: 30 }),
      fc.array(fc.oneof(v4(255), v6), { minLength: 30, maxLength: 30 }),
      (networks, addresses) => {
        const list = new BlockList();
        for (const [address, bits, family] of networks) list.addSubnet(address, bits, family);
        const set = new IPSet(networks.map(([address, bits]) => `${address}/${bits}`));
        for (const address of addresses) {
          expect(set.has(address)).toBe(list.check(address, address.includes(':') ? 'ipv6' : 'ipv4'));
        }
      },
    ),
  );
});

test('intervals that overlap, touch or contain each other are one', () => {
  const set = new IPSet(['10.0.0.5-10.0.0.9', '10.0.0.1-6', '10.0.0.2', '10.0.0.10-12', '10.0.0.200-201']);
  const inside = Array.from({ length: 256 }, (_, last) => last).filter((last) => set.has(`10.0.0.${last}`));
  expect(inside).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 200, 201]);
});

test('a mapped address is the IPv4 address', () => {
  const set = new IPSet(['10.0.0.0/8']);
  expect(set.has('::ffff:10.1.2.3')).toBe(true);
  expect(set.has('::ffff:a01:203')).toBe(true);
  expect(set.has('::ffff:11.1.2.3')).toBe(false);
});

test('what is no address is neither in nor out', () => {
  expect(new IPSet(['0.0.0.0/0', '::/0']).has('unix:')).toBeNull();
});

test('a range is looked up, not spelt out', () => {
  const set = new IPSet(['fe80::/10', '10.0.0.0/8']);
  expect(set.has('febf:ffff::1')).toBe(true);
  expect(set.has('fec0::1')).toBe(false);
});
