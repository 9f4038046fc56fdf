import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compactJSON, valuesAt } from './json.ts';

const compact = (text: string): string | null => compactJSON(Buffer.from(text));

test('space between tokens goes, all else stays as it is written', () => {
  expect(compact(' { "a b" : [ 1.0 , 12345678901234567890, "x \\" y" ] ,\r\n\t"c":null } ')).toBe(
    '{"a b":[1.0,12345678901234567890,"x \\" y"],"c":null}',
  );
  expect(compact('"  "')).toBe('"  "');
});

test('what is not JSON in UTF-8 is refused', () => {
  for (const text of ['', 'tom', '{"a":}', '1 2', '[1,]', "{'a':1}", '\ufeff']) expect(compact(text)).toBeNull();
  expect(compactJSON(Buffer.from([0x22, 0xff, 0x22]))).toBeNull();
  expect(compact('['.repeat(300) + ']'.repeat(300))).toBeNull();
  expect(compact('['.repeat(200) + ']'.repeat(200))).not.toBeNull();
});

test('compact JSON means what the text before meant', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(1, 2, '\t'), (value, space) => {
      const text = JSON.stringify(value, null, space);
      const made = compact(text);
      expect(made).toBe(JSON.stringify(value));
    }),
  );
});

test('values come once each, in their order', () => {
  const posts = '[{"authorId":7},{"authorId":"a b"},{"authorId":7},{"authorId":null},{"other":1},3]';
  const steps = [{ all: true }, { member: 'authorId' }] as const;
  expect(valuesAt(posts, steps, 2)).toEqual(['7', 'a b']);
  expect(valuesAt(posts, steps, 1)).toBeNull();
  expect(valuesAt('{"a":{"x":1,"y":true}}', [{ member: 'a' }, { all: true }], 9)).toEqual(['1', 'true']);
  expect(valuesAt('[1,2]', [{ element: 1 }], 9)).toEqual(['2']);
  expect(valuesAt('[1,2]', [{ element: 2 }], 9)).toEqual([]);
  expect(valuesAt('{}', [{ member: '__proto__' }, { all: true }], 9)).toEqual([]);
});
