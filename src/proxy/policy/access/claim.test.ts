import { expect, test } from 'vitest';
import { valuesOf } from './claim.ts';

const claims = {
  scope: 'orders.read  orders.write',
  roles: ['admin', 7, { not: 'plain' }],
  level: 3,
  'https://shop.example/tier': 'gold',
  realm: { access: { roles: ['a'] } },
  nothing: null,
};

test.each([
  ['scope', ['orders.read', 'orders.write']],
  ['roles', ['admin', '7']],
  ['level', ['3']],
  ['https://shop.example/tier', ['gold']],
  ['realm.access.roles', ['a']],
  ['realm.access', null],
  ['realm.access.other', null],
  ['nothing', null],
  ['constructor', null],
  ['roles.length', null],
])('%s', (name, values) => {
  expect(valuesOf(claims, name)).toEqual(values);
});
