import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Delta } from '../ir/delta.ts';
import { COLLECTIONS, emptyTable, type RoutingTable } from '../ir/table.ts';
import { applyDelta, DeltaError } from './apply.ts';
import { diff } from './diff.ts';
import { canonical, entryHash } from './digest.ts';
import { snapshotOf } from './revision.ts';

const key = fc.constantFrom('a/1', 'a/2', 'b/1', 'b/2', 'c/é', '__proto__', '10', '9');
const entry = fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.oneof(fc.integer(), fc.string(), fc.constant(null)));
const collection = fc.dictionary(key, fc.oneof(entry, fc.record({ list: fc.array(entry, { maxLength: 3 }) })));

/** Tables whose entries are arbitrary objects: the snapshot code never looks into an entry. */
const tables = fc
  .tuple(...COLLECTIONS.map(() => collection))
  .map(
    (all) =>
      ({ gateway: 'shop/web', ...Object.fromEntries(COLLECTIONS.map((name, i) => [name, all[i]])) }) as RoutingTable,
  );

const overTheWire = (delta: Delta): Delta => JSON.parse(JSON.stringify(delta));

const empty = emptyTable('shop/web');

const backend = (name: string) => ({ protocol: 'http1' as const, name, tls: null });

describe('revision', () => {
  test('does not depend on the order of members and keys', () => {
    const one = {
      ...empty,
      backends: { a: { protocol: 'http1', name: 'n', tls: null }, b: backend('m') },
    } as RoutingTable;
    const two = {
      ...empty,
      backends: { b: backend('m'), a: { name: 'n', tls: null, protocol: 'http1' } },
    } as RoutingTable;
    expect(snapshotOf(one).revision).toBe(snapshotOf(two).revision);
  });

  test('differs for another Gateway, another key, another collection and another entry', () => {
    const tables: RoutingTable[] = [
      empty,
      { ...empty, gateway: 'shop/other' },
      { ...empty, backends: { a: backend('n') } },
      { ...empty, backends: { b: backend('n') } },
      { ...empty, backends: { a: backend('m') } },
      { ...empty, endpoints: { a: backend('n') as never } },
    ];
    const revisions = tables.map((table) => snapshotOf(table).revision);
    expect(new Set(revisions).size).toBe(revisions.length);
  });

  test('canonical JSON sorts members, keeps the order of lists and drops undefined', () => {
    expect(canonical({ b: [2, 1], a: { d: null, c: 'x"' }, u: undefined })).toBe(
      '{"a":{"c":"x\\"","d":null},"b":[2,1]}',
    );
  });

  test('an entry is hashed by content', () => {
    expect(entryHash({ a: 1, b: 2 })).toBe(entryHash({ b: 2, a: 1 }));
    expect(entryHash({ a: 1 })).not.toBe(entryHash({ a: '1' }));
  });
});

describe('diff', () => {
  test('names exactly what changed', () => {
    const kept = backend('kept');
    const from = snapshotOf({ ...empty, backends: { kept, gone: backend('gone'), moved: backend('old') } });
    const to = snapshotOf({
      ...empty,
      backends: { kept: { ...kept }, moved: backend('new'), fresh: backend('fresh') },
    });
    expect(diff(from, to)).toEqual({
      gateway: 'shop/web',
      from: from.revision,
      to: to.revision,
      set: { backends: { fresh: backend('fresh'), moved: backend('new') } },
      remove: { backends: ['gone'] },
    });
  });

  test('from nothing is the full table', () => {
    const to = snapshotOf({ ...empty, backends: { a: backend('a') } });
    expect(diff(null, to)).toMatchObject({
      from: '',
      to: to.revision,
      set: { backends: { a: backend('a') } },
      remove: {},
    });
  });

  test('refuses tables of different Gateways', () => {
    expect(() => diff(snapshotOf(empty), snapshotOf({ ...empty, gateway: 'shop/other' }))).toThrow(
      /shop\/web.*shop\/other/,
    );
  });
});

describe('applyDelta', () => {
  test('the delta between any two tables leads from one to the other, over the wire too', () => {
    fc.assert(
      fc.property(tables, tables, (a, b) => {
        const from = snapshotOf(a);
        const to = snapshotOf(b);
        const result = applyDelta(from, overTheWire(diff(from, to)));
        expect(result).toEqual(to);
        expect(canonical(result.table)).toBe(canonical(b));
      }),
    );
  });

  test('a full table applies to nothing and to any older table', () => {
    fc.assert(
      fc.property(tables, tables, (a, b) => {
        const full = overTheWire(diff(null, snapshotOf(b)));
        expect(applyDelta(null, full)).toEqual(snapshotOf(b));
        expect(applyDelta(snapshotOf(a), full)).toEqual(snapshotOf(b));
      }),
    );
  });

  test('entries with equal content keep their identity', () => {
    fc.assert(
      fc.property(tables, tables, fc.boolean(), (a, b, full) => {
        const from = snapshotOf(a);
        const result = applyDelta(from, overTheWire(diff(full ? null : from, snapshotOf(b)))).table;
        for (const name of COLLECTIONS) {
          for (const [k, before] of Object.entries(a[name])) {
            if (!Object.hasOwn(b[name], k) || canonical(b[name][k]) !== canonical(before)) continue;
            expect(Object.entries(result[name]).find(([other]) => other === k)![1]).toBe(before);
          }
        }
      }),
    );
  });

  test('a collection without changes keeps its identity', () => {
    const from = snapshotOf({ ...empty, backends: { a: backend('a') } });
    const to = snapshotOf({ ...empty, backends: { a: backend('a') }, endpoints: { a: { addresses: [] } } });
    expect(applyDelta(from, diff(from, to)).table.backends).toBe(from.table.backends);
  });

  test('refuses a delta that starts elsewhere', () => {
    const a = snapshotOf(empty);
    const b = snapshotOf({ ...empty, backends: { a: backend('a') } });
    const c = snapshotOf({ ...empty, backends: { a: backend('b') } });
    expect(() => applyDelta(a, diff(b, c))).toThrow(DeltaError);
    expect(() => applyDelta(a, diff(b, c))).toThrow(
      `starts at revision ${b.revision}, but the table is at revision ${a.revision}`,
    );
    expect(() => applyDelta(null, diff(b, c))).toThrow('there is no table yet');
  });

  test('refuses a delta that was damaged on the way', () => {
    const a = snapshotOf(empty);
    const b = snapshotOf({ ...empty, backends: { a: backend('a') } });
    const damaged = { ...diff(a, b), set: { backends: { a: backend('x') } } };
    expect(() => applyDelta(a, damaged)).toThrow(/should lead to revision .*, but it leads to/);
  });

  test('refuses a delta of another Gateway', () => {
    const other = snapshotOf({ ...empty, gateway: 'shop/other' });
    expect(() => applyDelta(snapshotOf(empty), diff(null, other))).toThrow(/shop\/other does not fit .* shop\/web/);
  });
});
