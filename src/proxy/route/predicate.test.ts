import { expect, test } from 'vitest';
import { PlainRequest } from './plain-request.ts';
import { Predicate, queryValue } from './predicate.ts';

test.each([
  ['?a=1', 'a', '1'],
  ['?a=1&a=2', 'a', '1'],
  ['?b=1&a=2', 'a', '2'],
  ['?A=1', 'a', null],
  ['?ab=1', 'a', null],
  ['?a', 'a', ''],
  ['?a=', 'a', ''],
  ['?a==b=', 'a', '=b='],
  ['', 'a', null],
  ['?', 'a', null],
  ['?&&a=1', 'a', '1'],
  ['?%61=1', 'a', '1'],
  ['?a=b+c', 'a', 'b c'],
  ['?a=b%20c%2B', 'a', 'b c+'],
  ['?x+y=1', 'x y', '1'],
  ['?a=%zz', 'a', '%zz'],
  ['?a=%ff', 'a', '%ff'],
  ['?a=caf%C3%A9', 'a', 'café'],
  ['?a=1;b=2', 'b', null],
])('in %s the parameter %s is %j', (query, name, expected) => {
  expect(queryValue(query, name)).toBe(expected);
});

test('everything that is asked for must hold', () => {
  const predicate = new Predicate({
    path: { kind: 'prefix', value: '' },
    method: 'GET',
    headers: [
      { name: 'x', kind: 'exact', value: '1' },
      { name: 'y', kind: 'regex', value: '[ab]+' },
    ],
    query: [{ name: 'q', kind: 'exact', value: '1' }],
  });
  const holds = (method: string, target: string, fields: [string, string][]) =>
    predicate.holds(new PlainRequest(method, 'a', target, fields));
  const fields: [string, string][] = [
    ['X', '1'],
    ['Y', 'ab'],
  ];
  expect(holds('GET', '/?q=1', fields)).toBe(true);
  expect(holds('get', '/?q=1', fields)).toBe(false);
  expect(holds('GET', '/?q=2', fields)).toBe(false);
  expect(holds('GET', '/?q=1', [['X', '1']])).toBe(false);
  expect(holds('GET', '/?q=1', [...fields, ['x', '1']])).toBe(false);
  expect(holds('GET', '/?q=1', [...fields, ['y', 'b']])).toBe(false);
});
