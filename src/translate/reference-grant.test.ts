import { expect, test } from 'vitest';
import type { ReferenceGrant } from '../api/gateway/reference-grant.ts';
import { Grants } from './reference-grant.ts';

const from = { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'shop' };
const service = (name: string, namespace = 'other') => ({ group: '', kind: 'Service', namespace, name });
const grant = (...to: { group: string; kind: string; name?: string }[]): ReferenceGrant => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'ReferenceGrant',
  metadata: { name: 'grant', namespace: 'other' },
  spec: { from: [from], to },
});

test('within a namespace no grant is needed', () => {
  expect(new Grants([]).permits(from, service('cart', 'shop'))).toBe(true);
});

test('names of several grants add up, and one without a name permits all', () => {
  const named = [grant({ group: '', kind: 'Service', name: 'a' }), grant({ group: '', kind: 'Service', name: 'b' })];
  const permitted = (grants: Grants) => ['a', 'b', 'c'].filter((name) => grants.permits(from, service(name)));
  expect(permitted(new Grants(named))).toEqual(['a', 'b']);
  const all = grant({ group: '', kind: 'Service' });
  expect(permitted(new Grants([all, ...named]))).toEqual(['a', 'b', 'c']);
  expect(permitted(new Grants([...named, all]))).toEqual(['a', 'b', 'c']);
});

test.each([
  ['another group', { group: 'example.com', kind: 'Service' }],
  ['another kind', { group: '', kind: 'Secret' }],
])('a grant to %s does not help', (_, to) => {
  expect(new Grants([grant(to)]).permits(from, service('a'))).toBe(false);
});

test('a grant is for its own namespace, and for the namespace and kind that it names', () => {
  const grants = new Grants([grant({ group: '', kind: 'Service' })]);
  expect(grants.permits(from, service('a', 'third'))).toBe(false);
  expect(grants.permits({ ...from, namespace: 'third' }, service('a'))).toBe(false);
  expect(grants.permits({ ...from, kind: 'GRPCRoute' }, service('a'))).toBe(false);
});
