import { describe, expect, test } from 'vitest';
import { holds, withDerived } from './authorization.ts';

const claims = { sub: 'user|42|eu', scope: 'orders.read orders.write', roles: ['a', 'b'], age: 7 };

describe('a requirement', () => {
  test.each([
    ['scope', ['orders.read'], 'Any', true],
    ['scope', ['orders.delete', 'orders.write'], 'Any', true],
    ['scope', ['orders.read', 'orders.delete'], 'All', false],
    ['scope', ['orders.read', 'orders.write'], 'All', true],
    ['scope', ['orders'], 'Any', false],
    ['roles', ['b'], 'Any', true],
    ['age', ['7'], 'Any', true],
    ['age', [], 'Any', true],
    ['none', [], 'Any', false],
    ['none', ['undefined'], 'Any', false],
  ] as const)('%s %j %s', (claim, values, match, result) => {
    expect(holds({ claim, values, match }, claims)).toBe(result);
  });
});

describe('a claim made of another', () => {
  test.each([
    ['a part', { name: 'id', claim: 'sub', split: { delimiter: '|', index: 1 } }, { id: '42' }],
    ['no such part', { name: 'id', claim: 'sub', split: { delimiter: '|', index: 3 } }, {}],
    ['a delimiter is one text', { name: 'id', claim: 'sub', split: { delimiter: '|4', index: 1 } }, { id: '2|eu' }],
    ['all of it', { name: 'id', claim: 'sub', split: null }, { id: 'user|42|eu' }],
    ['a list', { name: 'groups', claim: 'roles', split: null }, { groups: ['a', 'b'] }],
    ['nothing', { name: 'id', claim: 'none', split: null }, {}],
  ])('%s', (_, derived, more) => {
    expect(withDerived(claims, [derived])).toEqual({ ...claims, ...more });
  });

  test('replaces one of the same name, and takes it away when it cannot be made', () => {
    const derive = { name: 'sub', claim: 'sub', split: { delimiter: '|', index: 0 } };
    expect(withDerived(claims, [derive]).sub).toBe('user');
    expect(withDerived(claims, [{ ...derive, split: { delimiter: '|', index: 9 } }])).not.toHaveProperty('sub');
  });

  test('may be made of one made before', () => {
    const made = withDerived(claims, [
      { name: 'id', claim: 'sub', split: { delimiter: '|', index: 1 } },
      { name: 'first', claim: 'id', split: { delimiter: '', index: 0 } },
    ]);
    expect(made.first).toBe('4');
  });
});
