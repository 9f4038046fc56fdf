import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { EXACT } from '../fake/certificates.ts';
import { type Handler, type RequirementBackend, service, startBackend } from './backend.ts';
import { EXTENSION, filtered, prefix, regex, transform } from './filter.ts';
import { accessLines, GATEWAY, type RequirementGateway, refusals, route, startGateway } from './gateway.ts';
import { row } from './row.ts';

/** A gateway with one route to `app`, with the filter `one`. */
async function withFilter(
  spec: string,
  handler?: Handler,
  ...more: string[]
): Promise<{ app: RequirementBackend; gateway: RequirementGateway }> {
  const app = await startBackend(handler);
  const manifests = [GATEWAY, app.service('app'), route('app', '/', 'app', EXTENSION), transform(spec), ...more];
  return { app, gateway: await startGateway(manifests) };
}

const HTTPS = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web}
spec:
  gatewayClassName: headgate
  listeners:
    - {name: http, port: 80, protocol: HTTP}
    - {name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: tls}]}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: headgate}
spec: {controllerName: headgate.dev/gateway-controller}
---
${JSON.stringify({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'tls' },
  type: 'kubernetes.io/tls',
  stringData: { 'tls.crt': EXACT.chain, 'tls.key': EXACT.key },
})}
`;

/** The Gateway with these GatewayParameters. */
function parameters(spec: string): string {
  return `${GATEWAY.replace('  gatewayClassName: headgate\n', '  gatewayClassName: headgate\n  infrastructure: {parametersRef: {group: headgate.dev, kind: GatewayParameters, name: edge}}\n')}
---
apiVersion: headgate.dev/v1alpha1
kind: GatewayParameters
metadata: {name: edge}
spec:
${spec.replace(/^(?=.)/gm, '  ')}`;
}

row(['HDR-01', 'HDR-02'], 'fields of the request are added, set and removed', async () => {
  const app = await startBackend();
  const modifier = `filters:
  - type: RequestHeaderModifier
    requestHeaderModifier:
      add: [{name: X-Custom-Header, value: value}]
      set: [{name: X-Tier, value: gold}]
      remove: [X-Debug]
`;
  const gateway = await startGateway([GATEWAY, app.service('app'), route('app', '/', 'app', modifier)]);
  await gateway.request('GET', '/', { headers: { 'x-tier': 'lead', 'x-debug': '1', 'x-custom-header': 'own' } });
  expect(app.last.header('x-custom-header')).toBe('own, value');
  expect(app.last.header('x-tier')).toBe('gold');
  expect(app.last.header('x-debug')).toBeNull();
});

row(['HDR-02', 'HDR-15'], 'a filter does the same, one action after the other, with request and response', async () => {
  const actions = `
  - {name: X-Set, value: s}
  - {name: X-Add, action: Add, value: "a, b"}
  - {name: X-Gone, action: Remove}
  - {name: X-Twice, value: "1"}
  - {name: X-Twice, action: Add, value: "2"}
`;
  const { app, gateway } = await withFilter(`requestHeaders:${actions}responseHeaders:${actions}`, () => ({
    headers: { 'X-Set': 'own', 'X-Add': 'own', 'X-Gone': 'own' },
  }));
  const own = { 'X-Set': 'own', 'X-Add': 'own', 'X-Gone': 'own' };
  const received = await gateway.request('GET', '/', { headers: own });
  for (const message of [app.last, received]) {
    expect(message.header('x-set')).toBe('s');
    expect(message.header('x-add')).toBe('own, a, b');
    expect(message.header('x-gone')).toBeNull();
    expect(message.header('x-twice')).toBe('1, 2');
  }
  // Nothing of it depends on the request, so no stage has to look at one.
  const [rule] = Object.values(gateway.tables[0]!.rules);
  expect(new Set(rule!.filters.map(({ kind }) => kind))).toEqual(
    new Set(['RequestHeaderModifier', 'ResponseHeaderModifier']),
  );
});

row('HDR-03', "a backend's own base URL is replaced by the public one", async () => {
  const app = await startBackend(({ url }) => ({ status: 302, headers: { Location: `http://internal:5000${url}` } }));
  const filter = transform(
    'responseHeaders: [{name: Location, action: Replace, find: "http://internal:5000", with: "{BaseURL}"}]',
  );
  const gateway = await startGateway([HTTPS, app.service('app'), route('app', '/', 'app', EXTENSION), filter]);
  const received = await gateway.request('GET', 'https://public.example/a?b=c');
  expect(received.header('location')).toMatch(/^https:\/\/public\.example\/a\?b=c$/);
  expect(received.headers.filter(([name]) => name.toLowerCase() === 'location')).toHaveLength(1);
});

