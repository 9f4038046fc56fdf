import { expect, test } from 'vitest';
import { decode } from './watched.ts';

const route = (resourceVersion: string, change: { metadata?: object; status?: object } = {}) => ({
  metadata: {
    namespace: 'shop',
    name: 'cart',
    resourceVersion,
    generation: 1,
    managedFields: [{}],
    ...change.metadata,
  },
  spec: { parentRefs: [{ name: 'web' }], rules: [{}] },
  ...(change.status === undefined ? {} : { status: change.status }),
});
const refused: string[] = [];
const read = (raw: object, known?: NonNullable<ReturnType<typeof decode>>) =>
  decode(raw, 'HTTPRoute', (message) => refused.push(message), known)!;

test('what a status write needs is kept, and managedFields are not', () => {
  const { stored, resource } = read(route('1', { status: { parents: [] } }));
  expect(stored).toEqual({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { namespace: 'shop', name: 'cart', resourceVersion: '1', generation: 1 },
    status: { parents: [] },
  });
  expect(resource.kind).toBe('HTTPRoute');
});

test('a resource stays the same object while only its status changes', () => {
  const first = read(route('1'));
  const second = read(route('2', { status: { parents: [] } }), first);
  expect(second.resource).toBe(first.resource);
  expect(second.stored).toMatchObject({ metadata: { resourceVersion: '2' }, status: { parents: [] } });
});

test.each([
  ['generation', { generation: 2 }],
  ['labels', { labels: { app: 'shop' } }],
  ['deletion', { deletionTimestamp: '2026-01-01T00:00:00Z' }],
  ['uid', { uid: 'another' }],
])('a resource whose %s changed is read again', (_, metadata) => {
  const first = read(route('1'));
  expect(read(route('2', { metadata }), first).resource).not.toBe(first.resource);
});

test('a kind without generations is read again at every change', () => {
  const secret = (resourceVersion: string, data: object) => ({
    metadata: { namespace: 'shop', name: 'tls', resourceVersion },
    type: 'Opaque',
    data,
  });
  const first = decode(secret('1', { a: 'MQ==' }), 'Secret', () => {})!;
  const second = decode(secret('2', { a: 'Mg==' }), 'Secret', () => {}, first)!;
  expect(second.resource).not.toBe(first.resource);
});

test('an object that is not understood is told and left out', () => {
  expect(
    decode({ metadata: { namespace: 'shop', name: 'cart' }, spec: 5 }, 'HTTPRoute', (text) => refused.push(text)),
  ).toBeNull();
  expect(refused.at(-1)).toContain('HTTPRoute shop/cart is not understood and ignored: spec');
});

test('a policy that protects and is not understood closes what it is for', () => {
  const targetRefs = [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'cart' }];
  const raw = {
    metadata: { namespace: 'shop', name: 'partners', resourceVersion: '7', generation: 3 },
    spec: { targetRefs, defaults: { authentication: { type: 'Passkey' } } },
  };
  const decoded = decode(raw, 'AccessPolicy', (text) => refused.push(text));
  expect(decoded?.resource).toMatchObject({
    kind: 'AccessPolicy',
    metadata: { namespace: 'shop', name: 'partners', generation: 3 },
    spec: { targetRefs },
    unreadable: expect.stringContaining('spec.defaults.authentication.type: must be one of'),
  });
  expect(decoded?.stored.metadata.resourceVersion).toBe('7');
  expect(refused.at(-1)).toContain('AccessPolicy shop/partners is not understood and closes what it is for: spec');
});
