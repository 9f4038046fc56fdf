import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalisePath } from './normalise.ts';

test.each([
  ['', '/'],
  ['/', '/'],
  ['/a/b', '/a/b'],
  ['/a/b/', '/a/b/'],
  ['//', '/'],
  ['///a//b//', '/a/b/'],
  ['/a/./b', '/a/b'],
  ['/a/.', '/a/'],
  ['/a/..', '/'],
  ['/a/b/..', '/a/'],
  ['/a/b/../', '/a/'],
  ['/a//../b', '/b'],
  ['/foo/./bar/../baz', '/foo/baz'],
  ['/../../etc', '/etc'],
  ['/..', '/'],
  ['/.', '/'],
  ['/.hidden/..x/...', '/.hidden/..x/...'],
  ['/%61dmin', '/admin'],
  ['/%7euser/%2D%5f', '/~user/-_'],
  ['/a/%2e%2E/b', '/b'],
  ['/a/%2e', '/a/'],
  ['/a%2fb', '/a%2Fb'],
  ['/a/..%2fb', '/a/..%2Fb'],
  ['/a%5cb', '/a%5Cb'],
  ['/%3a%3B', '/%3A%3B'],
  ['/%25%36%31', '/%2561'],
  ['/caf%c3%a9', '/caf%C3%A9'],
  ['/a;v=1/b', '/a;v=1/b'],
])('%s becomes %s', (raw, expected) => {
  expect(normalisePath(raw)).toBe(expected);
});

test.each(['a', '*', 'http://a/', '/a\\b', '/%', '/%4', '/%zz', '/%0', '/%00', '/a b', '/a\0', '/a\n', '/a\x7f', '/é'])(
  '%j is refused',
  (raw) => expect(normalisePath(raw)).toBeNull(),
);

test.each(['/a?b', '/a#b', '/a/..;/b', '/a/..;x=1/b', '/.;/a', '/%2e%2e;/a', '/a/.%2e;'])('%j is refused too', (raw) =>
  expect(normalisePath(raw)).toBeNull(),
);

/** Few pieces, so that what is dangerous is frequent. */
const rawPath = fc
  .array(
    fc.constantFrom(
      '/',
      '/',
      '/',
      '.',
      '..',
      'a',
      'b',
      'A',
      '%2e',
      '%2E',
      '%2f',
      '%2F',
      '%61',
      '%5c',
      '%25',
      '%',
      ';',
      '%3b',
      '%c3',
      '~',
    ),
    { maxLength: 12 },
  )
  .map((pieces) => `/${pieces.join('')}`);

test('what comes out is a fixed point without anything left to resolve', () => {
  fc.assert(
    fc.property(rawPath, (raw) => {
      const path = normalisePath(raw);
      fc.pre(path !== null);
      expect(normalisePath(path!)).toBe(path);
      expect(path).toMatch(/^\//);
      expect(path).not.toMatch(/\/\/|\/\.\.?(?:\/|;|$)|%(?![0-9A-F]{2})/);
    }),
    { numRuns: 5000 },
  );
});

/** How a backend that follows RFC 3986 reads a path: elements decoded one by one, then dots resolved. */
function meaning(path: string): string[] {
  const elements: string[] = [];
  for (const element of path
    .split('/')
    .map((raw) => raw.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))))) {
    if (element === '..') elements.pop();
    else if (element !== '.' && element !== '') elements.push(element);
  }
  return elements;
}

test('no spelling bypasses a route: what is matched means what the client wrote', () => {
  fc.assert(
    fc.property(rawPath, (raw) => {
      const path = normalisePath(raw);
      fc.pre(path !== null);
      expect(meaning(path!)).toEqual(meaning(raw));
    }),
    { numRuns: 5000 },
  );
});

test('two spellings of one path become the same string', () => {
  const spelled = fc.constantFrom('a', 'Z', '0', '-', '.', '_', '~').chain((character) => {
    const hex = character.charCodeAt(0).toString(16);
    return fc.tuple(fc.constant(character), fc.constantFrom(character, `%${hex}`, `%${hex.toUpperCase()}`));
  });
  fc.assert(
    fc.property(fc.array(spelled, { minLength: 1 }), (characters) => {
      const plain = `/x/${characters.map(([character]) => character).join('')}`;
      const odd = `/x/${characters.map(([, spelling]) => spelling).join('')}`;
      expect(normalisePath(odd)).toBe(normalisePath(plain));
    }),
  );
});