row('HDR-04', 'a value may have commas: nothing of it is syntax', async () => {
  const { app, gateway } = await withFilter('requestHeaders: [{name: X-List, value: "find, replace"}]');
  await gateway.request('GET', '/');
  expect(app.last.header('x-list')).toBe('find, replace');
});

row('HDR-05', 'a text in a request field is replaced, where there is one', async () => {
  const { app, gateway } = await withFilter(
    'requestHeaders: [{name: Test, action: Replace, find: "http://x/", with: "http://y/"}]',
  );
  await gateway.request('GET', '/', { headers: { Test: 'http://x/1' } });
  expect(app.last.header('test')).toBe('http://y/1');
  await gateway.request('GET', '/');
  expect(app.last.header('test')).toBeNull();
  await gateway.request('GET', '/', { headers: { Test: 'http://z/1' } });
  expect(app.last.header('test')).toBe('http://z/1');
});

row('HDR-06', 'every occurrence in every value is replaced, and every value stays', async () => {
  const spec = `
requestHeaders: [{name: X-A, action: Replace, find: "one", with: "{header.X-B|two}"}]
responseHeaders: [{name: Set-Cookie, action: Replace, find: "Domain=internal", with: "Domain=public.example"}]
`;
  const cookies = ['a=1; Domain=internal', 'b=2', 'c=3; Domain=internal; Secure'];
  const { app, gateway } = await withFilter(spec, () => ({ headers: { 'Set-Cookie': cookies } }));
  const received = await gateway.request('GET', '/', {
    headers: [
      ['X-A', 'one and one'],
      ['x-a', 'none'],
      ['X-A', 'one'],
    ],
  });
  const seen = app.last.headers.filter(([name]) => name.toLowerCase() === 'x-a').map(([, value]) => value);
  expect(seen).toEqual(['two and two', 'ntwo', 'two']);
  expect(received.headers.filter(([name]) => name.toLowerCase() === 'set-cookie').map(([, value]) => value)).toEqual([
    'a=1; Domain=public.example',
    'b=2',
    'c=3; Domain=public.example; Secure',
  ]);
});

row('HDR-07', 'the base URL is what the client used, or what the parameters say', async () => {
  const spec = 'requestHeaders: [{name: X-Base, value: "{BaseURL}"}]';
  const { app, gateway } = await withFilter(spec);
  await gateway.request('GET', 'http://shop.example/a');
  expect(app.last.header('x-base')).toBe('http://shop.example');
  await gateway.request('GET', '/a', { headers: [['Host', 'shop.example:8080']] });
  expect(app.last.header('x-base')).toBe('http://shop.example:8080');
  // Whom nobody trusts cannot say where he came from.
  await gateway.request('GET', '/a', { headers: { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'evil.example' } });
  expect(app.last.header('x-base')).toBe('http://a.example');

  const behind = await startGateway([
    parameters('clientIP: {source: XForwardedFor, trustedCIDRs: [127.0.0.0/8]}\n'),
    app.service('app'),
    route('app', '/', 'app', EXTENSION),
    transform(spec),
  ]);
  await behind.request('GET', '/a', { headers: { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'shop.example' } });
  expect(app.last.header('x-base')).toBe('https://shop.example');

  const told = await startGateway([
    parameters('publicURL: https://api.example.com\n'),
    app.service('app'),
    route('app', '/', 'app', EXTENSION),
    transform(spec),
  ]);
  await told.request('GET', 'http://shop.example/a');
  expect(app.last.header('x-base')).toBe('https://api.example.com');
});

