import { expect, test } from 'vitest';
import type { Condition } from '../../ir/status.ts';
import type { ObjectStatus } from '../../translate/index.ts';
import { ROUTE_PROGRAMMED } from '../programmed.ts';
import type { StoredObject } from './merge.ts';
import { patienceWith } from './patience.ts';

const US = 'example.com/us';

function parent(condition: Pick<Condition, 'status' | 'reason'>, observedGeneration: number, controllerName = US) {
  const conditions = [{ type: ROUTE_PROGRAMMED, message: '', observedGeneration, ...condition }];
  return { controllerName, parentRef: { name: 'web' }, conditions };
}

const TRUE = { status: 'True', reason: 'Programmed' } as const;
const PENDING = { status: 'False', reason: 'Pending' } as const;

const shown = (...parents: object[]) =>
  ({ kind: 'HTTPRoute', namespace: 'shop', name: 'all', status: { parents } }) as ObjectStatus;

const stored = (generation: number, ...parents: object[]) =>
  ({ apiVersion: '', kind: 'HTTPRoute', metadata: { name: 'all', generation }, status: { parents } }) as StoredObject;

test('a route that is served is told at once', () => {
  expect(patienceWith(shown(parent(TRUE, 2)), stored(2), US)).toBe(0);
});

test('one that is not served yet may wait, as long as nothing says that it is', () => {
  const pending = shown(parent(PENDING, 2));
  expect(patienceWith(pending, stored(2), US)).toBe(150);
  expect(patienceWith(pending, stored(2, parent(PENDING, 2)), US)).toBe(150);
  // Said of what it was before, and by somebody else.
  expect(patienceWith(pending, stored(2, parent(TRUE, 1)), US)).toBe(150);
  expect(patienceWith(pending, stored(2, parent(TRUE, 2, 'example.com/other')), US)).toBe(150);
});

test('one of which it is said, and that changed by something else than itself, does not wait for long', () => {
  expect(patienceWith(shown(parent(PENDING, 2)), stored(2, parent(TRUE, 2)), US)).toBe(30);
});
