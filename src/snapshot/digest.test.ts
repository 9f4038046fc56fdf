import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TableChange } from '../ir/delta.ts';
import { type Entries, withChanges } from '../ir/entries.ts';
import { finish } from '../ir/steps.ts';
import type { RoutingTable } from '../ir/table.ts';
import { canonical, differingKeys, digestingAfter, digestOf } from './digest.ts';
import { snapshotOf } from './revision.ts';

const digestAfter = (before: Entries, after: Entries, keys: readonly string[]) =>
  finish(digestingAfter(before, after, keys));

/** Few enough to meet again, enough to share buckets. */
const keys = fc.oneof(
  fc.nat(900).map((index) => `httproute/shop/route-${index}/rule/0`),
  fc.constantFrom('__proto__', '10', ''),
);
const entry = fc.record({ value: fc.nat(3) });
const entries = fc
  .array(fc.tuple(keys, entry), { maxLength: 600 })
  .map((list) => withChanges({}, new Map<string, object>(list)));
const edit = fc.array(fc.tuple(keys, fc.option(entry)), { maxLength: 5 });
const edits = fc.array(edit, { minLength: 1, maxLength: 12 });

/** The same content under another identity, so that nothing is remembered of it. */
const fresh = (one: Entries): Entries => withChanges(one, new Map());

describe('digest', () => {
  test('step by step it is what it is from scratch', () => {
    fc.assert(
      fc.property(entries, edits, (start, list) => {
        let current = start;
        digestOf(current);
        for (const changes of list) {
          const after = withChanges(current, new Map(changes));
          const digest = digestAfter(
            current,
            after,
            changes.map(([key]) => key),
          );
          expect(digest).toEqual(digestOf(fresh(after)));
          expect(digestOf(after)).toBe(digest);
          current = after;
        }
      }),
      { numRuns: 40 },
    );
  });

  test('without the digest of what was before, it is taken from scratch', () => {
    const after = { a: { value: 1 } };
    expect(digestAfter({}, after, []).hash).toBe(digestOf({ a: { value: 1 } }).hash);
  });

  test('is equal for equal content only', () => {
    fc.assert(
      fc.property(entries, edit, (before, changes) => {
        const after = withChanges(before, new Map(changes));
        expect(digestOf(after).hash === digestOf(before).hash).toBe(canonical(after) === canonical(before));
      }),
      { numRuns: 60 },
    );
  });

  test('differing keys are exactly those whose entries differ', () => {
    fc.assert(
      fc.property(entries, entries, edit, fc.boolean(), (one, other, changes, related) => {
        const a = one;
        const b = related ? withChanges(one, new Map(changes)) : other;
        const content = (from: Entries, key: string) => (Object.hasOwn(from, key) ? canonical(from[key]) : null);
        const all = new Set([...Object.keys(a), ...Object.keys(b)]);
        const expected = [...all].filter((key) => content(a, key) !== content(b, key)).sort();
        expect(differingKeys(a, b)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});

describe('revision', () => {
  const empty = {
    listeners: {},
    rules: {},
    streams: {},
    backends: {},
    endpoints: {},
    certificates: {},
    policies: {},
    secrets: {},
  };

  test('of a changed table is the same with and without knowing the change', () => {
    fc.assert(
      fc.property(entries, edit, (rules, list) => {
        const before = { gateway: 'shop/web', ...empty, rules } as unknown as RoutingTable;
        const first = snapshotOf(before);
        const table = { ...before, rules: withChanges(rules, new Map(list)) } as RoutingTable;
        const change: TableChange = { before, table, keys: { rules: list.map(([key]) => key) } };
        const known = snapshotOf(table, change);
        const scratch = snapshotOf({ ...table, rules: fresh(table.rules) } as RoutingTable);
        expect(known.revision).toBe(scratch.revision);
        expect(known.revision === first.revision).toBe(canonical(table) === canonical(before));
      }),
      { numRuns: 40 },
    );
  });
});
