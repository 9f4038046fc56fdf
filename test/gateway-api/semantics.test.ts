/** Rules of the Gateway API that are easily got wrong, from manifests to responses; which tests show which rule: docs/conformance/semantics.md. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { goldenFiles } from '../golden/input.ts';
import { rows } from '../markdown.ts';
import { startBackend } from '../requirements/backend.ts';
import { GATEWAY, startGateway } from '../requirements/gateway.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = join(ROOT, 'docs/conformance/semantics.md');

const httpRoute = (name: string, hostnames: string, created: string, rules: string) => `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}, creationTimestamp: "${created}"}
spec:
  parentRefs: [{name: web}]
  hostnames: [${hostnames}]
  rules: ${rules}
`;
const OLD = '2026-01-01T00:00:00Z';
const NEW = '2026-06-01T00:00:00Z';
const to = (name: string, path: string) =>
  `[{matches: [{path: {value: ${path}}}], backendRefs: [{name: ${name}, port: 80}]}]`;

test('the hostname of the route comes before the length of the path, and what it does not match falls through', async () => {
  const exact = await startBackend(() => 'exact');
  const wildcard = await startBackend(() => 'wildcard');
  const gateway = await startGateway([
    GATEWAY,
    exact.service('exact'),
    wildcard.service('wildcard'),
    httpRoute('wildcard', '"*.example.com"', OLD, to('wildcard', '/long/path')),
    httpRoute('exact', 'a.example.com', NEW, to('exact', '/long')),
  ]);
  const ask = async (url: string) => (await gateway.request('GET', url)).body;
  expect(await ask('http://a.example.com/long/path')).toBe('exact');
  expect(await ask('http://b.example.com/long/path')).toBe('wildcard');
  expect(await ask('http://x.y.example.com/long/path')).toBe('wildcard');
  await gateway.reload([
    GATEWAY,
    exact.service('exact'),
    wildcard.service('wildcard'),
    httpRoute('wildcard', '"*.example.com"', OLD, to('wildcard', '/long/path')),
    httpRoute('exact', 'a.example.com', NEW, to('exact', '/other')),
  ]);
  expect(await ask('http://a.example.com/long/path')).toBe('wildcard');
  expect((await gateway.request('GET', 'http://example.com/long/path')).status).toBe(404);
});

test('a redirect answers whatever the references of its rule lead to', async () => {
  const gateway = await startGateway([
    GATEWAY,
    httpRoute(
      'moved',
      'a.example',
      OLD,
      `[{filters: [{type: RequestMirror, requestMirror: {backendRef: {name: nobody, port: 80}}},
        {type: RequestRedirect, requestRedirect: {hostname: new.example}}]}]`,
    ),
  ]);
  const answer = await gateway.request('GET', 'http://a.example/x?y');
  const location = new URL(answer.header('location') ?? '');
  expect([answer.status, location.hostname, location.pathname + location.search]).toEqual([302, 'new.example', '/x?y']);
  expect(gateway.condition('HTTPRoute', 'moved', 'ResolvedRefs')).toMatchObject({ status: 'False' });
});

test('a reference to another namespace is permitted for as long as its ReferenceGrant is there', async () => {
  const app = await startBackend();
  const rest = [
    GATEWAY,
    app.service('app', { namespace: 'other' }),
    httpRoute('app', 'a.example', OLD, '[{backendRefs: [{name: app, namespace: other, port: 80}]}]'),
  ];
  const grant = `apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: {name: grant, namespace: other}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: default}]
  to: [{group: "", kind: Service}]
`;
  const gateway = await startGateway([...rest, grant]);
  const status = async () => (await gateway.request('GET', 'http://a.example/')).status;
  const reason = () => gateway.condition('HTTPRoute', 'app', 'ResolvedRefs')?.reason;
  expect([await status(), reason()]).toEqual([200, 'ResolvedRefs']);
  await gateway.reload(rest);
  expect([await status(), reason()]).toEqual([500, 'RefNotPermitted']);
  await gateway.reload([...rest, grant]);
  expect([await status(), reason()]).toEqual([200, 'ResolvedRefs']);
});

test('every rule on the page is shown by golden files and tests that there are', () => {
  const listed = rows(readFileSync(PAGE, 'utf8'), '# Rules that are easily got wrong');
  expect(listed.length).toBeGreaterThan(50);
  for (const [rule, shown] of listed) {
    const links = Array.from(shown!.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g), ([, text, path]) => ({
      text: text!,
      path: path!,
    }));
    expect(links.length, rule).toBeGreaterThan(0);
    for (const { text, path } of links) {
      const file = join(dirname(PAGE), path);
      expect(existsSync(file), `${rule}: ${path}`).toBe(true);
      // Of a file of tests the text is the name of one of them.
      if (!path.endsWith('.test.ts')) continue;
      const source = readFileSync(file, 'utf8').replaceAll("\\'", "'");
      expect(source.includes(text), `${rule}: ${path} has no test ${JSON.stringify(text)}`).toBe(true);
    }
  }
});

test('every reason of a condition is in a golden file', () => {
  const folder = join(ROOT, 'src/translate/condition');
  const sources = readdirSync(folder).filter((name) => !name.endsWith('.test.ts'));
  const made = sources.flatMap((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    return Array.from(text.matchAll(/(?<=condition\('\w+', [^,]+, )'(\w+)'/g), ([, reason]) => reason!);
  });
  expect(made.length).toBeGreaterThan(40);
  const golden = goldenFiles()
    .map((file) => readFileSync(file, 'utf8'))
    .join('');
  const shown = new Set(Array.from(golden.matchAll(/reason: (\w+)/g), ([, reason]) => reason!));
  expect(made.filter((reason) => !shown.has(reason))).toEqual([]);
});
