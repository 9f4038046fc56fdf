import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, test } from 'vitest';
import { Capturer, MAX_VALUE, Pattern } from './regex.ts';

describe('which engine runs a pattern', () => {
  test.each([
    '/users/[^/]+',
    '/users/[^/]+/orders/\\d+',
    '/api/.*',
    '.*\\.png',
    '/static/.*\\.(?:png|jpg)',
    '/(a|b)/c',
    '/v[12](/.*)?',
    '^/foo$',
    '[a-z0-9_-]+',
    'a{3}a',
    '^a|b$',
    '/x.*?',
    '/(?P<n>a)/(?<m>b)',
  ])('%s is linear in V8', (source) => expect(new Pattern(source).engine).toBe('v8'));

  test.each([
    '(a+)+',
    '(a|b)*c',
    '.*.*x',
    '.*a.*',
    'a*a*',
    '[^/]*x[^/]*',
    'a{2,3}a',
    '(?:a|ab)c',
    'a?a',
    '(|)(|)(|)a',
    '(b?)?a',
    '(?:.*a|b.*c)',
    '(?i)/foo',
    '\\pL+',
    '\\Qa.b\\E',
    'a\\z',
    '[[:alpha:]]+',
    '\\bfoo',
    '/a$b',
    'a^b',
    'x{1000}',
    '\\x41',
    '(?P<n>a)*',
  ])('%s is left to RE2', (source) => expect(new Pattern(source).engine).toBe('re2'));

  test.each(['(', 'a**', '[z-a]', '(?=a)', '(?<!a)b', '\\1', 'a{2,1}', '*'])(
    '%s is not valid, and matches nothing',
    (source) => {
      const pattern = new Pattern(source);
      expect(pattern.engine).toBe('none');
      expect(pattern.problem).not.toBe('');
      expect(pattern.test('a')).toBe(false);
    },
  );
});

test('a pattern stands for the whole value', () => {
  expect(new Pattern('/a').test('/ab')).toBe(false);
  expect(new Pattern('a|b').test('ab')).toBe(false);
  expect(new Pattern('/a$').test('/a\n')).toBe(false);
  expect(new Pattern('a').test('a\n')).toBe(false);
});

test('a value beyond the cap is not matched', () => {
  for (const source of ['a+', '(a+)+']) {
    expect(new Pattern(source).test('a'.repeat(MAX_VALUE))).toBe(true);
    expect(new Pattern(source).test('a'.repeat(MAX_VALUE + 1))).toBe(false);
  }
});

/** Small, so that what is generated is mostly valid and values mostly collide with it. */
const atom = fc.constantFrom(
  'a',
  'b',
  '/',
  '\\.',
  '.',
  '[ab]',
  '[^/]',
  '[^a]',
  '\\d',
  '\\w',
  '\\s',
  '\\S',
  '[a-c-]',
  '[]a]',
  '}',
  ']',
  '-',
  ',',
);
const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '*?', '{2}', '{1,2}', '{2,}', '{0,1}');
const source = fc.letrec((tie) => ({
  whole: fc
    .tuple(fc.constantFrom('', '', '^'), tie('alternatives'), fc.constantFrom('', '', '$'))
    .map((parts) => parts.join('')),
  alternatives: fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map((all) => all.join('|')),
  sequence: fc.array(tie('item'), { maxLength: 4 }).map((all) => all.join('')),
  item: fc.oneof(
    { weight: 5, arbitrary: fc.tuple(atom, quantifier).map((parts) => parts.join('')) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom('(', '(', '(?:', '(?P<n>', '(?<m>'),
          tie('alternatives'),
          fc.constantFrom(')', ')', ')?', ')*'),
        )
        .map((parts) => parts.join('')),
    },
  ),
})).whole as fc.Arbitrary<string>;
const value = fc
  .array(
    fc.constantFrom('a', 'b', 'c', '/', '.', '1', ' ', '\n', '\r', '\u2028', '\u00a0', '\v', '}', ']', '-', '😀', 'é'),
    { maxLength: 8 },
  )
  .map((all) => all.join(''));

test('whichever engine runs it, a pattern means what RE2 says', () => {
  let native = 0;
  fc.assert(
    fc.property(source, fc.array(value, { minLength: 4, maxLength: 4 }), (text, values) => {
      const pattern = new Pattern(text);
      if (pattern.engine === 'none') return;
      if (pattern.engine === 'v8') native++;
      const oracle = RE2JS.compile(text);
      for (const each of values) expect([each, pattern.test(each)]).toEqual([each, oracle.testExact(each)]);
    }),
    { numRuns: 4000 },
  );
  expect(native).toBeGreaterThan(500);
});

test('whichever engine captures, groups are what RE2 says', () => {
  let found = 0;
  fc.assert(
    fc.property(source, fc.array(value, { minLength: 4, maxLength: 4 }), (text, values) => {
      if (new Pattern(text).engine === 'none') return;
      const oracle = RE2JS.compile(text);
      const capturer = new Capturer(text);
      for (const each of values) {
        const matcher = oracle.matcher(each);
        const expected: Record<string, string> = {};
        const isFound = matcher.matches();
        const names = Object.entries(oracle.namedGroups());
        for (let i = 1; isFound && i <= oracle.groupCount(); i++) {
          const group = matcher.group(i);
          for (const name of [String(i), ...names.filter(([, at]) => at === i).map(([one]) => one)]) {
            if (group !== null) expected[name] = group;
          }
        }
        if (Object.keys(expected).length > 0) found++;
        expect([each, capturer.captures(each)]).toEqual([each, isFound ? expected : null]);
      }
    }),
    { numRuns: 6000 },
  );
  expect(found).toBeGreaterThan(100);
});

test('no pattern that V8 runs takes more than linear time', () => {
  // A quadratic pattern would need more than 10^7 steps for these values, an exponential one would never end.
  const long = [...'ab/.1-'].map((character) => character.repeat(MAX_VALUE));
  long.push(
    'ab'.repeat(MAX_VALUE / 2),
    'a/'.repeat(MAX_VALUE / 2),
    `${'a'.repeat(MAX_VALUE - 1)}!`,
    `${'/a'.repeat(MAX_VALUE / 2 - 1)}\n`,
  );
  fc.assert(
    fc.property(source, (text) => {
      const pattern = new Pattern(text);
      fc.pre(pattern.engine === 'v8');
      const start = process.cpuUsage().user;
      for (const each of long) pattern.test(each);
      expect(process.cpuUsage().user - start).toBeLessThan(100_000);
    }),
    { numRuns: 300 },
  );
});
