/**
 * What GEP-5224 asks of an implementation that claims `GatewayListenerFilters`; the conformance suite of v1.7.0 has no test
 * of it. Statuses are in `test/golden/listener-filter`.
 */
import { expect, test } from 'vitest';
import { EXACT } from '../fake/certificates.ts';
import { type Handler, type Reply, startBackend } from '../requirements/backend.ts';
import { refusals, route, startGateway } from '../requirements/gateway.ts';

const CLASS = `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: headgate}
spec: {controllerName: headgate.dev/gateway-controller}
`;

/** The Gateway `web` with the listeners `http` (80), which has these filters, and `plain` (81), which has none. */
function gatewayWith(...filters: readonly string[]): string {
  return `${CLASS}---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web}
spec:
  gatewayClassName: headgate
  listeners:
    - name: http
      port: 80
      protocol: HTTP
      filters:
        requests:
${filters.map((filter) => `          - ${filter}`).join('\n')}
    - {name: plain, port: 81, protocol: HTTP}
`;
}

const extension = (name: string) =>
  `{type: ExtensionRef, extensionRef: {group: headgate.dev, kind: HTTPRouteFilter, name: ${name}}}`;
const auth = (service: string, http = '{}') =>
  `{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: ${service}, port: 80}, http: ${http}}}`;

const filter = (name: string, spec: string) => `apiVersion: headgate.dev/v1alpha1
kind: HTTPRouteFilter
metadata: {name: ${name}}
spec: ${spec}
`;
const setHeader = (name: string, header: string, value: string) =>
  filter(name, `{type: Transform, transform: {requestHeaders: [{name: ${header}, value: "${value}"}]}}`);

/** A route for requests with a field of this value. */
const byHeader = (name: string, header: string, value: string) => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}}
spec:
  parentRefs: [{name: web}]
  rules: [{matches: [{headers: [{name: ${header}, value: "${value}"}]}], backendRefs: [{name: ${name}, port: 80}]}]
