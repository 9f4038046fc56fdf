import { expect, test } from 'vitest';
import { happeningsOf } from './happenings.ts';
import type { StoredObject } from './merge.ts';
import type { StatusTarget } from './writer.ts';

const US = 'headgate.dev/gateway-controller';
const condition = (type: string, status: 'True' | 'False', reason: string, message = `because ${reason}`) => {
  return { type, status, reason, message, observedGeneration: 1, lastTransitionTime: '2026-11-21T00:00:00Z' };
};
const parent = (...conditions: ReturnType<typeof condition>[]) => {
  return { parentRef: { name: 'web', sectionName: 'http' }, controllerName: US, conditions };
};
const object = (kind: string, status: StoredObject['status']): StoredObject => {
  const metadata = { namespace: 'shop', name: 'cart', uid: '1' };
  return { apiVersion: 'gateway.networking.k8s.io/v1', kind, metadata, status };
};
const told = (stored: StoredObject, status: StatusTarget['status']) =>
  happeningsOf({ stored, status }).map(({ type, reason, note }) => `${type} ${reason} ${note}`);

test('a condition that turns bad is told once, and again when it is bad for another reason', () => {
  const bad = parent(condition('ResolvedRefs', 'False', 'BackendNotFound'));
  const before = object('HTTPRoute', { parents: [parent(condition('ResolvedRefs', 'True', 'ResolvedRefs'))] });
  expect(told(before, { parents: [bad] })).toEqual([
    'Warning BackendNotFound Gateway web/http: because BackendNotFound',
  ]);
  expect(told(object('HTTPRoute', { parents: [bad] }), { parents: [bad] })).toEqual([]);
  const other = parent(condition('ResolvedRefs', 'False', 'RefNotPermitted'));
  expect(told(object('HTTPRoute', { parents: [bad] }), { parents: [other] })).toHaveLength(1);
});

test('a route some of whose rules are out of order is told of it', () => {
  const partly = parent(condition('PartiallyInvalid', 'True', 'UnsupportedValue'));
  expect(told(object('HTTPRoute', {}), { parents: [partly] })).toEqual([
    'Warning UnsupportedValue Gateway web/http: because UnsupportedValue',
  ]);
  expect(told(object('HTTPRoute', { parents: [partly] }), { parents: [partly] })).toEqual([]);
});

test('a policy that is not accepted is told of it once, for however many Gateways', () => {
  const refused = (name: string) => ({
    ancestorRef: { name },
    controllerName: US,
    conditions: [condition('Accepted', 'False', 'TargetNotFound')],
  });
  const after = { ancestors: [refused('web'), refused('other')] };
  expect(told(object('AccessPolicy', {}), after)).toEqual(['Warning TargetNotFound because TargetNotFound']);
  expect(told(object('AccessPolicy', after), after)).toEqual([]);
});

test('what only takes a moment is no warning', () => {
  const pending = parent(condition('headgate.dev/Programmed', 'False', 'Pending'));
  expect(told(object('HTTPRoute', {}), { parents: [pending] })).toEqual([]);
});

test('being programmed is told when it begins, of a Gateway as a whole', () => {
  const programmed = condition('Programmed', 'True', 'Programmed', 'served');
  const listeners = [{ name: 'http', conditions: [programmed] }];
  expect(told(object('Gateway', {}), { conditions: [programmed], listeners })).toEqual(['Normal Programmed served']);
  expect(told(object('Gateway', { conditions: [programmed] }), { conditions: [programmed], listeners })).toEqual([]);
  const route = parent(condition('headgate.dev/Programmed', 'True', 'Programmed', 'served'));
  expect(told(object('HTTPRoute', {}), { parents: [route] })).toEqual(['Normal Programmed Gateway web/http: served']);
});

test('a listener that is refused is told with its name', () => {
  const listeners = [{ name: 'https', conditions: [condition('ResolvedRefs', 'False', 'InvalidCertificateRef')] }];
  expect(told(object('Gateway', {}), { listeners })).toEqual([
    'Warning InvalidCertificateRef listener https: because InvalidCertificateRef',
  ]);
});
