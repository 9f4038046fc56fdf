import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { docs } from '../../src/command/docs.ts';
import { VERSION } from '../../src/config/version.ts';
import { runImport } from '../import/run.ts';
import { freeOffset, Headgate, Manifests } from '../standalone/headgate.ts';
import { startBackend } from './backend.ts';
import { GATEWAY, refusals, route, startGateway } from './gateway.ts';
import { row } from './row.ts';

row(['ADM-01', 'ADM-18'], 'a service is reached from when its route exists until it is deleted', async () => {
  const [one, two] = [await startBackend(() => 'one'), await startBackend(() => 'two')];
  const always = [GATEWAY, one.service('one'), two.service('two'), route('one', '/one', 'one')];
  const gateway = await startGateway(always);
  expect(await gateway.request('GET', '/two')).toMatchObject({ status: 404 });
  await gateway.reload([...always, route('two', '/two', 'two')]);
  expect(await gateway.request('GET', '/two')).toMatchObject({ status: 200, body: 'two' });
  expect(gateway.condition('HTTPRoute', 'two', 'Accepted')).toMatchObject({ status: 'True' });
  // Each is inspected, edited and removed by itself.
  await gateway.reload([...always, route('two', '/other', 'two')]);
  expect(await gateway.request('GET', '/two')).toMatchObject({ status: 404 });
  expect(await gateway.request('GET', '/other')).toMatchObject({ status: 200, body: 'two' });
  await gateway.reload(always);
  expect(await gateway.request('GET', '/other')).toMatchObject({ status: 404 });
  expect(gateway.status('HTTPRoute', 'two')).toBeNull();
  expect(await gateway.request('GET', '/one')).toMatchObject({ status: 200, body: 'one' });
});

row('ADM-13', 'input that is not valid is refused, and the field is named', () => {
  const bad = route('bad', 'no-slash', 'app').replace('port: 80', 'port: 99999');
  expect(refusals(bad)).toEqual([
    expect.stringContaining('spec.rules[0].matches[0].path.value: '),
    expect.stringContaining('spec.rules[0].backendRefs[0].port: '),
  ]);
});

row(['ADM-15', 'ADM-17', 'ADM-19'], 'many objects are one configuration, which is replaced as it runs', async () => {
  const [one, two] = [await startBackend(() => 'one'), await startBackend(() => 'two')];
  const gateway = await startGateway([GATEWAY, one.service('a'), route('a', '/a', 'a'), route('b', '/b', 'a')]);
  const client = await gateway.connect();
  expect(await client.request('GET /a HTTP/1.1\r\nHost: a.example\r\n\r\n')).toMatchObject({ body: 'one' });
  await gateway.reload([GATEWAY, two.service('a'), route('a', '/a', 'a'), route('c', '/c', 'a')]);
  expect(gateway.condition('Gateway', 'web', 'Programmed')).toMatchObject({ status: 'True' });
  // On the same connection: nothing was restarted.
  expect(await client.request('GET /a HTTP/1.1\r\nHost: a.example\r\n\r\n')).toMatchObject({ body: 'two' });
  expect(await client.request('GET /c HTTP/1.1\r\nHost: a.example\r\n\r\n')).toMatchObject({ body: 'two' });
  expect(await client.request('GET /b HTTP/1.1\r\nHost: a.example\r\n\r\n')).toMatchObject({ status: 404 });
});

