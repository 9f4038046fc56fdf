import { describe, expect, test } from 'vitest';
import { type Asker, clientOf, EVERYBODY, Exemptions, network } from './client.ts';

function asker(part: {
  headers?: Record<string, string>;
  address?: string;
  identity?: Asker['identity'];
  isPreflight?: boolean;
}): Asker {
  return {
    head: { header: (name) => part.headers?.[name] ?? null },
    clientAddress: part.address ?? '192.0.2.1',
    identity: part.identity ?? null,
    isPreflight: part.isPreflight ?? false,
  };
}

describe('the client of a request', () => {
  test('is its address', () => {
    expect(clientOf({ kind: 'source-ip' }, asker({}))).toBe('192.0.2.1');
  });

  test('is all of them', () => {
    expect(clientOf({ kind: 'target' }, asker({}))).toBe(EVERYBODY);
  });

  test('is what a header says, and otherwise what the fallback is', () => {
    const key = { kind: 'header', name: 'x-client-id', fallback: 'source-ip' } as const;
    expect(clientOf(key, asker({ headers: { 'x-client-id': 'a' } }))).toBe('h=a');
    expect(clientOf(key, asker({ headers: { 'x-client-id': '' } }))).toBe('192.0.2.1');
    expect(clientOf(key, asker({}))).toBe('192.0.2.1');
    expect(clientOf({ ...key, fallback: 'target' }, asker({}))).toBe(EVERYBODY);
    expect(clientOf({ ...key, fallback: 'reject' }, asker({}))).toBeNull();
    expect(clientOf({ ...key, fallback: 'reject' }, asker({ isPreflight: true }))).toBe('192.0.2.1');
  });

  test('cannot be taken for an address', () => {
    const key = { kind: 'header', name: 'x-client-id', fallback: 'source-ip' } as const;
    expect(clientOf(key, asker({ headers: { 'x-client-id': '192.0.2.1' } }))).not.toBe('192.0.2.1');
  });

  test('is short, however long its name is', () => {
    const key = { kind: 'header', name: 'x-client-id', fallback: 'source-ip' } as const;
    const one = clientOf(key, asker({ headers: { 'x-client-id': 'a'.repeat(8_000) } }))!;
    const other = clientOf(key, asker({ headers: { 'x-client-id': `${'a'.repeat(7_999)}b` } }))!;
    expect(one.length).toBeLessThan(64);
    expect(one).not.toBe(other);
  });

  test('is a claim, or one inside of another', () => {
    const identity = { consumer: 'shop', claims: { sub: 'alice', 'a.b': 'dotted', org: { id: 7 }, list: ['x'] } };
    const of = (name: string) => clientOf({ kind: 'claim', name, fallback: 'reject' }, asker({ identity }));
    expect(of('sub')).toBe('c=alice');
    expect(of('org.id')).toBe('c=7');
    expect(of('a.b')).toBe('c=dotted');
    expect(of('list')).toBeNull();
    expect(of('constructor')).toBeNull();
    expect(of('org.constructor')).toBeNull();
    expect(clientOf({ kind: 'claim', name: 'sub', fallback: 'reject' }, asker({}))).toBeNull();
  });

  test('is a consumer', () => {
    const identity = { consumer: 'shop', claims: {} };
    expect(clientOf({ kind: 'consumer', fallback: 'reject' }, asker({ identity }))).toBe('u=shop');
  });
});

describe('the network of an address', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:0:0:1:2:3:4', '2001:db8:0:0::/64'],
    ['2001:DB8:00ff:0001::', '2001:db8:ff:1::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['1:2:3::5:6:7:8', '1:2:3:0::/64'],
    ['not:an:address', 'not:an:address'],
  ])('%s is in %s', (address, expected) => {
    expect(network(address)).toBe(expected);
  });
});

test('exemptions', () => {
  const exemptions = new Exemptions([
    { kind: 'source-ip', cidrs: ['198.51.100.0/24', '2001:db8::/32'] },
    { kind: 'header', name: 'x-client-id', value: 'admin-client' },
    { kind: 'claim', name: 'role', value: 'admin' },
    { kind: 'consumer', name: 'backup' },
  ]);
  expect(exemptions.has(asker({}))).toBe(false);
  expect(exemptions.has(asker({ address: '198.51.100.9' }))).toBe(true);
  expect(exemptions.has(asker({ address: '2001:db8::9' }))).toBe(true);
  expect(exemptions.has(asker({ headers: { 'x-client-id': 'admin-client' } }))).toBe(true);
  expect(exemptions.has(asker({ headers: { 'x-client-id': 'Admin-Client' } }))).toBe(false);
  expect(exemptions.has(asker({ identity: { consumer: 'x', claims: { role: 'admin' } } }))).toBe(true);
  expect(exemptions.has(asker({ identity: { consumer: 'backup', claims: {} } }))).toBe(true);
});
