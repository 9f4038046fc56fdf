import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapedPathText, percentEncoded, printable } from './encoding.ts';

test('an encoded value is one value, and can be read again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const encoded = percentEncoded(value);
      expect(encoded).toMatch(/^(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*$/);
      expect(decodeURIComponent(encoded)).toBe(value.toWellFormed());
    }),
  );
});

test('half a character is replaced', () => {
  expect(percentEncoded('a\ud800')).toBe('a%EF%BF%BD');
});

test('a part of a path stays as it is, and nothing else gets into one', () => {
  expect(escapedPathText("a%2Fb/c;d=e,f'(g)!*@:~")).toBe("a%2Fb/c;d=e,f'(g)!*@:~");
  expect(escapedPathText('a b?c#d%zz\r\né')).toBe('a%20b%3Fc%23d%25zz%0D%0A%C3%A9');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      expect(escapedPathText(value)).toMatch(/^(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*$/);
    }),
  );
});

test('a field has nothing but visible ASCII, spaces and tabs', () => {
  expect(printable('a b\tc')).toBe(true);
  for (const value of ['a\r', 'a\n', 'a\0', 'a\x7f', 'é', '€']) expect(printable(value), value).toBe(false);
});
