import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalisePath } from './path.ts';

const piece = fc.constantFrom(
  '/',
  '.',
  '..',
  'a',
  'B',
  '%41',
  '%2e',
  '%2F',
  '%2f',
  '%c3',
  '%',
  '%0',
  '%00',
  ';',
  '~',
  ' ',
  'é',
  '?',
  '#',
  '\\',
  ':',
);
const paths = fc.array(piece, { maxLength: 12 }).map((pieces) => `/${pieces.join('')}`);

test('a path that was brought into its normal form stays as it is', () => {
  fc.assert(
    fc.property(paths, (path) => {
      const once = normalisePath(path);
      if (once !== null) expect(normalisePath(once)).toBe(once);
    }),
  );
});

test.each([
  ['/', '/'],
  ['/a//b/./c/../d/', '/a/b/d/'],
  ['/..', '/'],
  ['/a/..', '/'],
  ['/a/.', '/a/'],
  ['/%7Euser/%2f', '/~user/%2F'],
  ['a', null],
  ['/%zz', null],
  ['/%00', null],
  ['/a/..;b', null],
])('%s becomes %s', (path, normal) => {
  expect(normalisePath(path)).toBe(normal);
});
