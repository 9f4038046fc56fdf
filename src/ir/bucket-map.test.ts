import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BucketMap, changedKeys } from './bucket-map.ts';
import { compareKeys } from './entries.ts';

const key = fc.stringMatching(/^[a-c0-2/_]{1,6}$/).map((text) => `/${text}`);
const change = fc.tuple(fc.oneof(key, fc.constant('__proto__')), fc.option(fc.record({ value: fc.nat(2) })));
type Changes = ReadonlyMap<string, object | null>;

/** What a plain Map makes of the same changes. */
function plain(...all: readonly Changes[]): [string, object][] {
  const merged = new Map(all.flatMap((changes) => [...changes]));
  const present = [...merged].filter((one): one is [string, object] => one[1] !== null);
  return present.sort(([a], [b]) => compareKeys(a, b));
}

test('changes are made in a copy', () => {
  fc.assert(
    fc.property(fc.array(change), fc.array(change), (first, second) => {
      const one: Changes = new Map(first);
      const other: Changes = new Map(second);
      const start = BucketMap.none.with(one);
      const copy = start.with(other);
      expect(Object.entries(copy.record)).toEqual(plain(one, other));
      expect(copy.size).toBe(plain(one, other).length);
      expect(Object.entries(start.record)).toEqual(plain(one));
      for (const [name, entry] of other) {
        expect(copy.get(name)).toBe(entry);
        expect(copy.has(name)).toBe(entry !== null);
      }
      const differing = [...new Set([...first, ...second].map(([name]) => name))].filter(
        (name) => start.get(name) !== copy.get(name),
      );
      expect(changedKeys(start, copy).sort()).toEqual(differing.sort());
    }),
  );
});

test('a record becomes a map once, and stays the record of it', () => {
  const record = { b: { value: 1 }, a: { value: 2 } };
  const map = BucketMap.of(record);
  expect(BucketMap.of(record)).toBe(map);
  expect(map.record).toBe(record);
  const next = map.with(new Map([['c', { value: 3 }]]));
  expect(next.record).toBe(next.record);
  expect(Object.isFrozen(next.record)).toBe(true);
  expect(BucketMap.of(next.record)).toBe(next);
});
