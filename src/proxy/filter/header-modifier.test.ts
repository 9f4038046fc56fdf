import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HeaderEdits, HeaderValue } from '../../ir/filter.ts';
import { EMPTY_PLAN, hostOf, planOf } from './header-modifier.ts';

function edits(more: Partial<HeaderEdits>): HeaderEdits {
  return { set: [], add: [], remove: [], ...more };
}

function header(name: string, value: string): HeaderValue {
  return { name, value };
}

test('set replaces, add appends, remove drops', () => {
  const plan = planOf([
    edits({
      set: [header('X-Set', 'a')],
      add: [header('X-Add', 'b'), header('Set-Cookie', 'c=d')],
      remove: ['X-Gone'],
    }),
  ]);
  expect(plan.drop).toEqual(['x-set', 'x-gone']);
  expect(plan.block?.toString()).toBe('X-Set: a\r\nX-Add: b\r\nSet-Cookie: c=d\r\n');
});

test("a backend's edits see what the rule's did", () => {
  const plan = planOf([
    edits({ add: [header('X-A', 'rule'), header('X-B', 'rule')] }),
    edits({ set: [header('x-a', 'backend')], add: [header('X-B', 'backend')], remove: ['X-C'] }),
  ]);
  expect(plan.drop).toEqual(['x-a', 'x-c']);
  expect(plan.block?.toString()).toBe('X-B: rule\r\nx-a: backend\r\nX-B: backend\r\n');
});

test('of equal names in one list the first counts', () => {
  expect(planOf([edits({ set: [header('X-A', '1'), header('x-a', '2')] })]).lines).toEqual([header('X-A', '1')]);
});

test('fields that frame the message are out of reach', () => {
  const names = ['Content-Length', 'transfer-encoding', 'Connection', 'Host', 'TE', 'Trailer', 'Upgrade', 'Keep-Alive'];
  const all = names.map((name) => header(name, '1'));
  expect(planOf([edits({ set: all, add: all, remove: names })])).toBe(EMPTY_PLAN);
});

test('a value cannot end its line, and a name must be one', () => {
  const plan = planOf([edits({ set: [header('X-A', 'a\r\nX-Evil: 1\0'), header('X B', 'b'), header('X-C:', 'c')] })]);
  expect(plan.block?.toString()).toBe('X-A: a X-Evil: 1\r\n');
});

test('the Host that was set last is known to the rewrite', () => {
  expect(
    hostOf([edits({ set: [header('host', 'a.example')] }), edits({ set: [header('HOST', 'b.example:81')] })]),
  ).toBe('b.example:81');
  expect(hostOf([edits({ set: [header('Host', 'a b')] })])).toBeNull();
  expect(hostOf([edits({ add: [header('Host', 'a')] })])).toBeNull();
});

const name = fc.constantFrom('A', 'a', 'B', 'c', 'C');
const value = fc.constantFrom('1', '2');
const headers = fc.uniqueArray(fc.record({ name, value }), { selector: (each) => each.name.toLowerCase() });
const anyEdits = fc.record({ set: headers, add: headers, remove: fc.array(name) });

/** One edit after the other on a list of fields, as the specification tells it. */
function edited(fields: readonly HeaderValue[], edit: HeaderEdits): HeaderValue[] {
  const same = (a: string) => (field: HeaderValue) => field.name.toLowerCase() === a.toLowerCase();
  let result = [...fields];
  for (const each of edit.set) result = [...result.filter((field) => !same(each.name)(field)), each];
  result.push(...edit.add);
  return result.filter((field) => !edit.remove.some((gone) => same(gone)(field)));
}

test('a plan does what its edits do one after the other', () => {
  fc.assert(
    fc.property(headers, fc.array(anyEdits, { maxLength: 3 }), (fields, all) => {
      const plan = planOf(all);
      const kept = fields.filter((field) => !plan.drop.includes(field.name.toLowerCase()));
      expect([...kept, ...plan.lines]).toEqual(all.reduce(edited, fields));
    }),
  );
});
