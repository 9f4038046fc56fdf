import { expect, test } from 'vitest';
import { get } from '../fake/client.ts';
import { rows } from '../markdown.ts';
import { backend, send, TEXT } from './served.ts';

const PATHS: readonly (readonly [row: string, sent: string, seen: string | null])[] = [
  ['an escape of a letter, digit, `-`, `.`, `_` or `~`', '/%61dmin', '/admin'],
  ['any other escape', '/%2f%c3%a9', '/%2F%C3%A9'],
  ['`%2F`, `%5C`', '/a%2Fb%5Cc', '/a%2Fb%5Cc'],
  ['`//`', '//a///b', '/a/b'],
  ['`.` and `..` as an element, also written `%2e`', '/a/%2e%2e/../b/./c', '/b/c'],
  ['a slash at the end', '/a/', '/a/'],
  ['`%` without two hexadecimal digits, `%00`', '/%4', null],
  ['`\\`, `#`, control characters, bytes above 127', '/a\\b', null],
  ['an element that begins with `.;` or `..;`', '/a/..;/b', null],
];

test('every row about paths has a case', () => {
  expect(rows(TEXT, '## Path normalisation').map(([row]) => row)).toEqual(PATHS.map(([row]) => row));
});

test.each(PATHS)('%s in the path: %s becomes %s', async (_, sent, seen) => {
  const received = await send(get(`${sent}?a=%2f//`));
  expect(received.status).toBe(seen === null ? 400 : 200);
  if (seen !== null) expect(backend.requests[0]!.target).toBe(`${seen}?a=%2f//`);
});
