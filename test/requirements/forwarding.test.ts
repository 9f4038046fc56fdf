/** Requirements, section 3: forwarding, backends, topology. */
import { expect } from 'vitest';
import { Authority } from '../fake/authority.ts';
import { service, startBackend } from './backend.ts';
import { GATEWAY, route, startGateway } from './gateway.ts';
import { row } from './row.ts';
import { answers, sleep, startNamed, tally } from './traffic.ts';

const ROUTE = route('app', '/', 'app');

row('FWD-01', 'backends are invisible: no address of theirs in any answer', async () => {
  const backend = await startBackend();
  const gateway = await startGateway([GATEWAY, backend.service('app'), ROUTE]);
  expect(gateway.status('Gateway', 'web')).toMatchObject({ addresses: [{ type: 'IPAddress', value: '127.0.0.1' }] });
  const { port } = backend;
  const seen: string[] = [];
  const look = async (): Promise<number> => {
    const response = await gateway.request('GET', '/');
    seen.push(JSON.stringify(response.headers) + response.body);
    return response.status;
  };
  expect(await look()).toBe(200);
  await backend.close();
  expect(await look()).toBe(502);
  await gateway.reload([
    GATEWAY,
    'apiVersion: v1\nkind: Service\nmetadata: {name: app}\nspec: {ports: [{port: 80}]}',
    ROUTE,
  ]);
  expect(await look()).toBe(503);
  for (const text of seen) {
    expect(text).not.toContain(String(port));
    expect(text).not.toContain('127.0.0.1');
    expect(text).not.toMatch(/default|"app"|service\//);
  }
});

row(['FWD-02', 'FWD-03', 'FWD-15'], 'a backend is moved by editing one rule, without a failed request', async () => {
  const [old, next] = [await startBackend(() => 'old'), await startBackend(() => 'next')];
  const services = [old.service('old'), next.service('next')];
  const gateway = await startGateway([GATEWAY, ...services, route('app', '/', 'old')]);
  const found: { status: number; body: string }[] = [];
  let isOver = false;
  const load = async () => {
    while (!isOver) found.push(await gateway.request('GET', '/'));
  };
  const running = Promise.all([load(), load(), load()]);
  await sleep(50);
  const began = performance.now();
  await gateway.reload([GATEWAY, ...services, route('app', '/', 'next')]);
  // Nobody was restarted for it, and it took no time worth naming.
  expect(performance.now() - began).toBeLessThan(2_000);
  expect((await gateway.request('GET', '/')).body).toBe('next');
  await sleep(50);
  isOver = true;
  await running;
  expect(tally(found.map(({ status }) => String(status)))).toEqual({ 200: found.length });
  expect(Object.keys(tally(found.map(({ body }) => body)))).toEqual(['next', 'old']);
});

row(
  ['FWD-04', 'FWD-05', 'FWD-06'],
  'many routes lead to a service, one rule has each request, and nothing else is reached',
  async () => {
    const backend = await startBackend(({ url }) => url);
    const gateway = await startGateway([
      GATEWAY,
      backend.service('app'),
      route('a', '/a', 'app'),
      route('b', '/b', 'app'),
      route('ab', '/a/b', 'app'),
    ]);
    for (const path of ['/a', '/b/x', '/a/b/c']) {
      expect(await gateway.request('GET', path)).toMatchObject({ status: 200, body: path });
    }
    expect(backend.requests.length).toBe(3);
    for (const [rule, count] of [
      ['a', 1],
      ['b', 1],
      ['ab', 1],
    ] as const) {
      const counted = gateway.metric('headgate_requests_total', { rule: `httproute/default/${rule}/rule/0` });
      expect(counted).toBe(count);
    }
    expect((await gateway.request('GET', '/admin')).status).toBe(404);
    expect(backend.requests.length).toBe(3);
  },
);

row('FWD-07', 'backends are spoken to in plain HTTP unless something else is said', async () => {
  const backend = await startBackend();
  const gateway = await startGateway([GATEWAY, backend.service('app'), ROUTE]);
  expect((await gateway.request('GET', '/')).status).toBe(200);
  await gateway.reload([GATEWAY, backend.service('app', { appProtocol: 'http' }), ROUTE]);
  expect((await gateway.request('GET', '/')).status).toBe(200);
});

row(
  ['FWD-08', 'FWD-10', 'NO-10'],
  'TLS to a backend checks its authority and its name, and cannot be told not to',
  async () => {
    const authority = await Authority.create();
    const { chain, key } = await authority.issue([{ type: 'dns', value: 'app.internal' }]);
    const backend = await startBackend(() => 'secret', { tls: { cert: chain, key } });
    const tls = (hostname: string, ca: string): string => `apiVersion: v1
kind: ConfigMap
metadata: {name: ca}
data:
  ca.crt: |
${ca.trim().replace(/^/gm, '    ')}
---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: app}
spec:
  targetRefs: [{group: "", kind: Service, name: app}]
  validation:
    hostname: ${hostname}
    caCertificateRefs: [{group: "", kind: ConfigMap, name: ca}]
`;
    const served = backend.service('app', { appProtocol: 'https' });
    const gateway = await startGateway([GATEWAY, served, ROUTE, tls('app.internal', authority.certificate)]);
    expect(await gateway.request('GET', '/')).toMatchObject({ status: 200, body: 'secret' });
    await gateway.reload([GATEWAY, served, ROUTE, tls('other.internal', authority.certificate)]);
    expect((await gateway.request('GET', '/')).status).toBe(502);
    await gateway.reload([GATEWAY, served, ROUTE, tls('app.internal', (await Authority.create('Other')).certificate)]);
    expect((await gateway.request('GET', '/')).status).toBe(502);
    // Without a policy who asks for TLS gets no plaintext.
    await gateway.reload([GATEWAY, served, ROUTE]);
    expect((await gateway.request('GET', '/')).status).toBe(500);
    expect(gateway.condition('HTTPRoute', 'app', 'ResolvedRefs')).toMatchObject({ reason: 'UnsupportedProtocol' });
    expect(backend.requests.length).toBe(1);
  },
);

const UPGRADE = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' };

row(['FWD-09', 'FWD-18', 'NO-10'], 'WebSocket connections are carried both ways', async () => {
  const backend = await startBackend();
  backend.server.on('upgrade', (request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.write(`${request.url}\n`);
    socket.on('data', (bytes: Buffer) => socket.write(bytes.toString().toUpperCase()));
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
  });
  for (const appProtocol of [undefined, 'kubernetes.io/ws']) {
    const gateway = await startGateway([
      GATEWAY,
      backend.service('app', appProtocol === undefined ? {} : { appProtocol }),
      ROUTE,
    ]);
    const client = await gateway.connect();
    const fields = Object.entries({ Host: 'a.example', ...UPGRADE }).map(([name, value]) => `${name}: ${value}\r\n`);
    const switched = await client.request(`GET /chat HTTP/1.1\r\n${fields.join('')}\r\n`);
    expect(switched.status).toBe(101);
    expect((await client.reader.through('\n'))!.toString()).toBe('/chat\n');
    client.socket.write('hello\n');
    expect((await client.reader.through('\n'))!.toString()).toBe('HELLO\n');
  }
});

row(['FWD-09', 'NO-10'], 'a backend of h2c is spoken to in HTTP/2', async () => {
  const backend = await startBackend(({ url }) => `h2 ${url}`, { protocol: 'h2c' });
  const gateway = await startGateway([GATEWAY, backend.service('app', { appProtocol: 'kubernetes.io/h2c' }), ROUTE]);
  expect(await gateway.request('GET', '/x')).toMatchObject({ status: 200, body: 'h2 /x' });
  expect(await gateway.request('GET', '/y', { http2: true })).toMatchObject({ status: 200, body: 'h2 /y' });
});

row(['FWD-11', 'FWD-12'], 'targets are lists of addresses and ports, also outside of the cluster', async () => {
  const backends = await startNamed(3);
  const gateway = await startGateway([GATEWAY, service('app', backends), ROUTE]);
  expect(tally(await answers(gateway, 6))).toEqual({ 0: 2, 1: 2, 2: 2 });
  // A Service without selector and an EndpointSlice of our own is all that a host outside needs.
  const outside = service('app', backends.slice(1, 2)).replace('spec:\n  ports', 'spec:\n  type: ClusterIP\n  ports');
  await gateway.reload([GATEWAY, outside, ROUTE]);
  expect(tally(await answers(gateway, 3))).toEqual({ 1: 3 });
});

row('FWD-11', 'ready, serving and terminating are honoured', async () => {
  const backends = await startNamed(3);
  const slices = (conditions: readonly string[]): string =>
    backends
      .map(
        ({ address, port }, index) => `---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: app-${index}, labels: {kubernetes.io/service-name: app}}
addressType: IPv4
endpoints: [{addresses: [${address}], conditions: {${conditions[index]}}}]
ports: [{port: ${port}}]
`,
      )
      .join('');
  const app = 'apiVersion: v1\nkind: Service\nmetadata: {name: app}\nspec: {ports: [{port: 80}]}\n';
  const ending = 'ready: false, serving: true, terminating: true';
  const gateway = await startGateway([GATEWAY, app + slices(['ready: true', 'ready: false', ending]), ROUTE]);
  expect(tally(await answers(gateway, 4))).toEqual({ 0: 4 });
  await gateway.reload([GATEWAY, app + slices(['ready: false', 'ready: false', ending]), ROUTE]);
  expect(tally(await answers(gateway, 4))).toEqual({ 2: 4 });
  await gateway.reload([GATEWAY, app + slices(['ready: false', 'ready: false', 'ready: false']), ROUTE]);
  expect((await gateway.request('GET', '/')).status).toBe(503);
});

row('FWD-12', 'an ExternalName is never a backend', async () => {
  const external =
    'apiVersion: v1\nkind: Service\nmetadata: {name: app}\nspec: {type: ExternalName, externalName: a.example, ports: [{port: 80}]}\n';
  const gateway = await startGateway([GATEWAY, external, ROUTE]);
  expect((await gateway.request('GET', '/')).status).toBe(500);
  expect(gateway.condition('HTTPRoute', 'app', 'ResolvedRefs')).toMatchObject({ status: 'False' });
});

row('FWD-13', 'a rule without a valid target answers 500 and says why', async () => {
  const gateway = await startGateway([GATEWAY, ROUTE]);
  expect((await gateway.request('GET', '/')).status).toBe(500);
  expect(gateway.condition('HTTPRoute', 'app', 'ResolvedRefs')).toMatchObject({
    status: 'False',
    reason: 'BackendNotFound',
    message: expect.stringContaining('Service default/app does not exist'),
  });
});

row('FWD-14', 'endpoints that come and go are followed without losing a request', async () => {
  const backends = await startNamed(4);
  const at = (from: number, to: number): string[] => [GATEWAY, service('app', backends.slice(from, to)), ROUTE];
  const gateway = await startGateway(at(0, 2));
  const statuses: number[] = [];
  let isOver = false;
  const load = async () => {
    while (!isOver) statuses.push((await gateway.request('GET', '/')).status);
  };
  const running = Promise.all([load(), load()]);
  for (const [from, to] of [
    [0, 4],
    [2, 4],
    [1, 3],
    [0, 1],
  ] as const) {
    await gateway.reload(at(from, to));
    await sleep(30);
    const found = Object.keys(tally(await answers(gateway, 8)));
    expect(found).toEqual(Array.from({ length: to - from }, (_, index) => String(from + index)));
  }
  isOver = true;
  await running;
  expect(tally(statuses.map(String))).toEqual({ 200: statuses.length });
});

row('FWD-16', 'routing chooses a service by content, balancing one of its endpoints: two stages', async () => {
  const backends = await startNamed(2);
  const other = await startBackend(() => 'other');
  const gateway = await startGateway([
    GATEWAY,
    service('app', backends),
    other.service('other'),
    route('app', '/app', 'app'),
    route('other', '/other', 'other'),
  ]);
  expect(tally(await answers(gateway, 4, {}, '/app'))).toEqual({ 0: 2, 1: 2 });
  expect(tally(await answers(gateway, 2, {}, '/other'))).toEqual({ other: 2 });
  // Requests are counted by what was routed, connections to endpoints by themselves.
  expect(gateway.metric('headgate_requests_total', { rule: 'httproute/default/app/rule/0' })).toBe(4);
  expect(gateway.metric('headgate_requests_total', { rule: 'httproute/default/other/rule/0' })).toBe(2);
  const connects = gateway.metric('headgate_backend_connects_total');
  const reuses = gateway.metric('headgate_backend_reuses_total');
  expect(connects + reuses).toBe(6);
});

row('FWD-17', 'a wrong update never takes away a rule that works', async () => {
  const backend = await startBackend();
  const gateway = await startGateway([GATEWAY, backend.service('app'), ROUTE], { refused: true });
  expect((await gateway.request('GET', '/')).status).toBe(200);
  const wrong = ROUTE.replace('type: PathPrefix', 'type: Pathfix');
  await gateway.reload([GATEWAY, backend.service('app'), wrong]);
  expect(gateway.problems.length).toBe(1);
  expect((await gateway.request('GET', '/')).status).toBe(200);
});

row('FWD-19', 'X-Forwarded fields say who the client is, and clients cannot make them up', async () => {
  const backend = await startBackend();
  const forged = {
    'X-Forwarded-For': '198.51.100.7',
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Host': 'evil.example',
  };
  const gateway = await startGateway([GATEWAY, backend.service('app'), ROUTE]);
  await gateway.request('GET', 'http://shop.example/', { headers: forged, from: '127.0.0.9' });
  expect(backend.last.header('x-forwarded-for')).toBe('127.0.0.9');
  expect(backend.last.header('x-forwarded-proto')).toBe('http');
  expect(backend.last.header('x-forwarded-host')).toBe('shop.example');
  const trusting = `apiVersion: headgate.dev/v1alpha1
kind: GatewayParameters
metadata: {name: edge}
spec:
  clientIP: {source: XForwardedFor, trustedCIDRs: [127.0.0.9/32]}
`;
  const classed = GATEWAY.replace(
    'gateway-controller\n',
    'gateway-controller\n  parametersRef: {group: headgate.dev, kind: GatewayParameters, name: edge, namespace: default}\n',
  );
  const behind = await startGateway([classed, trusting, backend.service('app'), ROUTE]);
  await behind.request('GET', 'http://shop.example/', { headers: forged, from: '127.0.0.9' });
  expect(backend.last.header('x-forwarded-for')).toBe('198.51.100.7, 127.0.0.9');
  expect(backend.last.header('x-forwarded-proto')).toBe('https');
  await behind.request('GET', 'http://shop.example/', { headers: forged, from: '127.0.0.8' });
  expect(backend.last.header('x-forwarded-for')).toBe('127.0.0.8');
});
