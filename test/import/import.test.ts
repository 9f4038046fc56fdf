import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startBackend } from '../requirements/backend.ts';
import { refusals, startGateway } from '../requirements/gateway.ts';
import { objectsOf, runImport, written } from './run.ts';

test.each([
  ['kong', 'kong.yaml'],
  ['kong', 'kong-policies.yaml'],
  ['kong', 'kong-paths.yaml'],
  ['ocelot', 'ocelot.json'],
  ['ocelot', 'ocelot-policies.json'],
  ['apinto', 'apinto.yaml'],
  ['apinto', 'apinto-policies.yaml'],
])('what is made of %s %s is valid', async (format, sample) => {
  const { manifests } = await runImport(format, sample);
  expect(refusals(manifests)).toEqual([]);
});

test("Kong's routes are served as Kong would", async () => {
  const [users, orders] = [await startBackend(), await startBackend()];
  const { manifests, verdicts, code } = await runImport('kong', 'kong.yaml', {
    19001: users.port,
    19002: orders.port,
  });
  const gateway = await startGateway(manifests);
  // strip_path, and the service's path before the rest.
  expect(await gateway.request('GET', 'http://api.shop.example/users/7?x=1')).toMatchObject({ status: 200 });
  expect(users.last).toMatchObject({ method: 'GET', url: '/api/v1/7?x=1' });
  expect(users.last.header('host')).toBe('api.shop.example');
  expect(await gateway.request('POST', 'http://eu.api.shop.example/users')).toMatchObject({ status: 200 });
  expect(users.last.url).toBe('/api/v1');
  expect(await gateway.request('DELETE', 'http://api.shop.example/users/7')).toMatchObject({ status: 404 });
  // One of several values, in any case.
  const numbers = (version: string) =>
    gateway.request('GET', 'http://api.shop.example/numbers/12', { headers: { 'X-Version': version } });
  expect(await numbers('V2')).toMatchObject({ status: 200 });
  expect(users.last.url).toBe('/numbers/12');
  expect(await numbers('v3')).toMatchObject({ status: 404 });
  // Plugins of the service.
  const answer = await gateway.request('GET', 'http://api.shop.example/orders/1', {
    headers: { Origin: 'https://shop.example', 'X-Internal': 'yes' },
  });
  expect(orders.last.url).toBe('/orders/1');
  expect(orders.last.header('x-from')).toBe('kong');
  expect(orders.last.header('x-internal')).toBeNull();
  expect(answer.header('access-control-allow-origin')).toBe('https://shop.example');
  // What cannot be imported leaves its route closed.
  expect((await gateway.request('GET', 'http://closed.shop.example/')).status).toBeGreaterThanOrEqual(403);
  expect(code).toBe(1);
  expect(verdicts).toMatchObject({
    'services[0].routes[0].paths[0]': ['different', expect.stringContaining('whole segments')],
    'services[0].routes[0].methods': ['translated', expect.anything()],
    'services[0].routes[0].tags': ['translated', expect.stringContaining('metadata.headgate.dev/tags')],
    'services[0].read_timeout': ['different', expect.stringContaining('GatewayParameters')],
    'services[0].routes[1].paths[0]': [
      'not supported',
      expect.stringMatching(/; the path \/api\/v1 of the service is not put before it$/),
    ],
    'services[0].routes[1].snis': ['not supported', expect.stringContaining('listener')],
    'services[1].plugins[0].config.origins[0]': ['translated', 'allowOrigins'],
    'services[1].plugins[0].config.origins[1]': ['not supported', expect.stringContaining('pattern of origins')],
    'services[2].routes[0].plugins[0]': ['not supported', expect.stringContaining('403')],
    'services[3]': ['not supported', expect.stringContaining('TCPRoute')],
    'upstreams[0].targets[0].target': ['translated', 'an endpoint of Service orders'],
  });
  expect(objectsOf(manifests, 'TelemetryPolicy').orders).toMatchObject({
    spec: {
      targetRefs: [{ kind: 'HTTPRoute', name: 'orders' }],
      tracing: {
        provider: { backendRef: { name: 'otel', port: 19004 }, path: '/v1/traces' },
        samplingRate: { numerator: 5_000, denominator: 10_000 },
        serviceName: 'shop-gateway',
      },
    },
  });
});

