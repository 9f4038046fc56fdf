import { expect } from 'vitest';
import { runImport } from '../import/run.ts';
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