`;

const named =
  (name: string): Handler =>
  (request) => ({ body: `${name} ${request.header('x-tenant') ?? '-'}` });

test('filters run in the order of the list: of two that set one field the later one has the last word', async () => {
  const app = await startBackend();
  const rest = [
    app.service('app'),
    route('app', '/', 'app'),
    setHeader('a', 'X-Step', 'a'),
    setHeader('b', 'X-Step', 'b'),
  ];
  const gateway = await startGateway([gatewayWith(extension('a'), extension('b')), ...rest]);
  await gateway.request('GET', '/', { headers: { 'X-Step': 'client' } });
  expect(app.last.header('x-step')).toBe('b');
  await gateway.reload([gatewayWith(extension('b'), extension('a')), ...rest]);
  await gateway.request('GET', '/');
  expect(app.last.header('x-step')).toBe('a');
});

test('rules are matched once, with the request as the filters have left it', async () => {
  const red = await startBackend(named('red'));
  const blue = await startBackend(named('blue'));
  const judge = await startBackend(({ header }): Reply => ({ headers: { 'X-Tenant': header('authorization') ?? '' } }));
  const gateway = await startGateway([
    gatewayWith(auth('judge', '{allowedResponseHeaders: [X-Tenant]}')),
    judge.service('judge'),
    red.service('red'),
    blue.service('blue'),
    byHeader('red', 'X-Tenant', 'red'),
    byHeader('blue', 'X-Tenant', 'blue'),
  ]);
  const asked = (authorization: string, tenant: string) =>
    gateway.request('GET', '/', { headers: { Authorization: authorization, 'X-Tenant': tenant } });
  // The client's own word would have led to the other one.
  expect((await asked('red', 'blue')).body).toBe('red red');
  expect((await asked('blue', 'red')).body).toBe('blue blue');
  expect((await asked('green', 'red')).status).toBe(404);
  expect(judge.requests.length).toBe(3);
});

test('each filter sees what those before it have made of the request', async () => {
  const app = await startBackend();
  const judge = await startBackend((): Reply => ({ headers: { 'X-Tenant': 't1' } }));
  const second = await startBackend((): Reply => ({ headers: { 'X-Seen': 'yes' } }));
  const gateway = await startGateway([
    gatewayWith(
      auth('judge', '{allowedResponseHeaders: [X-Tenant]}'),
      extension('to-path'),
      auth('second', '{allowedHeaders: [X-Tenant], allowedResponseHeaders: [X-Seen]}'),
    ),
    judge.service('judge'),
    second.service('second'),
    app.service('app'),
    filter(
      'to-path',
      '{type: Transform, transform: {method: PUT, urlTemplate: {path: "/tenants/{header.X-Tenant}", query: [{name: t, value: "{header.X-Tenant}"}]}}}',
    ),
    route('app', '/tenants/t1', 'app'),
  ]);
  const { status } = await gateway.request('POST', '/anything?a=1', { headers: { 'X-Seen': 'client' }, body: 'text' });
  expect(status).toBe(200);
  expect(judge.last).toMatchObject({ method: 'POST', url: '/anything?a=1' });
  expect(second.last).toMatchObject({ method: 'PUT', url: '/tenants/t1?t=t1&a=1' });
  expect(second.last.header('x-tenant')).toBe('t1');
  expect(app.last).toMatchObject({ method: 'PUT', url: '/tenants/t1?t=t1&a=1', body: 'text' });
  expect([app.last.header('x-tenant'), app.last.header('x-seen')]).toEqual(['t1', 'yes']);
});

test('a filter that answers keeps the request from those after it and from every rule', async () => {
  const app = await startBackend();
  const judge = await startBackend((): Reply => ({ status: 403, body: 'no' }));
  const second = await startBackend();
  const gateway = await startGateway([
    gatewayWith(auth('judge'), auth('second')),
    judge.service('judge'),
    second.service('second'),
    app.service('app'),
    route('app', '/app', 'app'),
  ]);
  // Whether there is a rule for it or not.
  expect(await gateway.request('GET', '/app')).toMatchObject({ status: 403, body: 'no' });
  expect(await gateway.request('GET', '/nowhere')).toMatchObject({ status: 403, body: 'no' });
  expect([judge.requests.length, second.requests.length, app.requests.length]).toEqual([2, 0, 0]);
  // Preflights are requests like others.
  expect((await gateway.request('OPTIONS', '/app', { headers: { Origin: 'https://a.example' } })).status).toBe(403);
});

test('a direct response is the answer to every request of the listener, and of no other', async () => {
  const app = await startBackend();
  const gateway = await startGateway([
    gatewayWith(extension('closed')),
    filter('closed', '{type: DirectResponse, directResponse: {statusCode: 503, body: closed}}'),
    app.service('app'),
    route('app', '/', 'app'),
  ]);
  expect(await gateway.request('GET', '/')).toMatchObject({ status: 503, body: 'closed' });
  expect((await gateway.request('GET', 'http://a.example:81/')).status).toBe(200);
  expect(app.requests.length).toBe(1);
});

test('the host of a request cannot be changed, so its listener cannot either', async () => {
  const app = await startBackend();
  const judge = await startBackend((): Reply => ({ headers: { Host: 'other.example', 'X-Ok': '1' } }));
  const gateway = await startGateway([
    gatewayWith(auth('judge', '{allowedResponseHeaders: [Host, X-Ok]}')),
    judge.service('judge'),
    app.service('app'),
    route('app', '/', 'app'),
  ]);
  await gateway.request('GET', 'http://shop.example/');
  expect([app.last.header('host'), app.last.header('x-ok')]).toEqual(['shop.example', '1']);
  // Nor what its connection and its body depend on.
  judge.handler = () => ({ headers: { 'X-Ok': '2', TE: 'gzip', Upgrade: 'other' } });
  await gateway.request('POST', 'http://shop.example/', { body: 'text' });
  expect([app.last.header('x-ok'), app.last.header('upgrade'), app.last.body]).toEqual(['2', null, 'text']);
});

test('filters of the rule run after those of the listener, with what they left', async () => {
  const app = await startBackend();
  const outer = await startBackend((): Reply => ({ headers: { 'X-User': 'ada', 'X-Drop': 'me' } }));
  const inner = await startBackend((): Reply => ({ headers: { 'X-Role': 'admin' } }));
  const gateway = await startGateway([
    gatewayWith(auth('outer'), extension('answer')),
    outer.service('outer'),
    inner.service('inner'),
    app.service('app'),
    filter('answer', '{type: Transform, transform: {responseHeaders: [{name: X-Gateway, value: web}]}}'),
    `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: app}