test("Kong's paths reach a service as Kong would send them", async () => {
  const base = await startBackend();
  const { manifests, verdicts } = await runImport('kong', 'kong-paths.yaml', { 19001: base.port });
  const gateway = await startGateway(manifests);
  const sent = async (url: string, method = 'GET') => {
    expect(await gateway.request(method, `http://${url}`)).toMatchObject({ status: 200 });
    return base.last.url;
  };
  // The service's path comes before all of them, with and without paths of the route.
  expect(await sent('host.example/x?y=1')).toBe('/base/x?y=1');
  expect(await sent('host.example/')).toBe('/base/');
  expect(await sent('kinds.example/cart/7', 'POST')).toBe('/base/7');
  expect(await sent('kinds.example/basket/7')).toBe('/base/7');
  expect(await sent('kept.example/a/1')).toBe('/base/a/1');
  expect(await sent('kept.example/b/1')).toBe('/base/b/1');
  expect(await sent('one.example/one')).toBe('/base');
  expect(await sent('plain.example/x')).toBe('/x');
  // A pattern beside them costs them nothing, and says what is missing.
  expect(await sent('kinds.example/item/7')).toBe('/item/7');
  const missing =
    'what a regular expression has matched is not cut off (strip_path), and the path /base of the service';
  expect(verdicts).toMatchObject({
    'services[0].routes[1].paths[0]': ['different', expect.stringContaining('whole segments')],
    'services[0].routes[1].paths[2]': ['not supported', expect.stringContaining(missing)],
    'services[0].routes[1].strip_path': ['translated', expect.anything()],
    'services[0].routes[2].paths[1]': ['different', expect.stringContaining('whole segments')],
    'services[0].routes[3].expression': ['translated', 'a match'],
  });
  expect(manifests).not.toMatch(/[&*]a\d/);
});

test("Ocelot's routes are served as Ocelot would, with the client's side called upstream", async () => {
  const [users, rest] = [await startBackend(), await startBackend()];
  const { manifests, verdicts } = await runImport('ocelot', 'ocelot.json', { 19001: users.port, 19002: rest.port });
  const gateway = await startGateway(manifests);
  const country = { headers: { country: 'uk' } };
  expect(await gateway.request('GET', 'http://shop.example/api/users/7?x=1', country)).toMatchObject({ status: 200 });
  expect(users.last.url).toBe('/v1/users/7?x=1');
  await gateway.request('GET', 'http://shop.example/api/users/7/orders', country);
  expect(users.last.url).toBe('/v1/users/7/orders');
  // Without the header, or with another method, the catch-all takes it.
  await gateway.request('GET', 'http://shop.example/api/users/7');
  await gateway.request('POST', 'http://shop.example/api/users/7', country);
  expect(rest.requests.map(({ url }) => url)).toEqual(['/api/users/7', '/api/users/7']);
  // Paths are matched in any case unless the route says otherwise.
  for (const path of ['/Status', '/status', '/STATUS']) {
    await gateway.request('GET', `http://shop.example${path}`);
    expect(users.last.url).toBe('/internal/status');
  }
  await gateway.request('GET', 'http://shop.example/status/more');
  expect(rest.last.url).toBe('/status/more');
  expect(objectsOf(manifests, 'HTTPRoute').status).toMatchObject({
    spec: { rules: [{ timeouts: { request: '3s' } }] },
  });
  expect(verdicts).toMatchObject({
    'Routes[0].UpstreamPathTemplate': ['translated', 'PathPrefix /api/users'],
    'Routes[0].DownstreamPathTemplate': ['translated', 'URLRewrite with ReplacePrefixMatch'],
    'Routes[0].UpstreamHeaderTemplates.country': ['translated', 'a header match'],
    'Routes[1].DelegatingHandlers': ['not supported', expect.stringContaining('code')],
    'Routes[1].DownstreamHostAndPorts[0].Host': ['different', expect.stringContaining('of each proxy itself')],
    'Routes[2].Priority': ['translated', expect.stringContaining('last one')],
    'GlobalConfiguration.BaseUrl': ['different', expect.anything()],
  });
});

