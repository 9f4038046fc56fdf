import { describe, expect, test } from 'vitest';
import { writePlan } from '../exchange/request-writer.ts';
import { EMPTY_PLAN, headerPlan } from '../filter/header-modifier.ts';
import type { HeaderPlan } from '../filter/plan.ts';
import { MessageWriter } from '../http1/writer.ts';
import { Edits } from './edits.ts';

/** The lines that a plan adds, as bytes. */
function written(plan: HeaderPlan): Buffer {
  const writer = new MessageWriter();
  writePlan(writer, plan);
  return writer.copy();
}

test('what was done last holds, under whatever spelling of a name', () => {
  const edits = new Edits();
  edits.add('X-A', '1');
  edits.add('x-a', '2');
  expect([edits.get('X-A'), edits.values('x-a'), edits.drops('x-a')]).toEqual(['2', ['1', '2'], false]);
  edits.set('X-a', '3');
  expect([edits.get('x-a'), edits.values('x-a'), edits.drops('x-a')]).toEqual(['3', ['3'], true]);
  edits.remove('X-A');
  edits.setOwn('ratelimit', 'RateLimit', 'r=1');
  edits.setOwn('ratelimit', 'RateLimit', 'r=0');
  expect([edits.get('x-a'), edits.drop, edits.lines]).toEqual([
    null,
    ['x-a', 'ratelimit'],
    [{ name: 'RateLimit', value: 'r=0' }],
  ]);
});

test.each([
  ['Host', 'a'],
  ['Content-Length', '1'],
  ['bad name', 'a'],
  ['X-A', 'a\r\nX-Evil: 1'],
])('what is no field, or the connection’s, changes nothing: %s', (name, value) => {
  const edits = new Edits();
  expect([edits.set(name, value), edits.add(name, value), edits.isEmpty]).toEqual([false, false, true]);
  edits.remove('Content-Length');
  expect(edits.isEmpty).toBe(true);
});

describe('after a plan of the rule', () => {
  const rule = headerPlan(['x-old'], [{ name: 'X-A', value: 'rule' }]);

  test('nothing is that plan', () => {
    expect(new Edits().after(rule)).toBe(rule);
  });

  test('edits drop what it added, and come behind what is left', () => {
    const edits = new Edits();
    edits.add('X-B', 'b');
    expect(written(edits.after(rule)).toString()).toBe('X-A: rule\r\nX-B: b\r\n');
    edits.set('x-a', 'own');
    expect(edits.after(rule).drop).toEqual(['x-old', 'x-a']);
    expect(written(edits.after(rule)).toString()).toBe('X-B: b\r\nx-a: own\r\n');
  });

  test('one that does nothing costs no plan of their own', () => {
    const edits = new Edits();
    edits.set('X-A', 'a');
    expect(edits.after(EMPTY_PLAN)).toBe(edits);
  });
});

test('lines are UTF-8, as those of a plan that was made beforehand, however long they are', () => {
  for (const value of ['käse', 'k'.repeat(60), 'ä€😀'.repeat(20), `${'a'.repeat(39)}ä`, '']) {
    const edits = new Edits();
    edits.add('X-A', value);
    edits.add('X-B', 'b');
    expect(written(edits)).toEqual(headerPlan([], edits.lines).block);
  }
});

test('a writer that is full makes room for them', () => {
  const writer = new MessageWriter();
  const value = 'ä'.repeat(50_000);
  writer.bytes(Buffer.alloc(writer.buffer.length - 1, 'x'), 0, writer.buffer.length - 1);
  const before = writer.length;
  writer.utf8('€');
  writer.utf8(value);
  expect(writer.view().subarray(before).toString()).toBe(`€${value}`);
});
