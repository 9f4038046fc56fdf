import { expect, test } from 'vitest';
import { mergeConditions, type StoredCondition } from './conditions.ts';

const THEN = '2026-01-01T00:00:00Z';
const NOW = '2026-02-02T00:00:00Z';

function condition(type: string, status: 'True' | 'False', message = '', observedGeneration = 1) {
  return { type, status, reason: 'Any', message, observedGeneration };
}

const stored = (...conditions: ReturnType<typeof condition>[]): StoredCondition[] =>
  conditions.map((one) => ({ ...one, lastTransitionTime: THEN }));

test('nothing to say leaves the very same list', () => {
  const list = stored(condition('Accepted', 'True'), condition('example.com/Foreign', 'False'));
  expect(mergeConditions(list, [condition('Accepted', 'True')], NOW)).toBe(list);
});

test('the time of transition moves only with the status', () => {
  const list = stored(condition('Accepted', 'True'), condition('Programmed', 'False'));
  const merged = mergeConditions(list, [condition('Accepted', 'True', 'new', 2), condition('Programmed', 'True')], NOW);
  expect(merged).toEqual([
    { ...condition('Accepted', 'True', 'new', 2), lastTransitionTime: THEN },
    { ...condition('Programmed', 'True'), lastTransitionTime: NOW },
  ]);
});

test('conditions of others stay, ours that no longer hold go, new ones come', () => {
  const list = stored(
    condition('OverlappingTLSConfig', 'True'),
    condition('example.com/Foreign', 'True'),
    condition('headgate.dev/Old', 'True'),
  );
  expect(mergeConditions(list, [condition('Accepted', 'True')], NOW).map(({ type }) => type)).toEqual([
    'example.com/Foreign',
    'Accepted',
  ]);
});

test('a message is cut to what the API server takes', () => {
  const [merged] = mergeConditions([], [condition('Accepted', 'False', 'x'.repeat(40_000))], NOW);
  expect(merged!.message).toHaveLength(32_768);
  expect(mergeConditions([merged!], [condition('Accepted', 'False', 'x'.repeat(40_000))], NOW)[0]).toBe(merged);
});