test('with --case-sensitive, a template without placeholders is an exact path', async () => {
  const { manifests } = await runImport('ocelot', 'ocelot.json', {}, '--case-sensitive');
  expect(objectsOf(manifests, 'HTTPRoute').status).toMatchObject({
    spec: { rules: [{ matches: [{ path: { type: 'Exact', value: '/Status' } }] }] },
  });
});

test("Apinto's routers and APIPark's routes are served as they would", async () => {
  const users = await startBackend();
  const { manifests, verdicts } = await runImport('apinto', 'apinto.yaml', { 19001: users.port });
  const gateway = await startGateway(manifests);
  const headers = { 'X-Version': 'v2' };
  expect(await gateway.request('GET', 'http://shop.example/shop/user/7?mode=full', { headers })).toMatchObject({
    status: 200,
  });
  expect(users.last.url).toBe('/shop/user/7?mode=full');
  expect(await gateway.request('GET', 'http://shop.example/shop/user/7', { headers })).toMatchObject({ status: 404 });
  await gateway.request('GET', 'http://any.example/shop/phone/5', { headers: { 'X-Internal': 'yes' } });
  expect(users.last.url).toBe('/phone/5');
  expect(users.last.header('x-gateway')).toBe('apipark');
  expect(users.last.header('x-internal')).toBeNull();
  expect(objectsOf(manifests, 'HTTPRoute').users).toMatchObject({
    metadata: { labels: { team: 'users' } },
    spec: { rules: [{ timeouts: { request: '5s' }, retry: { attempts: 2 } }] },
  });
  expect(verdicts).toMatchObject({
    'router[0].location': ['translated', 'PathPrefix'],
    'router[0].listen': ['different', expect.anything()],
    'router[0].rules[1]': ['translated', 'a match of the route'],
    'router[1].disable': ['translated', expect.stringContaining('directResponse')],
    'service[0].nodes[0]': ['translated', 'an endpoint of Service users'],
    'apis[0].proxy.path': ['translated', 'URLRewrite with ReplacePrefixMatch'],
    'apis[1].methods': ['not supported', 'no such method: OPTION'],
    'apis[1].match[0]': ['not supported', 'matching by body is not offered'],
  });
});

test('a route with more conditions than an HTTPRoute may have becomes several', async () => {
  const paths = Array.from({ length: 100 }, (_, i) => `/p${i}`);
  const config = {
    _format_version: '3.0',
    services: [
      {
        name: 'a',
        url: 'http://127.0.0.1:9',
        routes: [{ name: 'many', paths, methods: ['GET', 'PUT', 'POST'], strip_path: false }],
      },
    ],
  };
  const { manifests } = await runImport('kong', written(config));
  const routes = Object.values(objectsOf(manifests, 'HTTPRoute'));
  expect(routes).toHaveLength(3);
  const rules = routes.map(({ spec }) => (spec.rules as { matches: unknown[] }[]).map(({ matches }) => matches.length));
  expect(rules).toEqual([[64, 64], [64, 64], [44]]);
  expect(refusals(manifests)).toEqual([]);
});

test('every field has a verdict, and those that nobody knows are not supported', async () => {
  const { verdicts } = await runImport('kong', 'kong.yaml');
  expect(Object.values(verdicts).map(([verdict]) => verdict)).toEqual(
    expect.arrayContaining(['translated', 'different', 'not supported']),
  );
  expect(Object.entries(verdicts).filter(([, [, why]]) => why === 'no such field is known here')).toEqual([]);
});

