import { expect, test } from 'vitest';
import { emptyForNull, isTooDeep, MAX_DEPTH, unknownFields, withoutNullFields } from './raw.ts';

test('null fields go, null items stay', () => {
  expect(withoutNullFields({ a: null, b: [null, { c: null, d: 0 }] })).toEqual({ b: [null, { d: 0 }] });
});

test('a document cannot change the prototype of its copy', () => {
  const copy = withoutNullFields(JSON.parse('{"__proto__": {"kind": "Gateway"}, "a": 1}')) as Record<string, unknown>;
  expect(copy.kind).toBeUndefined();
  expect(copy).toEqual({ a: 1 });
});

test('null data is empty data', () => {
  expect(emptyForNull({ a: null, b: 'c' })).toEqual({ a: '', b: 'c' });
  expect(emptyForNull('text')).toBe('text');
});

test('unknown fields are those that parsing left out', () => {
  expect(unknownFields({ a: 1, b: [{ c: 1, d: 2 }] }, { a: 1, b: [{ d: 2, e: 3 }] })).toEqual([['b', 0, 'c']]);
});

test('depth has a limit, and a document that contains itself is beyond it', () => {
  const nested = (levels: number): unknown => (levels === 0 ? {} : { inner: nested(levels - 1) });
  expect(isTooDeep(nested(MAX_DEPTH - 1))).toBe(false);
  expect(isTooDeep(nested(MAX_DEPTH))).toBe(true);
  const self: { inner?: unknown } = {};
  self.inner = self;
  expect(isTooDeep(self)).toBe(true);
});
