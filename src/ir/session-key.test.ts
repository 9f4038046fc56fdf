import { expect, test } from 'vitest';
import { withoutSessionKeys } from './session-key.ts';
import type { Backend, Rule } from './table.ts';
import type { SessionPersistence, Traffic } from './traffic.ts';

const sessionPersistence: SessionPersistence = {
  kind: 'cookie',
  name: 'session',
  path: '/',
  isPermanent: false,
  absoluteTimeout: 0,
  idleTimeout: 0,
  key: 'c2VjcmV0',
};

test('the keys of sessions of rules and of policies are hidden, and nothing else is', () => {
  const rule = { name: 'a', sessionPersistence } as Rule;
  const backend = { name: 'b', traffic: { policy: 'shop/cart', sessionPersistence } as Traffic } as Backend;
  expect(withoutSessionKeys(rule)).toEqual({
    name: 'a',
    sessionPersistence: { ...sessionPersistence, key: '[redacted]' },
  });
  expect(withoutSessionKeys(backend)).toEqual({
    name: 'b',
    traffic: { policy: 'shop/cart', sessionPersistence: { ...sessionPersistence, key: '[redacted]' } },
  });
});

test('what has none is shown as it is', () => {
  const backend = { name: 'b', traffic: { policy: 'shop/cart', sessionPersistence: null } };
  expect(withoutSessionKeys(backend)).toBe(backend);
});
