import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ManifestFolder } from './manifest-folder.ts';
import { formatProblem } from './problem.ts';
import { scan } from './scan.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'manifests-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const write = (name: string, ...documents: string[]): void => writeFileSync(join(dir, name), documents.join('---\n'));
const folder = (recursive = false): ManifestFolder => new ManifestFolder([dir], recursive);
const problems = (load: { problems: readonly Parameters<typeof formatProblem>[0][] }): string[] =>
  load.problems.map((problem) => formatProblem(problem).replaceAll(`${dir}/`, '').replaceAll(dir, 'DIR'));

function route(name: string, path: string, metadata = ''): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: ${name}
${metadata}spec:
  rules:
    - matches:
        - path: { type: PathPrefix, value: ${path} }
`;
}

test('reads every manifest of the folder, in the order of names, and fills in what a server would', () => {
  write('b.yaml', route('b', '/b'), '# nothing here\n');
  write('a.yml', route('a', '/a', '  namespace: shop\n  generation: 7\n  creationTimestamp: "2024-02-03T04:05:06Z"\n'));
  write('c.json', JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'extra' } }));
  write('.hidden.yaml', 'broken: [');
  write('notes.txt', 'broken: [');
  write('d.yaml~', 'broken: [');
  const load = folder().load();
  expect(problems(load)).toEqual([]);
  expect(load.resources.httpRoutes.map(({ metadata }) => metadata)).toMatchObject([
    { name: 'a', namespace: 'shop', generation: 7, creationTimestamp: '2024-02-03T04:05:06Z' },
    { name: 'b', namespace: 'default', generation: 1, creationTimestamp: '1970-01-01T00:00:00Z' },
  ]);
  expect(load.resources.httpRoutes[0]?.metadata.uid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(load.resources.namespaces.map(({ metadata }) => [metadata.name, metadata.labels])).toEqual([
    ['extra', { 'kubernetes.io/metadata.name': 'extra' }],
    ['shop', { 'kubernetes.io/metadata.name': 'shop' }],
    ['default', { 'kubernetes.io/metadata.name': 'default' }],
  ]);
  expect(load.places.get('HTTPRoute shop/a')).toEqual({ file: join(dir, 'a.yml'), line: 1 });
  expect(load.changes.added).toHaveLength(3);
});

test('folders inside are entered only when asked', () => {
  mkdirSync(join(dir, 'sub'));
  mkdirSync(join(dir, '.git'));
  write('sub/a.yaml', route('a', '/a'));
  write('.git/b.yaml', route('b', '/b'));
  expect(folder().load().resources.httpRoutes).toHaveLength(0);
  expect(folder(true).load().resources.httpRoutes).toHaveLength(1);
});

test('a List declares its items', () => {
  const items = ['a', 'b'].map((name) => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name },
    spec: { rules: [{ matches: [{ path: { value: name === 'a' ? '/a' : 'relative' } }] }] },
  }));
  write('list.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 1));
  const load = folder().load();
  expect(load.resources.httpRoutes.map(({ metadata }) => metadata.name)).toEqual(['a']);
  expect(problems(load)).toHaveLength(1);
  expect(problems(load)[0]).toMatch(/^list\.json:\d+ items\[1\]\.spec\.rules\[0\]\.matches\[0\]\.path/);
  expect(load.problems[0]?.line).toBeGreaterThan(22);
});

test('a bad document is reported with file, line and field, and costs no other its effect', () => {
  write('a.yaml', route('a', '/a'), route('b', 'b'), route('c', '/c'));
  const load = folder().load();
  expect(load.resources.httpRoutes.map(({ metadata }) => metadata.name)).toEqual(['a', 'c']);
  expect(problems(load)).toHaveLength(1);
  expect(problems(load)[0]).toMatch(
    /^a\.yaml:17 spec\.rules\[0\]\.matches\[0\]\.path[.a-z]*: .*\(HTTPRoute default\/b\)$/,
  );
});

test('the last good version of a broken object keeps serving', () => {
  write('a.yaml', route('a', '/a'), route('b', '/b'));
  const source = folder();
  const before = source.load();
  write('a.yaml', route('a', 'a'), route('b', '/b'));
  const broken = source.load();
  expect(broken.resources).toBe(before.resources);
  expect(problems(broken)[0]).toMatch(/\(HTTPRoute default\/a; its last good version keeps serving\)$/);
  expect(broken.changes).toEqual({ added: [], changed: [], removed: [] });

  write('a.yaml', route('a', '/other'), route('b', '/b'));
  const mended = source.load();
  expect(problems(mended)).toEqual([]);
  expect(mended.changes.changed).toEqual(['HTTPRoute default/a']);
  expect(mended.resources.httpRoutes[0]?.metadata.generation).toBe(2);
});

test('what a file held before keeps serving while nobody can tell what it holds now', () => {
  write('a.yaml', route('a', '/a'), route('b', '/b'));
  write('c.yaml', route('c', '/c'));
  const source = folder();
  const before = source.load();
  write('a.yaml', 'a: [1\nb: }\n', route('b', '/b'));
  const broken = source.load();
  expect(broken.resources.httpRoutes.map(({ metadata }) => metadata.name).sort()).toEqual(['a', 'b', 'c']);
  expect(problems(broken)[0]).toMatch(/^a\.yaml:2: not valid YAML/);

  renameSync(dir, `${dir}.gone`);
  const gone = source.load();
  expect(problems(gone)).toEqual(['DIR: cannot be read: no such file or folder']);
  expect(gone.resources.httpRoutes).toHaveLength(3);
  renameSync(`${dir}.gone`, dir);

  const beside = new ManifestFolder(['.'], false);
  expect(beside.load({ ...scan([dir], false) }).resources.httpRoutes).toHaveLength(2);
  const hidden = { files: [], unreadable: [{ path: `${dir}/`, reason: 'gone' }], folders: [], fingerprint: '' };
  expect(beside.load(hidden).resources.httpRoutes).toHaveLength(2);
  expect(
    beside.load({ ...hidden, unreadable: [{ path: `${dir}-other`, reason: 'gone' }] }).resources.httpRoutes,
  ).toEqual([]);

  rmSync(join(dir, 'a.yaml'));
  expect([...source.load().changes.removed].sort()).toEqual(['HTTPRoute default/a', 'HTTPRoute default/b']);
  expect(before.resources.httpRoutes).toHaveLength(3);
});

test('of an object that is declared twice the first one counts, also while it is broken', () => {
  write('a.yaml', route('a', '/first'));
  write('b.yaml', '\n', route('a', '/second'));
  const source = folder();
  const value = (): unknown => source.load().resources.httpRoutes[0]?.spec.rules[0]?.matches[0]?.path?.value;
  expect(value()).toBe('/first');
  expect(problems(source.load())).toEqual([
    `b.yaml:3 metadata.name: is declared a second time, the first is at a.yaml:1; remove one of them (HTTPRoute default/a)`,
  ]);
  write('a.yaml', route('a', 'broken'));
  expect(value()).toBe('/first');
  rmSync(join(dir, 'a.yaml'));
  expect(value()).toBe('/second');
});

test('identity and generation follow what the text means', () => {
  write('a.yaml', route('a', '/a'), route('b', '/b'));
  const source = folder();
  const [a, b] = source.load().resources.httpRoutes;
  write('a.yaml', '# moved down\n\n', route('a', '/a'), route('b', '/b', '  labels: { x: z }\n'));
  const second = source.load();
  expect(second.resources.httpRoutes[0]).toBe(a);
  expect(second.places.get('HTTPRoute default/a')?.line).toBe(4);
  expect(second.resources.httpRoutes[1]).not.toBe(b);
  expect(second.resources.httpRoutes[1]?.metadata.generation).toBe(1);
  write('a.yaml', '# a comment inside\n', `# here\n${route('a', '/a')}`, route('b', '/b2'));
  const third = source.load();
  expect(third.resources.httpRoutes[0]).toBe(a);
  expect(third.resources.httpRoutes[1]?.metadata.generation).toBe(2);
  expect(third.resources.services).toBe(second.resources.services);
});

