import { expect, test } from 'vitest';
import { PathReplacement } from './path-modifier.ts';

// The rows of Gateway API's table at HTTPPathModifier.replacePrefixMatch, and the root.
test.each([
  ['/foo/bar', '/foo', '/xyz', '/xyz/bar'],
  ['/foo/bar', '/foo', '/xyz/', '/xyz/bar'],
  ['/foo', '/foo', '/xyz', '/xyz'],
  ['/foo/', '/foo', '/xyz', '/xyz/'],
  ['/foo/bar', '/foo', '', '/bar'],
  ['/foo/', '/foo', '', '/'],
  ['/foo', '/foo', '', '/'],
  ['/foo/', '/foo', '/', '/'],
  ['/foo', '/foo', '/', '/'],
  ['/foo/bar', '/foo', '/', '/bar'],
  ['/foo/bar', '', '/xyz', '/xyz/foo/bar'],
  ['/', '', '/xyz', '/xyz/'],
  ['/foo', '', '/', '/foo'],
])('%s with its prefix %j replaced by %j is %s', (path, prefix, value, expected) => {
  expect(new PathReplacement({ kind: 'prefix', value }).apply(path, prefix)).toBe(expected);
});

test('without a matched prefix the path stays', () => {
  expect(new PathReplacement({ kind: 'prefix', value: '/x' }).apply('/a', null)).toBe('/a');
});

test.each([
  ['/one', '/one'],
  ['/one/', '/one/'],
  ['', '/'],
  ['one', '/one'],
  ['//evil.example/x', '/evil.example/x'],
  ['/a b\r\nX: y', '/a%20b%0D%0AX:%20y'],
  ['/a?b#c', '/a%3Fb%23c'],
  ['/é%zz%41', '/%C3%A9%25zz%41'],
  ['/\\evil', '/%5Cevil'],
])('the full path %j is sent as %s', (value, expected) => {
  expect(new PathReplacement({ kind: 'full', value }).apply('/whatever', '/whatever')).toBe(expected);
});
