import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COLLECTION_OF, type Parsed, parseResource } from './resources.ts';

const route = (spec: unknown) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'cart', namespace: 'shop' },
  spec,
});

function issues(parsed: Parsed): string[] {
  return parsed.ok ? [] : parsed.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('an accepted document has the defaults of its kind', () => {
  expect(parseResource(route({ rules: [{ backendRefs: [{ name: 'cart', port: 8080 }] }] }))).toEqual({
    ok: true,
    warnings: [],
    resource: route({
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [{ group: '', kind: 'Service', name: 'cart', port: 8080, weight: 1 }],
        },
      ],
    }),
  });
});

test('a field that the kind does not have is left out, with a warning', () => {
  const parsed = parseResource(route({ rules: [{ retries: 3 }], hostname: 'shop.example' }));
  expect(parsed.ok && parsed.warnings.map(({ path }) => path.join('.'))).toEqual([
    'spec.rules.0.retries',
    'spec.hostname',
  ]);
  expect(parsed.ok && Object.hasOwn(parsed.resource, 'spec') && JSON.stringify(parsed.resource)).not.toContain(
    'retries',
  );
});

test('null is as good as absent', () => {
  expect(parseResource(route({ hostnames: null, rules: null }))).toMatchObject({ ok: true });
  expect(issues(parseResource(route({ hostnames: [null] })))).toEqual(['spec.hostnames.0: must be a string, not null']);
});

test('a status of the wrong shape costs nothing', () => {
  expect(parseResource({ ...route({}), status: { parents: 'none' } })).toMatchObject({ ok: true });
});

test('a fault says which object, which field, what is wrong and what is allowed', () => {
  expect(parseResource(route({ hostnames: ['Shop.example'], rules: [{ backendRefs: [{ port: 'http' }] }] }))).toEqual({
    ok: false,
    kind: 'HTTPRoute',
    closing: null,
    namespace: 'shop',
    name: 'cart',
    issues: [
      {
        path: ['spec', 'hostnames', 0],
        message: 'must be a host name in lower case, such as "shop.example" or "*.shop.example", not "Shop.example"',
      },
      { path: ['spec', 'rules', 0, 'backendRefs', 0, 'name'], message: 'is required' },
      { path: ['spec', 'rules', 0, 'backendRefs', 0, 'port'], message: 'must be a number, not "http"' },
    ],
  });
});

test.each([
  ['nothing', null, ': must be an object with apiVersion, kind and metadata'],
  ['a list', [], ': must be an object with apiVersion, kind and metadata'],
  ['no kind', {}, 'kind: is required'],
  [
    'another group',
    { ...route({}), apiVersion: 'example.com/v1' },
    'apiVersion: must be one of gateway.networking.k8s.io/v1, gateway.networking.k8s.io/v1beta1, not "example.com/v1"',
  ],
  ['no metadata', { ...route({}), metadata: undefined }, 'metadata: is required'],
])('a document that is %s is refused', (_name, raw, message) => {
  expect(issues(parseResource(raw))).toEqual([message]);
});

test('a document nested too deep is refused', () => {
  let deep: unknown = {};
  for (let level = 0; level < 100_000; level++) deep = { deep };
  expect(issues(parseResource(route(deep)))).toEqual([': must not be nested more than 64 levels deep']);
});

test('a long value of a header is judged at once', () => {
  const value = `${'a'.repeat(4000)}\u0001`;
  const started = performance.now();
  expect(parseResource(route({ rules: [{ matches: [{ headers: [{ name: 'a', value }] }] }] })).ok).toBe(false);
  expect(performance.now() - started).toBeLessThan(1000);
});

test('nothing makes parseResource throw', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(COLLECTION_OF)),
      fc.anything(),
      fc.anything(),
      (kind, metadata, spec) => {
        expect(parseResource({ apiVersion: 'v1', kind, metadata, spec, data: spec })).toHaveProperty('ok');
        expect(parseResource(spec)).toHaveProperty('ok');
      },
    ),
    { numRuns: 500 },
  );
});