test('what Headgate does not read is a warning, once', () => {
  const deployment = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n';
  write('a.yaml', deployment, deployment, 'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: x}\n');
  const source = folder();
  expect(problems(source.load())).toEqual([
    'a.yaml:2 warning: kind: apps/v1 Deployment is not a kind that Headgate reads, such documents are ignored',
    'a.yaml:10 warning: kind: serving.knative.dev/v1 Service is not a kind that Headgate reads, such documents are ignored',
  ]);
  write('b.yaml', deployment);
  expect(problems(source.load())).toEqual([]);
});

test('apiVersion, kind and UTF-8 are required, an old version of a known kind is an error', () => {
  write('a.yaml', 'kind: Gateway\n', 'apiVersion: v1\n', '- 1\n', route('r', '/').replace('/v1', '/v1alpha1'));
  writeFileSync(join(dir, 'b.yaml'), Buffer.from([0x61, 0xff, 0xfe]));
  const found = problems(folder().load());
  expect(found[0]).toMatch(/^a\.yaml:1 apiVersion: is required/);
  expect(found[1]).toMatch(/^a\.yaml:3 kind: is required/);
  expect(found[2]).toMatch(/^a\.yaml:5: must be an object/);
  expect(found[3]).toMatch(/^a\.yaml:7 apiVersion: must be one of gateway/);
  expect(found[4]).toBe('b.yaml: is not UTF-8');
});

