import { expect, test } from 'vitest';
import { checkedExpression } from './check.ts';
import { ExpressionFault } from './token.ts';

const path = { op: 'field', name: 'request.path' };
const literal = (value: string | number | boolean) => ({ op: 'literal', value });

test('operators bind as in CEL', () => {
  expect(checkedExpression('true || false && !true')).toEqual({
    op: 'or',
    left: literal(true),
    right: { op: 'and', left: literal(false), right: { op: 'not', of: literal(true) } },
  });
  expect(checkedExpression('1 + 2 * -3 == 7 - 1 - 1')).toEqual({
    op: '==',
    left: {
      op: '+',
      left: literal(1),
      right: { op: '*', left: literal(2), right: { op: 'negative', of: literal(3) } },
    },
    right: { op: '-', left: { op: '-', left: literal(7), right: literal(1) }, right: literal(1) },
  });
  expect(checkedExpression('true ? false : true ? true : false')).toMatchObject({
    op: 'conditional',
    no: { op: 'conditional' },
  });
});

test('texts have escapes unless they are raw', () => {
  expect(checkedExpression(String.raw`request.path == "\x41\u0042\U00000043\103\n\""`)).toMatchObject({
    right: literal('ABCC\n"'),
  });
  expect(checkedExpression(String.raw`request.path == r'\d'`)).toMatchObject({ right: literal('\\d') });
  expect(checkedExpression(`request.path == """a"b\nc"""`)).toMatchObject({ right: literal('a"b\nc') });
  expect(checkedExpression('request.path == // a comment\n "x"')).toMatchObject({ right: literal('x') });
});

test('entries of maps, whatever way they are asked for', () => {
  const host = { map: 'request.headers', key: literal('x-env') };
  expect(checkedExpression("request.headers['X-Env'] == 'a'")).toMatchObject({ left: { op: 'entry', ...host } });
  expect(checkedExpression("'X-Env' in request.headers")).toEqual({ op: 'hasEntry', ...host });
  expect(checkedExpression('has(request.cookies.beta)')).toEqual({
    op: 'hasEntry',
    map: 'request.cookies',
    key: literal('beta'),
  });
  expect(checkedExpression('request.headers[request.query.which] == "a"')).toMatchObject({
    left: { key: { op: 'lowerAscii', of: { op: 'entry', map: 'request.query', key: literal('which') } } },
  });
});

test('functions', () => {
  expect(checkedExpression('request.path.startsWith("/a")')).toEqual({
    op: 'startsWith',
    of: path,
    text: literal('/a'),
  });
  expect(checkedExpression('matches(request.path, "^/a") && request.path.matches("b$")')).toMatchObject({
    left: { op: 'matches', of: path, pattern: '^/a' },
    right: { op: 'matches', of: path, pattern: 'b$' },
  });
  expect(checkedExpression('size(request.segments) > 1 && request.path.size() < 9')).toMatchObject({ op: 'and' });
  expect(checkedExpression('request.segments.exists(s, s == "admin")')).toEqual({
    op: 'some',
    list: { op: 'segments' },
    holds: { op: '==', left: { op: 'element' }, right: literal('admin') },
  });
  expect(checkedExpression('cidr("10.0.0.0/8").containsIP(source.address)')).toEqual({
    op: 'containsIP',
    range: '10.0.0.0/8',
    address: { op: 'field', name: 'source.address' },
  });
});

test.each([
  ['', 'at character 1: the expression ends here'],
  ['request.path', 'must be bool, is text'],
  ['request.path == 1', 'at character 17: must be text, is int'],
  ['request.body == "x"', 'request.body is not known, only request.method'],
  ['path == "x"', 'path is not known'],
  ['request.headers == "x"', 'request.headers is a map: take an entry of it'],
  ['request.path.foo("x")', 'foo is no function that is known'],
  ['request.path.startsWith()', 'startsWith takes 1 parameters, not 0'],
  ['startsWith("a")', 'startsWith must be called on something'],
  ['request.path.matches(request.host)', 'the pattern must be a literal text'],
  ['request.path.matches("(")', '"(" is not a regular expression of RE2'],
  ['request.path == "a', 'at character 17: the text has no end'],
  ['request.path == "\\q"', 'is no escape'],
  ['1.5 > 1', 'only whole numbers are known'],
  ['9007199254740992 > 1', 'is more than 2^53 - 1'],
  ['1 in []', 'a list must have an item'],
  ['1 in [1, "a"]', 'must be int, is text'],
  ['[1] == [1]', 'lists cannot be compared'],
  ['request.segments.exists(s, request.segments.all(t, t == s))', 'all cannot stand within exists or all'],
  ['cidr("10.0.0.0/33").containsIP(source.address)', 'containsIP is called on a network'],
  ['has(request.path)', 'has takes an entry of a map'],
  ['true true', '"true" cannot stand here'],
  ['(true', '")" is expected'],
  ['true # x', '"#" has no meaning here'],
  ['"in" in "a"', 'must be a list or a map, is text'],
  [`${'!'.repeat(30)}true`, 'is nested more than 24 levels deep'],
  [`${'('.repeat(30)}true${')'.repeat(30)}`, 'is nested more than 24 levels deep'],
  [Array(120).fill('true').join('||'), 'has more than 200 parts'],
])('%s is refused', (text, message) => {
  expect(() => checkedExpression(text)).toThrow(ExpressionFault);
  expect(() => checkedExpression(text)).toThrow(message);
});
