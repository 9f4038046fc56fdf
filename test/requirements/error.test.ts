import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { service, startBackend } from './backend.ts';
import { accessLines, GATEWAY, route, startGateway } from './gateway.ts';
import type { Received } from './request.ts';
import { row } from './row.ts';

/** What nobody may learn from an answer of the gateway's own. */
function expectNothingInside(answer: Received): void {
  const text = [...answer.headers.flat(), answer.body].join('\n');
  for (const inside of [
    /\b(?:127|10)\.\d+\.\d+\.\d+/,
    /:\d{2,5}\b(?!:\d)/,
    /default\/|httproute|service\//i,
    /\.ts\b|node:/,
  ]) {
    expect(answer.headers.filter(([name]) => name.toLowerCase() === 'date').length).toBeLessThanOrEqual(1);
    expect(text.replace(/^date\n.*$/im, '')).not.toMatch(inside);
  }
}

const accessLog = () => join(mkdtempSync(join(tmpdir(), 'headgate-errors-')), 'access.log');

row('ERR-01', 'without a route there is always the same 404', async () => {
  const app = await startBackend();
  const gateway = await startGateway([GATEWAY, app.service('app'), route('app', '/app', 'app')]);
  const first = await gateway.request('GET', '/nothing');
  expect(first).toMatchObject({ status: 404, body: '404 Not Found\n' });
  expect(first.header('content-type')).toBe('text/plain; charset=utf-8');
  for (const [method, path] of [
    ['POST', '/'],
    ['DELETE', '/applause'],
    ['GET', '/?app'],
  ] as const) {
    expect(await gateway.request(method, path)).toMatchObject({ status: 404, body: first.body });
  }
  expect(await gateway.request('GET', '/nothing', { http2: true })).toMatchObject({ status: 404, body: first.body });
  expect(gateway.metric('headgate_requests_total', { reason: 'no-rule' })).toBe(5);
  expect(app.requests).toHaveLength(0);
});

row('ERR-04', 'a backend that cannot be reached is 502, and one without endpoints 503', async () => {
  const gone = await startBackend();
  const gateway = await startGateway([
    GATEWAY,
    gone.service('gone'),
    service('empty', []),
    route('gone', '/gone', 'gone'),
    route('empty', '/empty', 'empty'),
  ]);
  await gone.close();
  expect(await gateway.request('GET', '/gone')).toMatchObject({ status: 502 });
  expect(await gateway.request('GET', '/empty')).toMatchObject({ status: 503 });
  expect(gateway.metric('headgate_requests_total', { reason: 'connect-failed' })).toBe(1);
  expect(gateway.metric('headgate_requests_total', { reason: 'no-endpoint' })).toBe(1);
});

row('ERR-05', 'a backend that takes too long is 504', async () => {
  const slow = await startBackend(() => ({ body: 'late', delay: 2_000 }));
  const gateway = await startGateway([
    GATEWAY,
    slow.service('slow'),
    route('all', '/all', 'slow', 'timeouts: {request: 100ms}\n'),
    route('one', '/one', 'slow', 'timeouts: {backendRequest: 100ms}\n'),
  ]);
  expect(await gateway.request('GET', '/all')).toMatchObject({ status: 504, body: '504 Gateway Timeout\n' });
  expect(await gateway.request('GET', '/one')).toMatchObject({ status: 504 });
  expect(gateway.metric('headgate_requests_total', { reason: 'request-timeout' })).toBe(1);
  expect(gateway.metric('headgate_requests_total', { reason: 'backend-timeout' })).toBe(1);
});

row('ERR-07', 'a client that goes is in log and metrics only', async () => {
  const slow = await startBackend(() => null);
  const log = accessLog();
  const gateway = await startGateway([GATEWAY, slow.service('slow'), route('slow', '/', 'slow')], {
    flags: ['--access-log', log],
  });
  const client = await gateway.connect();
  client.write('GET / HTTP/1.1\r\nHost: a.example\r\n\r\n');
  await expect.poll(() => slow.requests.length).toBe(1);
  client.reset();
  await expect.poll(() => gateway.metric('headgate_requests_total', { reason: 'client-closed' })).toBe(1);
  await expect.poll(() => accessLines(log)).toMatchObject([{ status: 499, reason: 'client-closed' }]);
});

row('ERR-08', 'a reference that leads nowhere is 500 for its share', async () => {
  const app = await startBackend();
  const gateway = await startGateway([
    GATEWAY,
    app.service('app'),
    route('app', '/app', 'app'),
    route('none', '/none', 'none'),
  ]);
  expect(await gateway.request('GET', '/none')).toMatchObject({ status: 500, body: '500 Internal Server Error\n' });
  expect(await gateway.request('GET', '/app')).toMatchObject({ status: 200 });
  expect(gateway.condition('HTTPRoute', 'none', 'ResolvedRefs')).toMatchObject({
    status: 'False',
    reason: 'BackendNotFound',
  });
  expect(gateway.condition('HTTPRoute', 'app', 'ResolvedRefs')).toMatchObject({ status: 'True' });
});

const PARAMETERS = `apiVersion: headgate.dev/v1alpha1
kind: GatewayParameters
metadata: {name: small, namespace: default}
spec:
  http: {maxRequestBytes: 10, maxHeaderBytes: 2Ki}
`;

