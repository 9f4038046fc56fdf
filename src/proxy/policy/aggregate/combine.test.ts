import { expect, test } from 'vitest';
import type { AggregatePart } from '../../../ir/aggregate.ts';
import { combine } from './combine.ts';

function part(key: string, onError: AggregatePart['onError'] = 'Omit'): AggregatePart {
  return { key, onError, path: '/', target: { to: 'backend', backend: 'service/default/a/80' }, forEach: null };
}

test('bodies stand in the order of the parts', () => {
  const combined = combine([part('Tom'), part('Laura')], ['{"Age":19}', '{"Age":25}'], 100);
  expect(String(combined)).toBe('{"Tom":{"Age":19},"Laura":{"Age":25}}');
});

test('a part that fails is left out, null, or the end', () => {
  const bodies = ['1', null];
  expect(String(combine([part('a'), part('b', 'Omit')], bodies, 100))).toBe('{"a":1}');
  expect(String(combine([part('a'), part('b', 'Null')], bodies, 100))).toBe('{"a":1,"b":null}');
  expect(combine([part('a'), part('b', 'Fail')], bodies, 100)).toBeNull();
  expect(String(combine([part('a')], [null], 100))).toBe('{}');
});

test('the answer is bounded, and names are written as JSON', () => {
  expect(String(combine([part('"')], ['1'], 8))).toBe('{"\\"":1}');
  expect(combine([part('"')], ['1'], 7)).toBeNull();
  expect(String(combine([part('a'), part('b')], ['1', '2'], 13))).toBe('{"a":1,"b":2}');
  expect(combine([part('a'), part('b')], ['1', '2'], 12)).toBeNull();
});
