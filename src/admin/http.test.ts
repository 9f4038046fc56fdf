import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Snapshot } from '../ir/delta.ts';
import { createLog } from '../observe/log.ts';
import { AdminServer } from './http.ts';
import { controllerRoutes } from './routes.ts';
import type { AdminSource, ControllerSource, ExplainRequest, Readiness, ShownProxy, ShownStatus } from './source.ts';
import { ExplainError, SourceError } from './source.ts';

const SECRET = 'the private key itself';

const SNAPSHOT: Snapshot = {
  revision: 'abc123',
  table: {
    gateway: 'shop/web',
    listeners: {
      'gateway/shop/web/https': {
        port: 443,
        protocol: 'HTTPS',
        hostname: '',
        addresses: [],
        tls: { mode: 'Terminate', certificates: ['sha256/00'], clientValidation: null },
      },
    },
    rules: {},
    streams: {},
    backends: {},
    endpoints: {},
    certificates: { 'sha256/00': { chain: 'the chain', key: SECRET, names: ['shop.example'], notAfter: 5 } },
    policies: {},
    secrets: {},
  },
};

const STATUSES: readonly ShownStatus[] = [
  { kind: 'Gateway', namespace: 'shop', name: 'web', status: { conditions: [] } },
  { kind: 'HTTPRoute', namespace: 'shop', name: 'cart', status: { parents: [] } },
  { kind: 'HTTPRoute', namespace: 'other', name: 'cart', status: { parents: [] } },
];

class Source implements AdminSource {
  state: Readiness = { ready: true, reasons: [] };
  collections = 0;
  collect: () => Promise<string> = async () => 'a_total 1\n';
  asked: ExplainRequest[] = [];

  readiness(): Readiness {
    return this.state;
  }
  metrics(): Promise<string> {
    this.collections++;
    return this.collect();
  }
  snapshots(): readonly Snapshot[] {
    return [SNAPSHOT];
  }
  statuses(): readonly ShownStatus[] {
    return STATUSES;
  }
  async flush(region: string): Promise<readonly string[]> {
    if (region !== 'shop/users') throw new SourceError(`region: no CachePolicy has the region ${region}`);
    return ['shop/list'];
  }
  explain(request: ExplainRequest): unknown {
    this.asked.push(request);
    if (request.url.includes('no-port')) throw new ExplainError('url: no Gateway listens on port 81');
    if (request.url.includes('broken')) throw new Error(SECRET);
    return { rule: 'httproute/shop/cart/rule/0' };
  }
}

let source: Source;
let server: AdminServer;
let port = 0;
let logged: string[];

beforeEach(async () => {
  source = new Source();
  logged = [];
  const log = createLog({ level: 'error', name: 'test', destination: { write: (line: string) => logged.push(line) } });
  server = new AdminServer({ port: 0, source, log, hostnames: ['admin.example'] });
  ({ port } = await server.listen());
});

afterEach(() => server.close());

type Answer = { status: number; headers: Record<string, string | string[] | undefined>; text: string };

function ask(
  path: string,
  options: { method?: string; host?: string; agent?: Agent; body?: string; header?: string } = {},
) {
  return new Promise<Answer>((resolve, reject) => {
    const headers: Record<string, string> = { host: options.host ?? `127.0.0.1:${port}` };
    if (options.header !== undefined) headers[options.header] = '1';
    if (options.body !== undefined) headers['content-length'] = String(options.body.length);
    const { method = 'GET', agent } = options;
    const request = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    request.on('error', reject);
    request.end(options.body);
  });
}

test('the process is healthy, and ready with reasons when not', async () => {
  expect((await ask('/healthz')).status).toBe(200);
  expect((await ask('/readyz')).status).toBe(200);
  source.state = { ready: false, reasons: ['no worker has a table yet'] };
  const answer = await ask('/readyz');
  expect(answer.status).toBe(503);
  expect(JSON.parse(answer.text)).toEqual({ status: 'not ready', reasons: ['no worker has a table yet'] });
  expect((await ask('/healthz')).status).toBe(200);
});

test('metrics are plain text in the type that Prometheus expects', async () => {
  const answer = await ask('/metrics');
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(answer.text).toBe('a_total 1\n');
});

test('scrapers that come together share one collection', async () => {
  let finish: (text: string) => void = () => {};
  const collected = new Promise<string>((resolve) => {
    finish = resolve;
  });
  source.collect = () => collected;
  const answers = [ask('/metrics'), ask('/metrics'), ask('/metrics')];
  await ask('/healthz');
  await new Promise((resolve) => setTimeout(resolve, 50));
  finish('late 1\n');
  expect((await Promise.all(answers)).map((answer) => answer.text)).toEqual(Array(3).fill('late 1\n'));
  expect(source.collections).toBe(1);
  await ask('/metrics');
  expect(source.collections).toBe(2);
});