test("what may protect a route of Kong's and nothing is like leaves it closed", async () => {
  const app = await startBackend();
  const plugins = ['hmac-auth', 'pre-function', 'somebodys-own', 'statsd'];
  const { manifests, verdicts } = await importOf('kong', {
    services: [
      {
        name: 'app',
        url: `http://127.0.0.1:${app.port}`,
        routes: plugins.map((name) => ({ name, paths: [`/${name}`], plugins: [{ name }] })),
      },
    ],
  });
  const gateway = await startGateway(manifests);
  const statuses = plugins.map(async (name) => (await gateway.request('GET', `/${name}`)).status);
  expect(await Promise.all(statuses)).toEqual([403, 403, 403, 200]);
  expect(verdicts['services[0].routes[2].plugins[0]']).toEqual([
    'not supported',
    'there is nothing like the plugin somebodys-own, and it may protect: the route answers 403 until you take its filter away',
  ]);
});

test("what may protect a router of Apinto's and nothing is like leaves it closed", async () => {
  const app = await startBackend();
  const router = (name: string, more: object) => ({ name, location: `/${name}/*`, service: 'app@service', ...more });
  const { manifests } = await importOf('apinto', {
    router: [
      router('jwt', { plugins: { jwt: { config: { secret: 'x' } } } }),
      router('unknown-template', { template: 'other@template' }),
      router('auth-template', { template: 'auth@template' }),
      router('gzip-template', { template: 'gzip@template' }),
      router('off', { plugins: { jwt: { disable: true } } }),
    ],
    service: [{ id: 'app@service', name: 'app', scheme: 'http', nodes: [`127.0.0.1:${app.port}`] }],
    template: [
      { id: 'auth@template', plugins: { app: {} } },
      { id: 'gzip@template', plugins: { gzip: {} } },
    ],
  });
  const gateway = await startGateway(manifests);
  const paths = ['/jwt/a', '/unknown-template/a', '/auth-template/a', '/gzip-template/a', '/off/a'];
  const statuses = paths.map(async (path) => (await gateway.request('GET', path)).status);
  expect(await Promise.all(statuses)).toEqual([403, 403, 403, 200, 200]);
});

test("Ocelot's authentication for all routes closes those that do not allow everybody", async () => {
  const app = await startBackend();
  const route = (name: string, more: object = {}) => ({
    UpstreamPathTemplate: `/${name}`,
    DownstreamPathTemplate: `/${name}`,
    DownstreamScheme: 'http',
    DownstreamHostAndPorts: [{ Host: '127.0.0.1', Port: app.port }],
    ...more,
  });
  const { manifests } = await importOf('ocelot', {
    Routes: [route('closed'), route('open', { AuthenticationOptions: { AllowAnonymous: true } })],
    GlobalConfiguration: { AuthenticationOptions: { AuthenticationProviderKeys: ['Bearer'] } },
  });
  const gateway = await startGateway(manifests);
  expect(await gateway.request('GET', '/closed')).toMatchObject({ status: 403 });
  expect(await gateway.request('GET', '/open')).toMatchObject({ status: 200 });
});

test('an address that cannot be read lets nobody in', async () => {
  const app = await startBackend();
  const router = (name: string, config: object) => ({
    name,
    location: `/${name}`,
    service: 'app@service',
    plugins: { ip_restriction: { config } },
  });
  const { manifests, verdicts } = await importOf('apinto', {
    router: [
      router('wildcard', { ip_list_type: 'white', ip_white_list: ['127.0.0.*', 'office'] }),
      router('deny', { ip_list_type: 'black', ip_black_list: ['10.0.0.1', 'elsewhere'] }),
      router('allow', { ip_list_type: 'white', ip_white_list: ['office'] }),
    ],
    service: [{ id: 'app@service', name: 'app', scheme: 'http', nodes: [`127.0.0.1:${app.port}`] }],
  });
  const gateway = await startGateway(manifests);
  expect(await gateway.request('GET', '/wildcard')).toMatchObject({ status: 200 });
  expect(await gateway.request('GET', '/wildcard', { from: '127.0.1.1' })).toMatchObject({ status: 403 });
  expect(await gateway.request('GET', '/deny')).toMatchObject({ status: 403 });
  expect(await gateway.request('GET', '/allow')).toMatchObject({ status: 403 });
  expect(verdicts['router[0].plugins.ip_restriction.config.ip_white_list[1]']).toEqual([
    'not supported',
    'is not an IP address, a range or a network',
  ]);
});

