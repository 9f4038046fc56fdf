import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BucketMap } from '../ir/bucket-map.ts';
import { finish } from '../ir/steps.ts';
import { emptyTable, type RoutingTable } from '../ir/table.ts';
import { canonical, differingKeys, digesting } from './digest.ts';
import { snapshotOf } from './revision.ts';

/** Few enough to meet again, enough to share buckets. */
const keys = fc.oneof(
  fc.nat(900).map((index) => `httproute/shop/route-${index}/rule/0`),
  fc.constantFrom('__proto__', '10', ''),
);
const entry = fc.record({ value: fc.nat(3) });
const maps = fc
  .array(fc.tuple(keys, entry), { maxLength: 600 })
  .map((list) => BucketMap.none.with(new Map<string, object>(list)));
const edit = fc.array(fc.tuple(keys, fc.option(entry)), { maxLength: 5 });
const edits = fc.array(edit, { minLength: 1, maxLength: 12 });

const digestOf = (map: BucketMap) => finish(digesting(map));

/** The same content in other objects, so that nothing is remembered of it. */
function fresh(map: BucketMap): BucketMap {
  return BucketMap.none.with(new Map([...map.entries()].map(([key, value]) => [key, { ...value }])));
}

describe('digest', () => {
  test('step by step it is what it is from scratch', () => {
    fc.assert(
      fc.property(maps, edits, (start, list) => {
        let current = start;
        digestOf(current);
        for (const changes of list) {
          current = current.with(new Map(changes));
          expect(digestOf(current)).toBe(digestOf(fresh(current)));
        }
      }),
      { numRuns: 40 },
    );
  });

  test('is equal for equal content only', () => {
    fc.assert(
      fc.property(maps, edit, (before, changes) => {
        const after = before.with(new Map(changes));
        expect(digestOf(after) === digestOf(before)).toBe(canonical(after.record) === canonical(before.record));
      }),
      { numRuns: 60 },
    );
  });

  test('differing keys are exactly those whose entries differ', () => {
    fc.assert(
      fc.property(maps, maps, edit, fc.boolean(), (one, other, changes, related) => {
        const a = one;
        const b = related ? one.with(new Map(changes)) : other;
        const content = (from: BucketMap, key: string) => (from.has(key) ? canonical(from.get(key)) : null);
        const all = new Set([...a.entries(), ...b.entries()].map(([key]) => key));
        const expected = [...all].filter((key) => content(a, key) !== content(b, key)).sort();
        expect(differingKeys(a, b)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});

test('a revision depends on content alone, however the table came to be', () => {
  const table = (rules: BucketMap) => ({ ...emptyTable('shop/web'), rules: rules.record }) as RoutingTable;
  fc.assert(
    fc.property(maps, edit, (before, list) => {
      const first = snapshotOf(table(before));
      const after = before.with(new Map(list));
      const known = snapshotOf(table(after));
      expect(known.revision).toBe(snapshotOf(table(fresh(after))).revision);
      expect(known.revision === first.revision).toBe(canonical(after.record) === canonical(before.record));
    }),
    { numRuns: 40 },
  );
});