test('metrics that cannot be collected are a 500 and a log line, and the next try may succeed', async () => {
  source.collect = async () => {
    throw new Error('worker 1 does not answer');
  };
  const answer = await ask('/metrics');
  expect(answer.status).toBe(500);
  expect(answer.text).not.toContain('worker 1');
  expect(logged.join()).toContain('worker 1 does not answer');
  source.collect = async () => 'a_total 2\n';
  expect((await ask('/metrics')).text).toBe('a_total 2\n');
});

test('the table is shown without private keys', async () => {
  const answer = await ask('/table');
  expect(answer.text).not.toContain(SECRET);
  const [shown] = JSON.parse(answer.text).gateways;
  expect(shown.revision).toBe('abc123');
  expect(shown.table).toEqual({
    ...SNAPSHOT.table,
    certificates: { 'sha256/00': { chain: 'the chain', key: '[redacted]', names: ['shop.example'], notAfter: 5 } },
  });
});

test('the table of one gateway, and an error that says which there are', async () => {
  expect(JSON.parse((await ask('/table?gateway=shop/web')).text).gateways).toHaveLength(1);
  const answer = await ask('/table?gateway=shop/none');
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.text).error).toBe('gateway: there is no table for "shop/none"; there are: shop/web');
});

test.each([
  ['', 3],
  ['?kind=httproute', 2],
  ['?kind=HTTPRoute&namespace=shop', 1],
  ['?name=cart', 2],
  ['?name=nothing', 0],
])('statuses with %j are %d', async (query, count) => {
  expect(JSON.parse((await ask(`/status${query}`)).text).objects).toHaveLength(count);
});

test('a request is explained with its method and headers', async () => {
  const query = new URLSearchParams([
    ['method', 'POST'],
    ['url', 'https://shop.example/cart?a=b'],
    ['header', 'x-user: a:b'],
    ['header', 'x-user:c'],
  ]);
  expect(JSON.parse((await ask(`/explain?${query}`)).text)).toEqual({ rule: 'httproute/shop/cart/rule/0' });
  expect(source.asked).toEqual([
    {
      method: 'POST',
      url: 'https://shop.example/cart?a=b',
      headers: [
        ['x-user', 'a:b'],
        ['x-user', 'c'],
      ],
    },
  ]);
});

test.each([
  ['/explain', 'url: an absolute http or https URL is needed, such as url=https://shop.example/cart'],
  ['/explain?url=ftp://a/', 'url: an absolute http or https URL is needed, such as url=https://shop.example/cart'],
  ['/explain?url=http://a/&method=A%20B', 'method: "A B" is no HTTP method'],
  ['/explain?url=http://a/&header=none', 'header: "none" is no header; write it as "name: value"'],
  ['/explain?url=http://a/&header=a:b%0Ac:d', 'header: "a:b\\nc:d" is no header; write it as "name: value"'],
  ['/explain?url=http://no-port:81/', 'url: no Gateway listens on port 81'],
  ['/status?knd=HTTPRoute', 'knd: /status has no such parameter; it has: kind, namespace, name'],
])('%s is refused with its reason', async (path, reason) => {
  const answer = await ask(path);
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.text)).toEqual({ error: reason });
});

test('an error inside tells who asked nothing but that there was one', async () => {
  const answer = await ask('/explain?url=http://broken/');
  expect(answer.status).toBe(500);
  expect(answer.text).not.toContain(SECRET);
});

test('HEAD has the headers of GET and no body', async () => {
  const get = await ask('/healthz');
  const head = await ask('/healthz', { method: 'HEAD' });
  expect(head.status).toBe(200);
  expect(head.headers['content-length']).toBe(get.headers['content-length']);
  expect(head.text).toBe('');
});

test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('%s is not allowed', async (method) => {
  const answer = await ask('/table?gateway=shop/web', { method });
  expect(answer.status).toBe(405);
  expect(answer.headers.allow).toBe('GET, HEAD');
  expect(JSON.parse(answer.text).error).toBe(`${method} is not allowed, only GET and HEAD`);
});

test.each(['/nothing', '/table/x', '/%2e%2e/table'])('%s is not found', async (path) => {
  const answer = await ask(path);
  expect(answer.status).toBe(404);
  expect(JSON.parse(answer.text).error).toContain('there are: /healthz, /readyz, /metrics, /table, /status, /explain');
});

test('a path that is not properly encoded is refused', async () => {
  expect((await ask('/%zz')).status).toBe(400);
});

test('the list at / names every endpoint', async () => {
  const { endpoints } = JSON.parse((await ask('/')).text);
  expect(endpoints.map((each: { path: string }) => each.path)).toEqual([
    '/healthz',
    '/readyz',
    '/metrics',
    '/table',
    '/status',
    '/explain',
    '/flush',
  ]);
});

test.each([
  ['127.0.0.1:1', 200],
  ['[::1]:9901', 200],
  ['localhost', 200],
  ['LOCALHOST:9901', 200],
  ['admin.example:9901', 200],
  ['evil.example:9901', 403],
])('a request for the host %j has status %d', async (host, code) => {
  expect((await ask('/healthz', { host })).status).toBe(code);
});