test('a route is not made wider than it was', async () => {
  const { manifests, verdicts } = await importOf('kong', {
    services: [
      {
        name: 'app',
        url: 'http://127.0.0.1:9',
        routes: [
          { name: 'stream', protocols: ['tcp'], destinations: [{ port: 9000 }] },
          { name: 'hosts', hosts: ['admin.*'], paths: ['/'] },
          {
            name: 'origins',
            paths: ['/a'],
            plugins: [{ name: 'cors', config: { origins: ['https://a.example', '*'] } }],
          },
        ],
      },
    ],
  });
  expect(Object.keys(objectsOf(manifests, 'HTTPRoute'))).toEqual(['origins']);
  expect(refusals(manifests)).toEqual([]);
  expect(verdicts['services[0].routes[0].protocols']).toEqual(['not supported', expect.stringContaining('TCPRoute')]);
  expect(verdicts['services[0].routes[1]']).toEqual(['not supported', expect.stringContaining('no HTTPRoute is made')]);
});

test('parts of an aggregate of Ocelot are asked for what their routes are asked for', async () => {
  const app = await startBackend();
  const route = (key: string, from: string, to: string) => ({
    Key: key,
    UpstreamPathTemplate: from,
    DownstreamPathTemplate: to,
    DownstreamScheme: 'http',
    DownstreamHostAndPorts: [{ Host: '127.0.0.1', Port: app.port }],
  });
  const { manifests, verdicts } = await importOf('ocelot', {
    Routes: [
      route('user', '/users/{id}', '/v1/users/{id}'),
      route('orders', '/orders?user={id}', '/orders?user={id}'),
      route('news', '/news', '/news'),
      route('other', '/other/{x}', '/other/{x}'),
    ],
    Aggregates: [{ RouteKeys: ['user', 'orders', 'news', 'other'], UpstreamPathTemplate: '/home/{id}' }],
  });
  const gateway = await startGateway(manifests);
  app.handler = ({ url }) => ({ headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(url) });
  const answer = await gateway.request('GET', '/home/7');
  expect(JSON.parse(answer.body)).toEqual({ user: '/v1/users/7', orders: '/orders?user=7', news: '/news' });
  expect(await gateway.request('GET', '/home/7/more')).toMatchObject({ status: 404 });
  expect(verdicts['Aggregates[0].RouteKeys[3]']).toEqual(['not supported', 'the path of the aggregate has no {x}']);
});

test('what is made and would be refused is told', async () => {
  const routes = [{ name: 'a', paths: ['/a'], headers: { 'not a name': ['x'] } }];
  const { code, verdicts } = await importOf('kong', { services: [{ name: 'app', url: 'http://127.0.0.1:9', routes }] });
  expect(code).toBe(1);
  expect(verdicts['HTTPRoute/a']).toEqual([
    'not supported',
    expect.stringMatching(/^is made, and will be refused: spec/),
  ]);
});

/** Imports a configuration that is written down in a test. */
async function importOf(format: string, configuration: object) {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-import-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'configuration.json');
  writeFileSync(file, JSON.stringify(configuration));
  return runImport(format, file);
}

test('-o writes a file for each kind, and the report', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-import-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { manifests, report } = await runImport(
    'apinto',
    'apinto.yaml',
    {},
    '-o',
    folder,
    '-n',
    'shop',
    '--gateway',
    'infra/web',
  );
  expect(manifests).toBe('');
  expect(readdirSync(folder).sort()).toContain('httproute.yaml');
  expect(readdirSync(folder)).not.toContain('gateway.yaml');
  const routes = readFileSync(join(folder, 'httproute.yaml'), 'utf8');
  expect(routes).toContain('namespace: shop');
  expect(objectsOf(routes, 'HTTPRoute').users).toMatchObject({
    spec: { parentRefs: [{ name: 'web', namespace: 'infra' }] },
  });
  expect(report).toContain(readFileSync(join(folder, 'report.txt'), 'utf8').trim());
});
