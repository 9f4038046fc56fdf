import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Resource } from '../api/resources.ts';
import { sameContent, sameObject } from './equal.ts';

test('two values have the same content if their JSON has', () => {
  const value = fc.jsonValue({ maxDepth: 3, depthSize: 'small' });
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(sameContent(a, structuredClone(a))).toBe(true);
      const sorted = (each: unknown): unknown =>
        typeof each !== 'object' || each === null || Array.isArray(each)
          ? each
          : Object.fromEntries(Object.entries(each).sort(([x], [y]) => (x < y ? -1 : 1)));
      const json = (each: unknown) => JSON.stringify(each, (_, member) => sorted(member));
      expect(sameContent(a, b)).toBe(json(a) === json(b));
    }),
    { numRuns: 500 },
  );
});

test.each([
  [{ a: 1, b: undefined }, { a: 1 }, true],
  [{ a: 1, b: undefined }, { a: 1, b: null }, false],
  [{ a: 1 }, { b: 1 }, false],
  [[], {}, false],
  [{}, [], false],
  [[1, 2], [1], false],
  [{ toString: undefined }, {}, true],
  [{}, { toString: 1 }, false],
  [null, {}, false],
])('%j and %j: %s', (a, b, expected) => {
  expect(sameContent(a, b)).toBe(expected);
  expect(sameContent(b, a)).toBe(expected);
});

test('an object with another version or status is the same to translation, and with anything else another one', () => {
  const object = (metadata: object, more: object) =>
    ({ kind: 'Gateway', metadata: { name: 'web', ...metadata }, ...more }) as unknown as Resource;
  const one = object({ resourceVersion: '1' }, { spec: { a: 1 }, status: { conditions: [] } });
  expect(sameObject(one, object({ resourceVersion: '2' }, { spec: { a: 1 } }))).toBe(true);
  expect(sameObject(one, object({ resourceVersion: '1' }, { spec: { a: 2 } }))).toBe(false);
  expect(sameObject(one, object({ generation: 2 }, { spec: { a: 1 } }))).toBe(false);
});