test('an annotation gives a Service endpoints, and keeps their identity', () => {
  const service = (port: string): string =>
    `apiVersion: v1\nkind: Service\nmetadata:\n  name: s\n  annotations:\n    headgate.dev/endpoints: ${port}\nspec:\n  ports: [{port: 80}]\n`;
  write('a.yaml', service('127.0.0.1:9001'));
  const source = folder();
  const [slice] = source.load().resources.endpointSlices;
  expect(slice?.ports).toMatchObject([{ name: '', port: 9001 }]);
  write('b.yaml', route('a', '/a'));
  expect(source.load().resources.endpointSlices[0]).toBe(slice);
  write('a.yaml', service('nine'));
  const broken = source.load();
  expect(problems(broken)[0]).toMatch(
    /^a\.yaml:6 metadata\.annotations\["headgate\.dev\/endpoints"\]: "nine" is not an endpoint/,
  );
  expect(broken.resources.endpointSlices[0]).toBe(slice);
});

test('files are followed through symbolic links, a circle is reported', () => {
  mkdirSync(join(dir, '..data'));
  write('..data/a.yaml', route('a', '/a'));
  symlinkSync('..data/a.yaml', join(dir, 'a.yaml'));
  symlinkSync('loop.yaml', join(dir, 'loop.yaml'));
  const load = folder(true).load();
  expect(load.resources.httpRoutes).toHaveLength(1);
  expect(problems(load)).toEqual(['loop.yaml: cannot be read: its symbolic links lead in a circle']);
});

test('a long load leaves pauses, and brings the same', async () => {
  write('a.yaml', ...Array.from({ length: 300 }, (_, index) => route(`r${index}`, `/${index}`)));
  let pauses = 0;
  let reading = true;
  const count = (): void => {
    pauses++;
    if (reading) setImmediate(count);
  };
  setImmediate(count);
  const load = await folder().loadSliced(scan([dir], false));
  reading = false;
  expect(pauses).toBeGreaterThan(3);
  expect(load.resources).toEqual(folder().load().resources);
});

const policy = (kind: string, spec: string): string =>
  `apiVersion: headgate.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: p, namespace: shop}\nspec:\n${spec}`;
const TARGETS = '  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}]\n';

