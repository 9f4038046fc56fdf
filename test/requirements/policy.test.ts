import { expect } from 'vitest';
import { accessPolicy, BEHIND_HOP, secret } from './access.ts';
import { startBackend } from './backend.ts';
import { EXTENSION, transform } from './filter.ts';
import { GATEWAY, refusals, route, startGateway } from './gateway.ts';
import { row } from './row.ts';

/** The HTTPRouteFilter `one`, of type DirectResponse. */
function direct(spec = '{}'): string {
  return `apiVersion: headgate.dev/v1alpha1
kind: HTTPRouteFilter
metadata: {name: one}
spec: {type: DirectResponse, directResponse: ${spec}}
`;
}

row('POL-01', 'two routes to one service behave differently', async () => {
  const app = await startBackend();
  const header = (value: string) =>
    `filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: X-Tier, value: ${value}}]}}]`;
  const manifests = [route('a', '/a', 'app', header('one')), route('b', '/b', 'app', header('two'))];
  const gateway = await startGateway([GATEWAY, app.service('app'), ...manifests]);
  await gateway.request('GET', '/a');
  await gateway.request('GET', '/b');
  expect(app.requests.map(({ url, header }) => [url, header('x-tier')])).toEqual([
    ['/a', 'one'],
    ['/b', 'two'],
  ]);
});

row('POL-02', 'a filter of one route leaves the others alone', async () => {
  const app = await startBackend();
  const gateway = await startGateway([
    GATEWAY,
    app.service('app'),
    route('a', '/a', 'app', EXTENSION),
    route('b', '/b', 'app'),
    transform('requestHeaders: [{name: X-Client, value: "{ClientIP}"}]'),
  ]);
  await gateway.request('GET', '/a');
  await gateway.request('GET', '/b');
  expect(app.requests.map(({ url, header }) => [url, header('x-client')])).toEqual([
    ['/a', '127.0.0.1'],
    ['/b', null],
  ]);
});

row(['POL-05', 'NO-03'], 'the first rule whose headers are all equal wins, and without one the default', async () => {
  const [red, blue, plain] = await Promise.all(['red', 'blue', 'plain'].map((name) => startBackend(() => name)));
  const gateway = await startGateway([
    GATEWAY,
    red!.service('red'),
    blue!.service('blue'),
    plain!.service('plain'),
    `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: app}
spec:
  parentRefs: [{name: web}]
  rules:
    - matches: [{headers: [{name: X-Region, value: eu}, {name: X-Tier, value: gold}]}]
      backendRefs: [{name: red, port: 80}]
    - matches: [{headers: [{name: X-Region, value: eu}, {name: X-Kind, value: test}]}]
      backendRefs: [{name: blue, port: 80}]
    - backendRefs: [{name: plain, port: 80}]
`,
  ]);
  const chosen = async (headers: Record<string, string>) => (await gateway.request('GET', '/', { headers })).body;
  expect(await chosen({ 'X-Region': 'eu', 'X-Tier': 'gold' })).toBe('red');
  expect(await chosen({ 'X-Region': 'eu', 'X-Kind': 'test' })).toBe('blue');
  expect(await chosen({ 'X-Region': 'eu', 'X-Kind': 'test', 'X-Tier': 'gold' })).toBe('red');
  expect(await chosen({ 'X-Region': 'eu' })).toBe('plain');
  expect(await chosen({})).toBe('plain');
});

row(
  ['POL-08', 'POL-10'],
  'a route that is intercepted answers itself, and none of its requests falls to another',
  async () => {
    const app = await startBackend();
    const manifests = [route('intercepted', '/shop', 'app', EXTENSION), route('all', '/', 'app')];
    const gateway = await startGateway([GATEWAY, app.service('app'), ...manifests, direct()]);
    for (const method of ['GET', 'POST', 'HEAD', 'OPTIONS']) {
      expect((await gateway.request(method, '/shop/cart', method === 'POST' ? { body: 'x' } : {})).status).toBe(404);
    }
    expect((await gateway.request('GET', '/shop/cart', { http2: true })).status).toBe(404);
    expect(app.requests).toHaveLength(0);
    expect((await gateway.request('GET', '/other')).status).toBe(200);
    expect(gateway.condition('HTTPRouteFilter', 'one', 'Accepted')).toMatchObject({ status: 'True' });
  },
);

