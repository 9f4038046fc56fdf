import { expect, test } from 'vitest';
import { plainAddress, TrustedHops } from './peer.ts';

test('knows trusted hops by address and range, of both families', () => {
  const hops = new TrustedHops(['10.0.0.0/8', '192.0.2.7', 'fd00::/8']);
  for (const address of ['10.1.2.3', '192.0.2.7', 'fd00::1']) expect(hops.has(address)).toBe(true);
  for (const address of ['11.0.0.1', '192.0.2.8', 'fe00::1', 'nonsense']) expect(hops.has(address)).toBe(false);
  expect(new TrustedHops([]).has('10.1.2.3')).toBe(false);
});

test.each(['10.0.0.0/33', '10.0.0/8', 'fd00::/129', 'host', '10.0.0.0/x', ''])('refuses the range %j', (range) => {
  expect(() => new TrustedHops([range])).toThrow(`trustedProxies: ${JSON.stringify(range)}`);
});

test('the client is the last hop that is not trusted', () => {
  const hops = new TrustedHops(['10.0.0.0/8']);
  expect(hops.clientOf('10.0.0.1', '203.0.113.9, 198.51.100.1, 10.0.0.2')).toBe('198.51.100.1');
  expect(hops.clientOf('10.0.0.1', '10.0.0.3, 10.0.0.2')).toBe('10.0.0.3');
  expect(hops.clientOf('10.0.0.1', 'garbage, 10.0.0.2')).toBe('10.0.0.2');
  expect(hops.clientOf('203.0.113.1', '198.51.100.1')).toBe('203.0.113.1');
  expect(hops.clientOf('10.0.0.1', null)).toBe('10.0.0.1');
});

test('shows IPv4 as IPv4', () => {
  expect(plainAddress('::ffff:192.0.2.1')).toBe('192.0.2.1');
  expect(plainAddress('2001:db8::1')).toBe('2001:db8::1');
});