row(['HDR-08', 'HDR-12'], 'the base URL of the endpoint that answered is known, whichever it was', async () => {
  const one = await startBackend();
  const other = await startBackend(undefined, { address: '127.0.0.2' });
  for (const backend of [one, other]) {
    backend.handler = () => ({ status: 201, headers: { Location: `http://${backend.endpoint}/made/1` } });
  }
  const filter = transform(`
responseHeaders:
  - {name: X-Endpoint, value: "{BackendBaseURL}"}
  - {name: Location, action: Replace, find: "{BackendBaseURL}", with: "{BaseURL}"}
`);
  const manifests = [GATEWAY, service('app', [one, other]), route('app', '/', 'app', EXTENSION), filter];
  const gateway = await startGateway(manifests);
  const endpoints = new Set<string | null>();
  for (let count = 0; count < 8; count++) {
    const received = await gateway.request('POST', 'http://shop.example/made');
    expect(received.header('location')).toBe('http://shop.example/made/1');
    endpoints.add(received.header('x-endpoint'));
  }
  expect(endpoints).toEqual(new Set([`http://${one.endpoint}`, `http://${other.endpoint}`]));
});

row(['HDR-09', 'HDR-10', 'HDR-11'], "the client's address, the trace and the client's host", async () => {
  const spec = `
requestHeaders:
  - {name: X-Client, value: "{ClientIP}"}
  - {name: X-Host, value: "{RequestHost}"}
responseHeaders:
  - {name: X-Trace, value: "{TraceID}"}
`;
  const { app, gateway } = await withFilter(spec);
  const trace = '0af7651916cd43dd8448eb211c80319c';
  const received = await gateway.request('GET', 'http://shop.example/', {
    from: '127.0.0.3',
    headers: { traceparent: `00-${trace}-b7ad6b7169203331-01`, 'X-Forwarded-For': '10.9.9.9' },
  });
  expect(app.last.header('x-client')).toBe('127.0.0.3');
  expect(app.last.header('x-host')).toBe('shop.example');
  expect(received.header('x-trace')).toBe(trace);
  const own = await gateway.request('GET', '/');
  expect(own.header('x-trace')).toBe(app.last.header('traceparent')!.split('-')[1]);
});

row('HDR-13', 'URLs join without a slash lost or doubled', async () => {
  const filter = (find: string, replacement: string) =>
    transform(`responseHeaders: [{name: Location, action: Replace, find: "${find}", with: "${replacement}"}]`);
  const app = await startBackend(({ url }) => ({
    status: 302,
    headers: { Location: decodeURIComponent(url.slice(1)) },
  }));
  const gateway = await startGateway([GATEWAY, app.service('app')]);
  const location = async (sent: string, find: string, replacement: string) => {
    const manifests = [GATEWAY, app.service('app'), route('app', '/', 'app', EXTENSION), filter(find, replacement)];
    await gateway.reload(manifests);
    return (await gateway.request('GET', `/${encodeURIComponent(sent)}`)).header('location');
  };
  expect(await location('http://in:5000/a', 'http://in:5000/', '{BaseURL}')).toBe('http://a.example/a');
  expect(await location('http://in:5000/a', 'http://in:5000', 'https://out/')).toBe('https://out/a');
  expect(await location('http://in:5000/', 'http://in:5000/', '{BaseURL}')).toBe('http://a.example/');
  expect(await location('http://in:5000', 'http://in:5000', '{BaseURL}')).toBe('http://a.example');
  // Another host that only begins the same.
  expect(await location('http://in:5000.example/', 'http://in:5000', '{BaseURL}')).toBe('http://in:5000.example/');
  expect(await location('http://in:50001/', 'http://in:5000', '{BaseURL}')).toBe('http://in:50001/');
});