spec:
  parentRefs: [{name: web}]
  rules:
    - filters:
        - {type: RequestHeaderModifier, requestHeaderModifier: {remove: [X-Drop]}}
        - ${auth('inner', '{allowedHeaders: [X-User], allowedResponseHeaders: [X-Role]}')}
      backendRefs: [{name: app, port: 80}]
`,
  ]);
  const answer = await gateway.request('GET', '/');
  expect(answer.header('x-gateway')).toBe('web');
  expect(inner.last.header('x-user')).toBe('ada');
  const seen = ['x-user', 'x-role', 'x-drop'].map((name) => app.last.header(name));
  expect(seen).toEqual(['ada', 'admin', null]);
});

test('a client cannot say that a field of a filter ends at the gateway', async () => {
  const app = await startBackend();
  const judge = await startBackend((): Reply => ({ headers: { 'X-User': 'ada' } }));
  const gateway = await startGateway([
    gatewayWith(auth('judge')),
    judge.service('judge'),
    app.service('app'),
    route('app', '/', 'app'),
  ]);
  await gateway.request('GET', '/', { headers: { Connection: 'X-User, X-Own', 'X-Own': '1', 'X-User': 'root' } });
  expect([app.last.header('x-user'), app.last.header('x-own')]).toEqual(['ada', null]);
});

test('a request that a filter makes too large is answered 500, and the connection goes on', async () => {
  const app = await startBackend();
  const judge = await startBackend(
    ({ url }): Reply => ({ headers: { 'X-User': url === '/large' ? 'x'.repeat(10_000) : 'ada' } }),
  );
  const gateway = await startGateway(
    [gatewayWith(auth('judge')), judge.service('judge'), app.service('app'), route('app', '/', 'app')],
    { flags: ['--max-head', '16384'] },
  );
  const client = await gateway.connect();
  client.write(`GET /large HTTP/1.1\r\nHost: a.example\r\nX-Own: ${'x'.repeat(10_000)}\r\n\r\n`);
  expect((await client.response()).status).toBe(500);
  client.write('GET /small HTTP/1.1\r\nHost: a.example\r\n\r\n');
  expect((await client.response()).status).toBe(200);
  expect(app.requests.map(({ url }) => url)).toEqual(['/small']);
  expect(gateway.metric('headgate_requests_total', { reason: 'listener-filter' })).toBe(1);
});

test('a body that comes while a filter is asked is kept for the backend, over both versions of HTTP', async () => {
  const app = await startBackend(({ body, header }) => `${header('x-user')} ${body.length}`);
  const judge = await startBackend((): Reply => ({ headers: { 'X-User': 'ada' }, delay: 50 }));
  const gateway = await startGateway([
    gatewayWith(auth('judge')),
    judge.service('judge'),
    app.service('app'),
    route('app', '/', 'app'),
  ]);
  for (const http2 of [false, true]) {
    const { body } = await gateway.request('POST', '/', { body: 'x'.repeat(200_000), http2 });
    expect(body).toBe('ada 200000');
  }
  // A head in absolute form, and two requests on one connection.
  const client = await gateway.connect();
  client.write(
    'GET http://a.example/one HTTP/1.1\r\nHost: a.example\r\n\r\nGET /two HTTP/1.1\r\nHost: a.example\r\n\r\n',
  );
  expect((await client.response()).body.toString()).toBe('ada 0');
  expect((await client.response()).body.toString()).toBe('ada 0');
  expect(app.requests.slice(-2).map(({ url }) => url)).toEqual(['/one', '/two']);
});

test('of HTTPS listeners each has its own filters, and a misdirected request is none of theirs', async () => {
  const app = await startBackend();
  const judge = await startBackend((): Reply => ({ status: 403 }));
  const listener = (name: string, hostname: string, more = '') =>
    `{name: ${name}, hostname: ${hostname}, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: cert}]}${more}}`;
  const gateway = await startGateway([
    `${CLASS}---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web}