test('a body is not taken for the next request', async () => {
  const answer = await ask('/healthz', { body: 'GET /table HTTP/1.1\r\nHost: localhost\r\n\r\n' });
  expect(answer.status).toBe(200);
  expect(answer.headers.connection).toBe('close');
});

test('closing does not wait for idle connections or for clients that say nothing', async () => {
  const agent = new Agent({ keepAlive: true });
  await ask('/healthz', { agent });
  const silent = connect(port, '127.0.0.1');
  await new Promise((resolve) => silent.once('connect', resolve));
  const gone = new Promise((resolve) => silent.once('close', resolve));
  silent.on('error', () => {}).resume();
  const begin = performance.now();
  await server.close();
  expect(performance.now() - begin).toBeLessThan(5000);
  await gone;
  agent.destroy();
});

test('an answer under way is finished when the server closes', async () => {
  let finish: (text: string) => void = () => {};
  const collected = new Promise<string>((resolve) => {
    finish = resolve;
  });
  source.collect = () => collected;
  const answer = ask('/metrics');
  await expect.poll(() => source.collections).toBe(1);
  const closed = server.close();
  finish('b_total 1\n');
  expect((await answer).text).toBe('b_total 1\n');
  await closed;
});

test('an address that is taken is an error', async () => {
  const log = createLog({ level: 'silent', name: 'test' });
  await expect(new AdminServer({ port, source, log }).listen()).rejects.toThrow('EADDRINUSE');
});

class Controller extends Source implements ControllerSource {
  readonly controllerName = 'headgate.dev/gateway-controller';
  changes: string[] = [];
  proxies(): readonly ShownProxy[] {
    return ['shop/web', 'shop/other'].map((gateway) => {
      return { gateway, proxy: 'p', ready: true, revision: '', wanted: 'abc', behindSince: null, rejected: null };
    });
  }
  history(gateway: string): unknown {
    if (gateway !== 'shop/web') throw new SourceError(`gateway: there is no ${gateway}`);
    return { gateway };
  }
  diff(gateway: string, from: string, to: string | null): unknown {
    return { gateway, from, to };
  }
  revision(): Snapshot {
    return SNAPSHOT;
  }
  async rollback(gateway: string, revision: string): Promise<unknown> {
    this.changes.push(`${gateway} to ${revision}`);
    return {};
  }
  async resume(gateway: string): Promise<unknown> {
    this.changes.push(`${gateway} released`);
    return {};
  }
}

test('the controller answers about proxies and revisions, and changes something only when that is meant', async () => {
  const controller = new Controller();
  const log = createLog({ level: 'error', name: 'test', destination: { write: (line: string) => logged.push(line) } });
  await server.close();
  server = new AdminServer({ port: 0, source: controller, routes: controllerRoutes(controller), log });
  ({ port } = await server.listen());
  const json = async (path: string) => JSON.parse((await ask(path)).text);
  expect((await json('/proxies?gateway=shop/web')).proxies).toHaveLength(1);
  expect(await json('/history?gateway=shop/web')).toEqual({ gateway: 'shop/web' });
  expect((await json('/history')).error).toMatch(/^gateway: is required/);
  expect((await json('/history?gateway=a/b')).error).toBe('gateway: there is no a/b');
  expect(await json('/diff?gateway=shop/web&from=abcd')).toEqual({ gateway: 'shop/web', from: 'abcd', to: null });
  const old = await ask('/table?gateway=shop/web&revision=abc123');
  expect([old.status, old.text.includes(SECRET)]).toEqual([200, false]);
  await ask('/explain?url=http://a.example/&gateway=shop/web&revision=abcd');
  expect(controller.asked).toMatchObject([{ gateway: 'shop/web', revision: 'abcd' }]);
  expect((await ask('/explain?url=http://a.example/&revision=abcd')).status).toBe(400);

  const change = '/rollback?gateway=shop/web&revision=abcd';
  expect((await ask(change)).status).toBe(405);
  expect((await ask(change, { method: 'POST' })).status).toBe(403);
  expect(controller.changes).toEqual([]);
  const meant = { method: 'POST', header: 'headgate-request' };
  expect((await ask(change, meant)).status).toBe(200);
  expect((await ask('/rollback?gateway=shop/web', meant)).status).toBe(400);
  expect((await ask('/resume?gateway=shop/web', meant)).status).toBe(200);
  expect((await ask('/history?gateway=shop/web', meant)).status).toBe(405);
  const flushed = await ask('/flush?region=shop/users', meant);
  expect([flushed.status, JSON.parse(flushed.text)]).toEqual([200, { region: 'shop/users', policies: ['shop/list'] }]);
  expect((await ask('/flush?region=shop/carts', meant)).status).toBe(400);
  expect((await ask('/flush?region=shop/users')).status).toBe(405);
  expect(controller.changes).toEqual(['shop/web to abcd', 'shop/web released']);
});