row('HDR-14', 'a placeholder that nobody knows is refused, and nothing is sent without it', async () => {
  const { app, gateway } = await withFilter('requestHeaders: [{name: X-Base, value: "{BaseUrl}"}]');
  expect((await gateway.request('GET', '/')).status).toBe(500);
  expect(app.requests).toHaveLength(0);
  expect(gateway.condition('HTTPRouteFilter', 'one', 'Accepted')).toMatchObject({
    status: 'False',
    reason: 'Invalid',
    message: 'HTTPRoute default/app: rules[0].filters: needs {BaseUrl}: matches[0] captures nothing',
  });
  expect(gateway.condition('HTTPRoute', 'app', 'PartiallyInvalid')).toMatchObject({ status: 'True' });
});

row('HDR-14', 'the endpoint is refused where it is not known yet', async () => {
  const { gateway } = await withFilter('requestHeaders: [{name: X-Base, value: "{BackendBaseURL}"}]');
  expect((await gateway.request('GET', '/')).status).toBe(500);
  expect(gateway.condition('HTTPRouteFilter', 'one', 'Accepted')).toMatchObject({
    status: 'False',
    message: 'transform.requestHeaders[0]: {BackendBaseURL} is known in responses only',
  });
});

row('HDR-16', 'what a route says of a field wins over the Gateway, whose other fields still count', async () => {
  const app = await startBackend();
  const own =
    'filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: x-frame-options, value: SAMEORIGIN}]}}]';
  const manifests = (value: string) => [
    parameters(`headers:
  request: {set: [{name: X-Gateway, value: edge}]}
  response: {set: [{name: X-Frame-Options, value: ${value}}, {name: X-Served-By, value: edge}], remove: [X-Powered-By]}
`),
    app.service('app'),
    route('a', '/a', 'app', own),
    route('b', '/b', 'app'),
  ];
  app.handler = () => ({ headers: { 'X-Powered-By': 'app' } });
  const gateway = await startGateway(manifests('DENY'));
  const a = await gateway.request('GET', '/a');
  expect([a.header('x-frame-options'), a.header('x-served-by'), a.header('x-powered-by')]).toEqual([
    'SAMEORIGIN',
    'edge',
    null,
  ]);
  expect(app.last.header('x-gateway')).toBe('edge');
  expect((await gateway.request('GET', '/b')).header('x-frame-options')).toBe('DENY');
  await gateway.reload(manifests('NONE'));
  expect((await gateway.request('GET', '/a')).header('x-frame-options')).toBe('SAMEORIGIN');
  expect((await gateway.request('GET', '/b')).header('x-frame-options')).toBe('NONE');
});

row('HDR-17', 'no value brings a line of its own', async () => {
  const refused = (value: string) =>
    refusals([transform(`requestHeaders: [{name: X-A, value: ${JSON.stringify(value)}}]`)]);
  for (const value of ['a\r\nX-B: c', 'a\nb', 'a\u0000b', 'é', ' a', 'a '])
    expect(refused(value), value).not.toEqual([]);
  const { app, gateway } = await withFilter('requestHeaders: [{name: X-A, value: "{query.a}"}]');
  expect((await gateway.request('GET', '/?a=b%0d%0aX-Evil:+c')).status).toBe(400);
  expect((await gateway.request('GET', '/?a=%C3%A9')).status).toBe(400);
  expect(app.requests).toHaveLength(0);
  await gateway.request('GET', '/?a=b+c');
  expect(app.last.header('x-a')).toBe('b c');
  const client = await gateway.connect();
  client.write('GET / HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n');
  expect((await client.response()).status).toBe(400);
});

const TOKEN = (value: string): string => `apiVersion: v1
kind: Secret
metadata: {name: backend-auth}
stringData: {token: ${JSON.stringify(value)}}
`;
const SECRET = 'requestHeaders: [{name: X-Backend-Auth, valueFrom: {secretKeyRef: {name: backend-auth, key: token}}}]';

row(['AUTH-09', 'AUTH-11'], 'the backend can tell the gateway by a field that no client can set', async () => {
  const { app, gateway } = await withFilter(SECRET, undefined, TOKEN('s3cret-1\n'));
  const received = await gateway.request('GET', '/', {
    headers: [
      ['X-Backend-Auth', 'guess'],
      ['x-backend-auth', 'again'],
    ],
  });
  expect(app.last.header('x-backend-auth')).toBe('s3cret-1');
  expect(JSON.stringify(received.headers)).not.toContain('s3cret');
});