test('a policy that protects and was never right closes what it is for', () => {
  write('a.yaml', policy('AccessPolicy', `${TARGETS}  defaults: {ip: {allow: [10.0.0.*]}}\n`));
  const source = folder();
  const first = source.load();
  expect(first.resources.accessPolicies).toMatchObject([
    {
      metadata: { name: 'p', namespace: 'shop', generation: 1 },
      spec: { targetRefs: [{ kind: 'HTTPRoute', name: 'a' }] },
      unreadable: expect.stringMatching(/^spec\.defaults\.ip\.allow\[0\]: must be an IP address/),
    },
  ]);
  expect(problems(first)[0]).toMatch(/\(AccessPolicy shop\/p; what it is for is closed until it is right\)$/);

  write('a.yaml', policy('AccessPolicy', `${TARGETS}  defaults: {ip: {allow: [10.0.0.0/24]}}\n`));
  const mended = source.load();
  expect(mended.resources.accessPolicies[0]).not.toHaveProperty('unreadable');
  expect(mended.resources.accessPolicies[0]?.metadata.generation).toBe(2);

  write('a.yaml', policy('AccessPolicy', `${TARGETS}  defaults: {}\n`));
  const broken = source.load();
  expect(broken.resources).toBe(mended.resources);
  expect(problems(broken)[0]).toMatch(/its last good version keeps serving\)$/);
});

test('a policy that protects is not read without its unknown fields', () => {
  write(
    'a.yaml',
    policy('AccessPolicy', `${TARGETS}  defaults: {ip: {allow: [10.0.0.0/8]}, authentification: {type: Basic}}\n`),
    policy('HTTPMatchPolicy', `${TARGETS}  priority: 1\n  sourceCIDR: 10.0.0.0/8\n`),
    policy('CachePolicy', `${TARGETS}  ttl: 1s\n  tll: 2s\n`),
  );
  const { resources, ...load } = folder().load();
  expect(problems(load)).toEqual([
    'a.yaml:6 spec.defaults.authentification: is not a field of this kind (AccessPolicy shop/p; what it is for is closed until it is right)',
    'a.yaml:14 spec.sourceCIDR: is not a field of this kind (HTTPMatchPolicy shop/p; what it is for is closed until it is right)',
    'a.yaml:22 warning: spec.tll: is not a field of this kind and is ignored (CachePolicy shop/p)',
  ]);
  expect(resources.accessPolicies).toMatchObject([{ unreadable: expect.anything() }]);
  expect(resources.httpMatchPolicies).toMatchObject([{ unreadable: expect.anything() }]);
});

test('so does one that is not even YAML, as far as anybody can tell what it is for', () => {
  write('a.yaml', policy('AccessPolicy', `${TARGETS}  defaults: {ip: {allow: [10.0.0.1}}\n`));
  expect(folder().load().resources.accessPolicies).toMatchObject([{ spec: { targetRefs: [{ name: 'a' }] } }]);
  write('a.yaml', policy('AccessPolicy', '  targetRefs: HTTPRoute\n  defaults: {}\n'));
  expect(folder().load().resources.accessPolicies).toEqual([]);
});

test('no message has a value of a Secret', () => {
  const secret = (data: string): string => `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n${data}`;
  const bad = [
    'stringData: hunter2',
    'stringData: {pin: 472911}',
    'data: {pin: hunter2}',
    'stringData: {a: [hunter2]}',
    'stringData:\n  a: *hunter2',
    'stringData:\n  a: !hunter2',
    'stringData:\n  a: !hunter2! b',
    'stringData:\n  a: "\\hunter2"',
    'stringData:\n  a: |hunter2\n    x',
    'stringData:\n  a: "hunter2',
    'stringData:\n  a: x: hunter2',
    'stringData:\n  a: {x, hunter2',
    'stringData:\n  a: @hunter2',
    'stringData:\n  a: %hunter2',
    'stringData:\n  - b\n a: hunter2',
  ];
  bad.forEach((text, index) => {
    write(`${index}.yaml`, secret(text));
  });
  const said = problems(folder().load());
  expect(said.length).toBeGreaterThanOrEqual(bad.length - 1);
  for (const line of said) expect(line).not.toMatch(/hunter2|472911/);
});
