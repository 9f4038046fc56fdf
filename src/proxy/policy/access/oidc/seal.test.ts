import { expect, test } from 'vitest';
import { Seal } from './seal.ts';

test('what is sealed is opened by the same secret for the same purpose only', () => {
  const seal = new Seal('a secret', 'session');
  const sealed = seal.close({ sub: 'ada' });
  expect(sealed).toMatch(/^[-\w]+$/);
  expect(seal.open(sealed)).toEqual({ sub: 'ada' });
  expect(seal.close({ sub: 'ada' })).not.toBe(sealed);
  expect(new Seal('another', 'session').open(sealed)).toBeNull();
  expect(new Seal('a secret', 'login').open(sealed)).toBeNull();
});

test('what was changed, or is nothing of ours, is not opened', () => {
  const seal = new Seal('a secret', 'session');
  const sealed = Buffer.from(seal.close({ sub: 'ada' }), 'base64url');
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at]! ^= 1;
    expect(seal.open(changed.toString('base64url'))).toBeNull();
  }
  expect(['', 'AAAA', 'x'.repeat(100)].map((text) => seal.open(text))).toEqual([null, null, null]);
});