spec:
  gatewayClassName: headgate
  listeners:
    - ${listener('a', 'a.example', `, filters: {requests: [${auth('judge')}]}`)}
    - ${listener('b', 'b.example')}
`,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'cert' },
      type: 'kubernetes.io/tls',
      stringData: { 'tls.crt': EXACT.chain, 'tls.key': EXACT.key },
    }),
    judge.service('judge'),
    app.service('app'),
    route('app', '/', 'app'),
  ]);
  expect((await gateway.request('GET', 'https://a.example/')).status).toBe(403);
  expect((await gateway.request('GET', 'https://b.example/')).status).toBe(200);
  const misdirected = await gateway.request('GET', 'https://a.example/', { tls: { servername: 'b.example' } });
  expect([misdirected.status, judge.requests.length]).toEqual([421, 1]);
});

test('without the service that a filter asks nobody gets in, also when it goes away later', async () => {
  const app = await startBackend();
  const judge = await startBackend();
  const rest = [gatewayWith(auth('judge')), app.service('app'), route('app', '/', 'app')];
  const gateway = await startGateway([...rest, judge.service('judge')]);
  expect((await gateway.request('GET', '/')).status).toBe(200);
  await gateway.reload(rest);
  expect((await gateway.request('GET', '/')).status).toBe(500);
  expect(
    gateway.conditions('Gateway', 'web').filter(({ reason }) => reason === 'InvalidListenerFilterRef'),
  ).toHaveLength(1);
  await gateway.reload([...rest, judge.service('judge')]);
  expect((await gateway.request('GET', '/')).status).toBe(200);
  await judge.close();
  expect((await gateway.request('GET', '/')).status).toBe(503);
});

test('only listeners of requests can have filters', () => {
  const gateway = gatewayWith(auth('judge')).replace('protocol: HTTP\n', 'protocol: TCP\n');
  expect(refusals(gateway).join()).toMatch(/filters.* must not be set unless protocol is HTTP or HTTPS/);
});

test('the parts of an Aggregate are of a request to which the filters have been done, once', async () => {
  const app = await startBackend((request) => ({
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(request.header('x-tenant')),
  }));
  const gateway = await startGateway([
    gatewayWith(extension('tenant')),
    filter('tenant', '{type: Transform, transform: {requestHeaders: [{name: X-Tenant, value: "acme", action: Add}]}}'),
    app.service('app'),
    `apiVersion: headgate.dev/v1alpha1
kind: Aggregate
metadata: {name: both}
spec:
  parts:
  - {key: one, backendRef: {name: app, port: 80}, path: /one}
  - {key: two, backendRef: {name: app, port: 80}, path: /two}
`,
    `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: both}
spec:
  parentRefs: [{name: web}]
  rules: [{backendRefs: [{group: headgate.dev, kind: Aggregate, name: both}]}]
`,
  ]);
  expect(await gateway.request('GET', '/')).toMatchObject({ status: 200, body: '{"one":"acme","two":"acme"}' });
});