row('POL-08', 'status, type, fields and body are as the filter has them', async () => {
  const spec =
    '{statusCode: 503, contentType: application/json, headers: [{name: Retry-After, value: "60"}], body: \'{"back": "soon"}\'}';
  const gateway = await startGateway([GATEWAY, route('intercepted', '/', 'nobody', EXTENSION), direct(spec)]);
  for (const http2 of [false, true]) {
    const received = await gateway.request('GET', '/', { http2 });
    expect(received).toMatchObject({ status: 503, body: '{"back": "soon"}' });
    expect(received.header('content-type')).toBe('application/json');
    expect(received.header('retry-after')).toBe('60');
    expect(received.header('content-length')).toBe('16');
  }
  expect(await gateway.request('HEAD', '/')).toMatchObject({ status: 503, body: '' });
  expect(refusals([direct('{statusCode: 204, body: x}')])).toEqual([
    'spec.directResponse.body: must not be set for 204, 205 and 304',
  ]);
});

row('POL-08', 'one of several backends may be an answer', async () => {
  const app = await startBackend();
  const gateway = await startGateway([
    GATEWAY,
    app.service('app'),
    `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: app}
spec:
  parentRefs: [{name: web}]
  rules:
    - backendRefs:
        - {name: app, port: 80}
        - name: app
          port: 80
          filters: [{type: ExtensionRef, extensionRef: {group: headgate.dev, kind: HTTPRouteFilter, name: one}}]
`,
    direct('{statusCode: 503}'),
  ]);
  const statuses: number[] = [];
  for (let count = 0; count < 6; count++) statuses.push((await gateway.request('GET', '/')).status);
  expect(statuses.sort()).toEqual([200, 200, 200, 503, 503, 503]);
});

row('POL-09', 'without the filter the route is what it was', async () => {
  const app = await startBackend();
  const more = 'timeouts: {request: 5s}\n';
  const manifests = (filter: string) => [
    GATEWAY,
    app.service('app'),
    route('app', '/', 'app', more + filter),
    direct(),
  ];
  const gateway = await startGateway(manifests(''));
  const before = JSON.stringify(gateway.tables[0]!.rules);
  await gateway.reload(manifests(EXTENSION));
  expect((await gateway.request('GET', '/')).status).toBe(404);
  await gateway.reload(manifests(''));
  expect((await gateway.request('GET', '/')).status).toBe(200);
  expect(JSON.stringify(gateway.tables[0]!.rules)).toBe(before);
});

row('POL-09', 'a filter that is gone is not passed over', async () => {
  const app = await startBackend();
  const manifests = [GATEWAY, app.service('app'), route('app', '/', 'app', EXTENSION)];
  const gateway = await startGateway([...manifests, direct()]);
  await gateway.reload(manifests);
  expect((await gateway.request('GET', '/')).status).toBe(500);
  expect(gateway.condition('HTTPRoute', 'app', 'ResolvedRefs')).toMatchObject({
    status: 'False',
    reason: 'BackendNotFound',
    message: 'rules[0].filters[0].extensionRef: HTTPRouteFilter one does not exist',
  });
  await gateway.reload([...manifests, direct('{statusCode: 410}')]);
  expect((await gateway.request('GET', '/')).status).toBe(410);
  expect(gateway.condition('HTTPRoute', 'app', 'ResolvedRefs')).toMatchObject({ status: 'True' });
});