row('AUTH-10', 'the value is rotated with its Secret, and nobody else sees it', async () => {
  const app = await startBackend();
  const folder = mkdtempSync(join(tmpdir(), 'headgate-auth-10-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const log = join(folder, 'access.log');
  const manifests = (...more: string[]) => [
    GATEWAY,
    app.service('app'),
    route('app', '/', 'app', EXTENSION),
    transform(SECRET),
    ...more,
  ];
  const gateway = await startGateway(manifests(TOKEN('s3cret-1')), { flags: ['--access-log', log] });
  await gateway.request('GET', '/');
  expect(app.last.header('x-backend-auth')).toBe('s3cret-1');
  const rules = JSON.stringify(gateway.tables[0]!.rules);
  await gateway.reload(manifests(TOKEN('s3cret-2')));
  await gateway.request('GET', '/');
  expect(app.last.header('x-backend-auth')).toBe('s3cret-2');
  expect(JSON.stringify(gateway.tables[0]!.rules)).toBe(rules);
  const told = [gateway.statuses(), gateway.metrics(), gateway.tables.map(({ secrets: _, ...table }) => table)];
  for (const value of ['s3cret', Buffer.from('s3cret-2').toString('base64')]) {
    expect(JSON.stringify(told)).not.toContain(value);
  }
  await gateway.reload(manifests());
  expect((await gateway.request('GET', '/')).status).toBe(500);
  const accepted = gateway.condition('HTTPRouteFilter', 'one', 'Accepted');
  expect(accepted).toMatchObject({ status: 'False', reason: 'Invalid' });
  expect(accepted!.message).toContain('Secret default/backend-auth does not exist or has no token');
  await gateway.reload(manifests(TOKEN('s3cret-3')));
  await gateway.request('GET', '/');
  expect(app.last.header('x-backend-auth')).toBe('s3cret-3');
  await gateway.close();
  expect(JSON.stringify(accessLines(log))).not.toContain('s3cret');
});

row('NO-04', 'fields are made of captures, and filters of rule and backend follow each other', async () => {
  const app = await startBackend();
  const gateway = await startGateway([
    GATEWAY,
    app.service('app'),
    `${filtered(regex('/(?P<tenant>[a-z]+)/.*')).trimEnd().replace(/\}\]$/, '')}, filters: [{type: ExtensionRef, extensionRef: {group: headgate.dev, kind: HTTPRouteFilter, name: two}}]}]\n`,
    transform('requestHeaders: [{name: X-Tenant, value: "{tenant}"}, {name: X-First, value: "{ClientIP}"}]'),
    transform('requestHeaders: [{name: X-Tenant, action: Replace, find: "{tenant}", with: "tenant {tenant}"}]', 'two'),
  ]);
  await gateway.request('GET', '/acme/a');
  expect(app.last.header('x-tenant')).toBe('tenant acme');
  expect(app.last.header('x-first')).toBe('127.0.0.1');
});

row('HDR-02', 'over HTTP/2 the same', async () => {
  const spec = `
requestHeaders: [{name: X-Client, value: "{ClientIP}"}, {name: X-Gone, action: Remove}]
responseHeaders: [{name: X-Path, value: "{header.X-Sent}"}]
`;
  const app = await startBackend(undefined, { protocol: 'h2c' });
  const manifests = [GATEWAY, app.service('app', { appProtocol: 'kubernetes.io/h2c' }), filtered(prefix('/'))];
  const gateway = await startGateway([...manifests, transform(spec)]);
  const received = await gateway.request('GET', '/a', { http2: true, headers: { 'x-sent': 's', 'x-gone': 'g' } });
  expect([app.last.header('x-client'), app.last.header('x-gone')]).toEqual(['127.0.0.1', null]);
  expect(received.header('x-path')).toBe('s');
});
