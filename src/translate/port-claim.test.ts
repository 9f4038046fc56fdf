import { expect, test } from 'vitest';
import { PortClaims } from './port-claim.ts';

test('a Gateway shares a port with itself', () => {
  const claims = new PortClaims();
  expect(claims.claim('shop/web', ['127.0.0.1'], 80, 'TCP')).toBeNull();
  expect(claims.claim('shop/web', ['127.0.0.1'], 80, 'TCP')).toBeNull();
});

test.each([
  [['127.0.0.1'], ['127.0.0.1'], true],
  [['127.0.0.1'], ['127.0.0.2'], false],
  [['127.0.0.1', '127.0.0.2'], ['127.0.0.2', '127.0.0.3'], true],
  [['0.0.0.0'], ['127.0.0.1'], true],
  [['0.0.0.0'], ['::1'], false],
  [['::'], ['::1'], true],
  [['::'], ['127.0.0.1'], true],
  [[], [], true],
  [[], ['127.0.0.1'], false],
])('%j and %j on one port: taken is %j, whoever comes first', (a, b, taken) => {
  for (const [first, second] of [
    [a, b],
    [b, a],
  ] as const) {
    const claims = new PortClaims();
    expect(claims.claim('shop/first', first, 80, 'TCP')).toBeNull();
    expect(claims.claim('shop/second', second, 81, 'TCP')).toBeNull();
    expect(claims.claim('shop/second', second, 80, 'TCP')).toBe(taken ? 'shop/first' : null);
  }
});

test('a port that was refused is not claimed', () => {
  const claims = new PortClaims();
  claims.claim('shop/first', ['127.0.0.1'], 80, 'TCP');
  claims.claim('shop/second', ['127.0.0.1', '127.0.0.2'], 80, 'TCP');
  expect(claims.claim('shop/third', ['127.0.0.2'], 80, 'TCP')).toBeNull();
});