row('ADM-21', 'one service and one rule are one short HTTPRoute', async () => {
  const app = await startBackend();
  const simple = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: app
spec:
  parentRefs:
    - name: web
  rules:
    - backendRefs:
        - name: app
          port: 80
`;
  expect(simple.trim().split('\n').length).toBeLessThanOrEqual(12);
  const gateway = await startGateway([GATEWAY, app.service('app'), simple]);
  expect(await gateway.request('GET', '/any/path?x=1')).toMatchObject({ status: 200, body: 'ok' });
  expect(app.last.url).toBe('/any/path?x=1');
});

row('ADM-20', "other gateways' configurations are imported, and what could not be kept is told", async () => {
  for (const [format, sample, url, headers, sent] of [
    ['kong', 'kong.yaml', 'http://api.shop.example/users/7', {}, '/api/v1/7'],
    ['ocelot', 'ocelot.json', 'http://shop.example/api/users/7', { country: 'uk' }, '/v1/users/7'],
    ['apinto', 'apinto.yaml', 'http://shop.example/shop/phone/7', {}, '/phone/7'],
  ] as const) {
    const app = await startBackend();
    const { manifests, verdicts, code } = await runImport(format, sample, { 19001: app.port });
    const gateway = await startGateway(manifests);
    expect(await gateway.request('GET', url, { headers })).toMatchObject({ status: 200 });
    expect(app.last.url).toBe(sent);
    expect(new Set(Object.values(verdicts).map(([verdict]) => verdict))).toEqual(
      new Set(['translated', 'different', 'not supported']),
    );
    expect(code).toBe(1);
    await gateway.close();
  }
});

row('RW-07', "joining paths as Kong's v0 does is imported, and v1 is refused", async () => {
  const app = await startBackend();
  const config = (handling: string) => `_format_version: "3.0"
services:
  - name: app
    url: http://127.0.0.1:${app.port}/s
    routes:
      - {name: app, paths: [/re], strip_path: false, preserve_host: true, path_handling: ${handling}}
`;
  const folder = mkdtempSync(join(tmpdir(), 'headgate-import-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'kong.yaml');
  writeFileSync(file, config('v0'));
  const { manifests, code } = await runImport('kong', file);
  expect(code).toBe(0);
  const gateway = await startGateway(manifests);
  for (const [path, sent] of Object.entries({ '/re': '/s/re', '/re/': '/s/re/', '/re/x': '/s/re/x' })) {
    expect(await gateway.request('GET', path)).toMatchObject({ status: 200 });
    expect(app.last.url).toBe(sent);
  }
  writeFileSync(file, config('v1'));
  const refused = await runImport('kong', file);
  expect(refused.code).toBe(1);
  expect(refused.verdicts['services[0].routes[0].path_handling']).toEqual(['not supported', expect.anything()]);
});

row(['ADM-14', 'ADM-16'], 'what is served can be read, and not by those who send requests', async () => {
  const app = await startBackend();
  const manifests = new Manifests({
    'all.yaml': [GATEWAY, app.service('app'), route('app', '/app', 'app')].join('---\n'),
  });
  const offset = await freeOffset();
  const flags = ['--port-offset', String(offset), '--admin', '127.0.0.1:0', '--workers', '1'];
  const headgate = new Headgate(['standalone', '-f', manifests.path, ...flags]);
  const [, admin] = await headgate.said(/admin: http:\/\/(127\.0\.0\.1:\d+)\//);
  const read = async (path: string) =>
    (await fetch(`http://${admin}${path}`)).json() as Promise<Record<string, unknown>>;
  const shown = JSON.stringify(await read('/table'));
  expect(shown).toContain('httproute/default/app/rule/0');
  expect(shown).toContain(`"port":${app.port}`);
  expect(JSON.stringify(await read('/status'))).toContain('"Programmed"');
  for (const path of ['/table', '/status', '/metrics', '/explain']) {
    expect((await fetch(`http://127.0.0.1:${80 + offset}${path}`)).status).toBe(404);
  }
});

row(
  'NO-20',
  'a release carries the documentation of its version, whose examples a proxy of that version serves',
  async () => {
    let page = '';
    const console = { env: {}, out: (text: string) => (page += text), err: (text: string) => (page += text) };
    expect(await docs.run(['rate-limit-policy'], console)).toBe(0);
    expect(page).toContain(`Headgate ${VERSION}`);
    const example = /```yaml\n([\s\S]*?)```/.exec(page)![1]!;
    const app = await startBackend();
    const shop = GATEWAY.replace('name: web\n', 'name: web\n  namespace: shop\n');
    const gateway = await startGateway([shop, app.service('app', { namespace: 'shop' }), example]);
    expect(gateway.condition('RateLimitPolicy', 'external', 'Accepted')).toMatchObject({ status: 'True' });
    expect((await gateway.request('GET', '/external')).header('ratelimit-policy')).toContain('"per-client";q=100;w=60');
  },
);