row(
  'POL-07',
  'a request is stopped by address, then for want of a key, then by a filter, before it is transformed and sent',
  async () => {
    const app = await startBackend();
    const keys = secret('keys', { ada: 'k' });
    const rules = (deny: string) => `ip: {deny: ["${deny}"]}
authentication: {type: APIKey, apiKey: {secretRefs: [{name: keys}]}}
`;
    const base = [BEHIND_HOP, app.service('app'), keys, route('app', '/', 'app', EXTENSION)];
    const changed = transform(
      'requestHeaders: [{name: X-Client, value: "{ClientIP}"}, {name: X-Key, value: "{header.X-Api-Key|none}"}]',
    );
    const gateway = await startGateway([
      ...base,
      accessPolicy('guard', rules('10.0.0.0/8')),
      direct('{statusCode: 410}'),
    ]);
    const ask = async (client: string, key: string) =>
      (await gateway.request('GET', '/', { headers: { 'X-Forwarded-For': client, 'X-Api-Key': key } })).status;
    expect([await ask('10.1.2.3', 'k'), await ask('192.0.2.1', 'x'), await ask('192.0.2.1', 'k')]).toEqual([
      403, 401, 410,
    ]);
    await gateway.reload([...base, accessPolicy('guard', rules('10.0.0.0/8')), changed]);
    expect([await ask('10.1.2.3', 'k'), await ask('192.0.2.1', 'x')]).toEqual([403, 401]);
    expect(app.requests).toHaveLength(0);
    expect(await ask('192.0.2.1', 'k')).toBe(200);
    expect(app.last.header('x-client')).toBe('192.0.2.1');
    // What the authentication has taken out is gone for filters too.
    expect(app.last.header('x-key')).toBe('none');
  },
);

row('POL-04', 'what a route has of a kind wins over its Gateway, unless the Gateway insists', async () => {
  const app = await startBackend();
  const manifests = [BEHIND_HOP, app.service('app'), route('app', '/app', 'app'), route('other', '/other', 'app')];
  const deny = (network: string) => `ip: {deny: ["${network}"]}\n`;
  const outer = (part: 'defaults' | 'overrides') =>
    accessPolicy('outer', deny('10.0.0.0/8'), { kind: 'Gateway', target: 'web', part });
  const gateway = await startGateway([...manifests, outer('defaults'), accessPolicy('inner', deny('192.0.2.0/24'))]);
  const ask = async (path: string, client: string) =>
    (await gateway.request('GET', path, { headers: { 'X-Forwarded-For': client } })).status;
  expect([await ask('/app', '10.1.1.1'), await ask('/app', '192.0.2.1')]).toEqual([200, 403]);
  expect([await ask('/other', '10.1.1.1'), await ask('/other', '192.0.2.1')]).toEqual([403, 200]);
  await gateway.reload([...manifests, outer('overrides'), accessPolicy('inner', deny('192.0.2.0/24'))]);
  expect([await ask('/app', '10.1.1.1'), await ask('/app', '192.0.2.1')]).toEqual([403, 200]);
  // Of two for the same route one holds, and the other says so.
  const second = accessPolicy('second', deny('198.51.100.0/24'));
  await gateway.reload([...manifests, accessPolicy('inner', deny('192.0.2.0/24')), second]);
  expect([await ask('/app', '192.0.2.1'), await ask('/app', '198.51.100.1')]).toEqual([403, 200]);
  expect(gateway.condition('AccessPolicy', 'second', 'Accepted')).toMatchObject({
    status: 'False',
    reason: 'Conflicted',
  });
});

row('POL-03', 'a policy of a service holds for all routes to it, and for no other service', async () => {
  const app = await startBackend();
  const other = await startBackend();
  const gateway = await startGateway([
    GATEWAY,
    app.service('app'),
    other.service('other'),
    route('a', '/a', 'app'),
    route('b', '/b', 'app'),
    route('c', '/c', 'other'),
    `apiVersion: headgate.dev/v1alpha1
kind: RateLimitPolicy
metadata: {name: app}
spec:
  targetRefs: [{group: "", kind: Service, name: app}]
  defaults:
    limits: [{name: all, requests: 2, interval: 1h, key: {type: Target}}]
`,
  ]);
  const statuses: number[] = [];
  for (const path of ['/a', '/b', '/a', '/b', '/c', '/c', '/c']) {
    statuses.push((await gateway.request('GET', path)).status);
  }
  expect(statuses).toEqual([200, 200, 429, 429, 200, 200, 200]);
  expect(gateway.condition('RateLimitPolicy', 'app', 'Accepted')).toMatchObject({ status: 'True' });
});