row('ERR-09', 'a bad header is 400 or 431, and a body that is too large 413', async () => {
  const app = await startBackend();
  const parametersRef =
    '  infrastructure: {parametersRef: {group: headgate.dev, kind: GatewayParameters, name: small}}\n';
  const gateway = await startGateway([
    GATEWAY.replace('  listeners:\n', `${parametersRef}  listeners:\n`),
    PARAMETERS,
    app.service('app'),
    route('app', '/', 'app'),
  ]);
  const first = async (text: string) => {
    const client = await gateway.connect();
    client.write(text);
    return (await client.response()).status;
  };
  const start = 'POST / HTTP/1.1\r\nHost: a.example\r\n';
  expect(await first(`${start}Bad Name: x\r\n\r\n`)).toBe(400);
  expect(await first(`${start}X: a\r\n folded\r\n\r\n`)).toBe(400);
  expect(await first(`${start}X: a\x01b\r\n\r\n`)).toBe(400);
  expect(await first(`${start}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`)).toBe(400);
  expect(await first(`${start}X: ${'a'.repeat(3_000)}\r\n\r\n`)).toBe(431);
  expect(await first(`${start}Content-Length: 11\r\n\r\n12345678901`)).toBe(413);
  expect(await first(`${start}Transfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n0\r\n\r\n`)).toBe(413);
  expect(await first(`${start}Content-Length: 10\r\n\r\n1234567890`)).toBe(200);
});

row('ERR-10', 'answers of the gateway say nothing of what is behind it', async () => {
  const gone = await startBackend();
  const garbage = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end('stack at /srv/app/index.ts:10 on 10.0.0.7\r\n\r\n'));
  });
  garbage.listen(0, '127.0.0.1');
  await once(garbage, 'listening');
  onTestFinished(() => {
    garbage.close();
  });
  const { port } = garbage.address() as { port: number };
  const gateway = await startGateway([
    GATEWAY,
    gone.service('gone'),
    service('empty', []),
    service('garbage', [{ address: '127.0.0.1', port }]),
    route('gone', '/gone', 'gone'),
    route('empty', '/empty', 'empty'),
    route('none', '/none', 'none'),
    route('garbage', '/garbage', 'garbage'),
  ]);
  await gone.close();
  for (const [path, status] of [
    ['/gone', 502],
    ['/empty', 503],
    ['/none', 500],
    ['/garbage', 502],
    ['/nothing', 404],
  ] as const) {
    for (const http2 of [false, true]) {
      const answer = await gateway.request('GET', path, { http2 });
      expect(answer.status).toBe(status);
      expectNothingInside(answer);
    }
  }
});

row('ERR-11', 'log and metrics tell a status of the gateway from one of a backend', async () => {
  const app = await startBackend(() => ({ status: 503, body: 'mine' }));
  const log = accessLog();
  const gateway = await startGateway(
    [GATEWAY, app.service('app'), service('empty', []), route('app', '/app', 'app'), route('empty', '/empty', 'empty')],
    { flags: ['--access-log', log] },
  );
  expect(await gateway.request('GET', '/app')).toMatchObject({ status: 503, body: 'mine' });
  expect(await gateway.request('GET', '/empty')).toMatchObject({ status: 503 });
  expect(gateway.metric('headgate_requests_total', { code: '5xx', reason: '' })).toBe(1);
  expect(gateway.metric('headgate_requests_total', { code: '5xx', reason: 'no-endpoint' })).toBe(1);
  await expect.poll(() => accessLines(log).length).toBe(2);
  const [own, gateways] = accessLines(log);
  expect(own).toMatchObject({ status: 503, endpoint: app.endpoint });
  expect(own).not.toHaveProperty('reason');
  expect(gateways).toMatchObject({ status: 503, reason: 'no-endpoint' });
  expect(gateways).not.toHaveProperty('endpoint');
});

const MAINTENANCE = `apiVersion: headgate.dev/v1alpha1
kind: HTTPRouteFilter
metadata: {name: maintenance, namespace: default}
spec:
  type: DirectResponse
  directResponse:
    statusCode: 503
    contentType: text/html; charset=utf-8
    headers: [{name: Retry-After, value: "600"}]
    body: "<h1>Back at noon</h1>"
`;

row('POL-09', 'a rule is in maintenance for as long as its filter is there', async () => {
  const app = await startBackend(() => 'app');
  const filter = `filters:
- type: ExtensionRef
  extensionRef: {group: headgate.dev, kind: HTTPRouteFilter, name: maintenance}
`;
  const before = [GATEWAY, app.service('app'), route('app', '/', 'app')];
  const gateway = await startGateway(before);
  expect(await gateway.request('GET', '/')).toMatchObject({ status: 200, body: 'app' });
  await gateway.reload([GATEWAY, app.service('app'), MAINTENANCE, route('app', '/', 'app', filter)]);
  const closed = await gateway.request('GET', '/');
  expect(closed).toMatchObject({ status: 503, body: '<h1>Back at noon</h1>' });
  expect(closed.header('retry-after')).toBe('600');
  expect(closed.header('content-type')).toBe('text/html; charset=utf-8');
  await gateway.reload(before);
  expect(await gateway.request('GET', '/')).toMatchObject({ status: 200, body: 'app' });
});
