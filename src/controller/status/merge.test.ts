import { expect, test } from 'vitest';
import { mergeStatus, type StoredObject } from './merge.ts';

const US = 'headgate.dev/gateway-controller';
const THEN = '2026-01-01T00:00:00Z';
const NOW = '2026-02-02T00:00:00Z';
const accepted = (observedGeneration = 1) => ({
  type: 'Accepted',
  status: 'True' as const,
  reason: 'Accepted',
  message: '',
  observedGeneration,
});

function route(parents: object[]): StoredObject {
  return {
    kind: 'HTTPRoute',
    metadata: { name: 'cart', namespace: 'shop' },
    status: { parents },
  } as unknown as StoredObject;
}

const parent = (controllerName: string, name: string, generation = 1, time = true) => ({
  parentRef: { name },
  controllerName,
  conditions: [time ? { ...accepted(generation), lastTransitionTime: THEN } : accepted(generation)],
});

test('entries of other controllers stay, ours are replaced as a whole', () => {
  const object = route([parent('other.example/c', 'web'), parent(US, 'web'), parent(US, 'gone')]);
  const merged = mergeStatus(object, { parents: [parent(US, 'web', 2, false)] }, US, NOW);
  expect(merged?.status?.parents).toEqual([parent('other.example/c', 'web'), parent(US, 'web', 2)]);
});

test('entries keep their places, so that two controllers do not write against each other', () => {
  const object = route([parent(US, 'web'), parent('other.example/c', 'web')]);
  expect(mergeStatus(object, { parents: [parent(US, 'web', 1, false)] }, US, NOW)).toBeNull();
});

test('the same status, in any order of fields, is not written again', () => {
  const object = route([
    { conditions: [{ ...accepted(), lastTransitionTime: THEN }], controllerName: US, parentRef: { name: 'web' } },
  ]);
  expect(mergeStatus(object, { parents: [parent(US, 'web', 1, false)] }, US, NOW)).toBeNull();
});

test('a route that is no longer ours loses our entries and no other', () => {
  const object = route([parent('other.example/c', 'web'), parent(US, 'web')]);
  expect(mergeStatus(object, { parents: [] }, US, NOW)?.status?.parents).toEqual([parent('other.example/c', 'web')]);
});

test('conditions that others put on a listener stay with it; a listener that is gone goes', () => {
  const foreign = { ...accepted(), type: 'example.com/Scanned', lastTransitionTime: THEN };
  const object = {
    kind: 'Gateway',
    metadata: { name: 'web', namespace: 'shop' },
    status: {
      listeners: [
        { name: 'http', attachedRoutes: 1, conditions: [foreign] },
        { name: 'gone', attachedRoutes: 0 },
      ],
    },
  } as unknown as StoredObject;
  const listeners = [{ name: 'http', attachedRoutes: 2, conditions: [accepted()] }];
  expect(mergeStatus(object, { listeners }, US, NOW)?.status?.listeners).toEqual([
    { name: 'http', attachedRoutes: 2, conditions: [foreign, { ...accepted(), lastTransitionTime: NOW }] },
  ]);
});
