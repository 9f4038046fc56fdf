import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { runImport } from '../import/run.ts';
import { startBackend } from './backend.ts';
import { EXTENSION, filtered, prefix, regex, transform } from './filter.ts';
import { GATEWAY, refusals, route, startGateway } from './gateway.ts';
import { row } from './row.ts';

function rewrite(kind: 'ReplaceFullPath' | 'ReplacePrefixMatch', value: string): string {
  const field = kind === 'ReplaceFullPath' ? 'replaceFullPath' : 'replacePrefixMatch';
  return `filters: [{type: URLRewrite, urlRewrite: {path: {type: ${kind}, ${field}: "${value}"}}}]`;
}

/** Requests of `urls`, and the URLs that the backend then sees. */
async function forwarded(urls: readonly string[], ...manifests: string[]): Promise<(string | number)[]> {
  const app = await startBackend();
  const gateway = await startGateway([GATEWAY, app.service('app'), ...manifests]);
  const seen: (string | number)[] = [];
  for (const url of urls) {
    const { status } = await gateway.request('GET', url);
    seen.push(status === 200 ? app.last.url : status);
  }
  return seen;
}

row('RW-01', 'a route has another path for the backend', async () => {
  const manifest = route('app', '/api/users', 'app', rewrite('ReplaceFullPath', '/api/v1/users'));
  expect(await forwarded(['/api/users'], manifest)).toEqual(['/api/v1/users']);
});

row('RW-02', 'a prefix gets another name, and what is below it keeps its own', async () => {
  const manifest = route('app', '/v1/products', 'app', rewrite('ReplacePrefixMatch', '/api/products'));
  expect(await forwarded(['/v1/products', '/v1/products/7/parts?a=b'], manifest)).toEqual([
    '/api/products',
    '/api/products/7/parts?a=b',
  ]);
});

row('RW-03', 'the table of prefixes of the Gateway API', async () => {
  const urls = ['/foo/bar', '/foo', '/foo/'];
  const of = (value: string) => forwarded(urls, route('app', '/foo', 'app', rewrite('ReplacePrefixMatch', value)));
  expect(await of('/xyz')).toEqual(['/xyz/bar', '/xyz', '/xyz/']);
  expect(await of('/xyz/')).toEqual(['/xyz/bar', '/xyz', '/xyz/']);
  expect(await of('')).toEqual(['/bar', '/', '/']);
  expect(await of('/')).toEqual(['/bar', '/', '/']);
});

row('RW-04', 'host, headers, query and method may be others for the backend', async () => {
  const app = await startBackend();
  const filter = transform(`
method: PUT
urlTemplate: {hostname: "users.internal", query: [{name: v, value: "2"}]}
requestHeaders: [{name: X-Tier, value: "{RequestHost}"}]
`);
  const gateway = await startGateway([GATEWAY, app.service('app'), route('app', '/', 'app', EXTENSION), filter]);
  await gateway.request('POST', 'http://shop.example/a?b=1', { body: 'text' });
  expect(app.last).toMatchObject({ method: 'PUT', url: '/a?v=2&b=1', body: 'text' });
  expect(app.last.header('host')).toBe('users.internal');
  expect(app.last.header('x-tier')).toMatch(/^shop\.example/);
  expect(gateway.condition('HTTPRouteFilter', 'one', 'Accepted')).toMatchObject({ status: 'True' });
  expect(gateway.condition('HTTPRouteFilter', 'one', 'Programmed')).toMatchObject({ status: 'True' });
});

row('RW-05', 'a new path leads to a legacy base path', async () => {
  const manifest = route('app', '/new/api', 'app', rewrite('ReplacePrefixMatch', '/api/old/'));
  expect(await forwarded(['/new/api/x', '/new/api'], manifest)).toEqual(['/api/old/x', '/api/old']);
});

row('RW-06', 'what matched is taken away or kept', async () => {
  const strip = route('app', '/fv0', 'app', rewrite('ReplacePrefixMatch', '/s'));
  expect(await forwarded(['/fv0/req'], strip)).toEqual(['/s/req']);
  const keep = [filtered(regex('/(?P<all>fv[0-9]/.*)')), transform('urlTemplate: {path: "/s/{all}"}')];
  expect(await forwarded(['/fv0/req'], ...keep)).toEqual(['/s/fv0/req']);
});

row('RW-08', 'captures go to other places of the path', async () => {
  const manifests = [
    filtered(regex('/api/(?<function>[^/]+)/old')),
    transform('urlTemplate: {path: "/new/api/{function}"}'),
  ];
  expect(await forwarded(['/api/sum/old'], ...manifests)).toEqual(['/new/api/sum']);
});

row('RW-09', 'a value is carried over from one template to another', async () => {
  const manifests = [
    filtered(regex('/api/users/(?P<userId>[^/]+)')),
    transform('urlTemplate: {path: "/api/v1/users/{userId}"}'),
  ];
  expect(await forwarded(['/api/users/7', '/api/users/J%C3%B6'], ...manifests)).toEqual([
    '/api/v1/users/7',
    '/api/v1/users/J%C3%B6',
  ]);
});

row('RW-10', 'a path goes through several placeholders and comes out byte by byte', async () => {
  const match = regex('/api/invoices_(?P<company>[^/]+)/(?P<id>[^/]+)-(?P<version>[^/]+)_data/(?P<ref>[^/]+)');
  const filter = transform('urlTemplate: {path: "/api/invoices_{company}/{id}-{version}_data/{ref}"}');
  const urls = ['/api/invoices_acme/42-7_data/abc', "/api/invoices_a%2Fc'me;x/1-2-3_data/a%20b,c?x=%41&x=b"];
  expect(await forwarded(urls, filtered(match), filter)).toEqual(urls);
});

row('RW-11', 'parts of the path may change their order or be left out', async () => {
  const manifests = [filtered(regex('/path/(?P<A>[^/]+)/(?P<B>[^/]+)')), transform('urlTemplate: {path: "/path/{B}"}')];
  expect(await forwarded(['/path/x/y'], ...manifests)).toEqual(['/path/y']);
});

row('RW-12', 'a path to forward to stands for the path, or for the prefix', async () => {
  const whole = route('app', '/shop/user', 'app', rewrite('ReplaceFullPath', '/user'));
  expect(await forwarded(['/shop/user'], whole)).toEqual(['/user']);
  const app = await startBackend();
  const part = route('app', '/shop/user/', 'app', rewrite('ReplacePrefixMatch', '/user/'));
  const gateway = await startGateway([GATEWAY, app.service('app'), part]);
  await gateway.request('POST', '/shop/user/phone', { body: '1' });
  expect(app.last).toMatchObject({ method: 'POST', url: '/user/phone' });
});

row(
  ['RW-13', 'RW-14'],
  'a rule whose match does not fit its template answers 500, and its neighbour is served',
  async () => {
    const app = await startBackend();
    const gateway = await startGateway([
      GATEWAY,
      app.service('app'),
      filtered(regex('/users/(?P<id>[^/]+)')),
      route('other', '/other', 'app'),
      route('all', '/', 'app'),
      transform('urlTemplate: {path: "/api/{userId}"}'),
    ]);
    expect((await gateway.request('GET', '/users/7')).status).toBe(500);
    expect((await gateway.request('GET', '/other')).status).toBe(200);
    expect(app.requests.map(({ url }) => url)).toEqual(['/other']);
    expect(gateway.condition('HTTPRoute', 'app', 'PartiallyInvalid')).toMatchObject({ status: 'True' });
    const accepted = gateway.condition('HTTPRouteFilter', 'one', 'Accepted');
    expect(accepted).toMatchObject({ status: 'False', reason: 'Invalid' });
    expect(accepted!.message).toContain('needs {userId}: matches[0] captures {id}, {1}');
    expect(gateway.condition('HTTPRouteFilter', 'one', 'Programmed')).toMatchObject({ status: 'False' });
  },
);

row('RW-13', 'a group that did not take part in the match is an error', async () => {
  const match = regex('/users/(?:(?P<id>[0-9]+)|me)');
  const filter = transform('urlTemplate: {path: "/api/{id}"}');
  expect(await forwarded(['/users/7', '/users/me'], filtered(match), filter)).toEqual(['/api/7', 500]);
});

const UNITS = filtered(regex('/api/units/(?P<subscription>[^/]+)/(?P<unit>[^/]+)/updates'));
const UPDATES = transform(`
urlTemplate:
  path: "/api/subscriptions/{subscription}/updates"
  query: [{name: unitId, value: "{unit}"}]
`);

row('RW-15', 'a part of the path becomes a parameter', async () => {
  expect(await forwarded(['/api/units/s1/u9/updates'], UNITS, UPDATES)).toEqual([
    '/api/subscriptions/s1/updates?unitId=u9',
  ]);
});

row('RW-16', 'parameters of the template come before those of the client', async () => {
  const urls = ['/api/units/s1/u9/updates?x=1', '/api/units/s1/u9/updates?x=1&unitId=other&y'];
  expect(await forwarded(urls, UNITS, UPDATES)).toEqual([
    '/api/subscriptions/s1/updates?unitId=u9&x=1',
    '/api/subscriptions/s1/updates?unitId=u9&x=1&y',
  ]);
});

row('RW-17', 'a parameter becomes a part of the path', async () => {
  const match = regex('/api/subscriptions/(?P<sid>[^/]+)/updates');
  const filter = transform('urlTemplate: {path: "/api/units/{sid}/{query.unitId}/updates", removeConsumedQuery: true}');
  const urls = [
    '/api/subscriptions/s1/updates?unitId=u9',
    '/api/subscriptions/s1/updates?a=1&unitId=u%2F9',
    '/api/subscriptions/s1/updates',
  ];
  expect(await forwarded(urls, filtered(match), filter)).toEqual([
    '/api/units/s1/u9/updates',
    '/api/units/s1/u%2F9/updates?a=1',
    400,
  ]);
});

row(['RW-18', 'RW-20'], 'the query is forwarded byte by byte, repeated parameters too', async () => {
  const query = '?$filter=a%20eq%201&b=2&b=3&&c=%zz&d+e=f';
  const standard = route('app', '/contracts', 'app', rewrite('ReplacePrefixMatch', '/api/path/contracts'));
  expect(await forwarded([`/contracts${query}`], standard)).toEqual([`/api/path/contracts${query}`]);
  const template = [filtered(regex('/contracts')), transform('urlTemplate: {path: "/api/path/contracts"}')];
  expect(await forwarded([`/contracts${query}`], ...template)).toEqual([`/api/path/contracts${query}`]);
  const more = [filtered(regex('/contracts')), transform('urlTemplate: {query: [{name: v, value: "1"}]}')];
  expect(await forwarded(['/contracts?a=1&a=2'], ...more)).toEqual(['/contracts?v=1&a=1&a=2']);
});

row('RW-19', 'an empty query leaves no question mark', async () => {
  const manifest = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: app}
spec:
  parentRefs: [{name: web}]
  rules:
    - matches: [{path: {type: Exact, value: /contracts}}]
      filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /api/path/contracts}}}]
      backendRefs: [{name: app, port: 80}]
`;
  expect(await forwarded(['/contracts?', '/contracts', '/contracts/5'], manifest)).toEqual([
    '/api/path/contracts',
    '/api/path/contracts',
    404,
  ]);
});

row('RW-21', 'a parameter that the template has read is dropped when it is told to be', async () => {
  const of = (remove: boolean) =>
    transform(`
urlTemplate:
  path: /persons
  query: [{name: personId, value: "{query.userId}"}, {name: server, value: "{query.serverId|none}"}]
  removeConsumedQuery: ${remove}
`);
  const urls = ['/users?userId=7&UserId=8&x=1'];
  expect(await forwarded(urls, filtered(prefix('/users')), of(true))).toEqual([
    '/persons?personId=7&server=none&UserId=8&x=1',
  ]);
  expect(await forwarded(urls, filtered(prefix('/users')), of(false))).toEqual([
    '/persons?personId=7&server=none&userId=7&UserId=8&x=1',
  ]);
});

row('RW-22', 'a value stays one value wherever it is put', async () => {
  const filter = transform('urlTemplate: {path: "/a/{x}/{query.y|-}", query: [{name: z, value: "{x}"}]}');
  const urls = [
    '/in/a%2Fb',
    '/in/a%20b?y=..%2F..%2Fetc',
    '/in/a&b=c+d',
    '/in/x?y=%0d%0aX-Evil:1',
    '/in/x?y=..',
    '/in/x?y=%2e',
    '/in/x?y=a%3Fb%23c',
  ];
  expect(await forwarded(urls, filtered(regex('/in/(?P<x>[^/]+)')), filter)).toEqual([
    '/a/a%2Fb/-?z=a%2Fb',
    '/a/a%20b/..%2F..%2Fetc?z=a%20b&y=..%2F..%2Fetc',
    '/a/a&b=c+d/-?z=a%26b%3Dc%2Bd',
    '/a/x/%0D%0AX-Evil%3A1?z=x&y=%0d%0aX-Evil:1',
    400,
    400,
    '/a/x/a%3Fb%23c?z=x&y=a%3Fb%23c',
  ]);
});

row('RW-22', 'what is put together from captures goes nowhere up', async () => {
  const filter = transform('urlTemplate: {path: "/safe/{a}{b}/x"}');
  expect(await forwarded(['/in/.-.', '/in/a-b'], filtered(regex('/in/(?P<a>[^-]+)-(?P<b>.+)')), filter)).toEqual([
    400,
    '/safe/ab/x',
  ]);
});

row('RW-23', 'a slash at the end of the template goes unless the client has one', async () => {
  const filter = transform('urlTemplate: {path: "/api/{rest}"}');
  const urls = ['/invoices', '/invoices/', '/invoices/7', '/invoices/7/'];
  expect(await forwarded(urls, filtered(regex('/invoices/?(?P<rest>.*)')), filter)).toEqual([
    '/api',
    '/api/',
    '/api/7',
    '/api/7/',
  ]);
});

row('RW-24', "the backend sees the client's host, or the one that it is told", async () => {
  const app = await startBackend();
  const rewritten = route('b', '/b', 'app', 'filters: [{type: URLRewrite, urlRewrite: {hostname: users.internal}}]');
  const gateway = await startGateway([GATEWAY, app.service('app'), route('a', '/a', 'app'), rewritten]);
  await gateway.request('GET', 'http://shop.example/a');
  expect(app.last.header('host')).toMatch(/^shop\.example/);
  await gateway.request('GET', 'http://shop.example/b');
  expect(app.last.header('host')).toBe('users.internal');
});

row('RW-25', 'a GET becomes a POST', async () => {
  const app = await startBackend();
  const manifests = [GATEWAY, app.service('app'), route('app', '/', 'app', EXTENSION), transform('method: POST')];
  const gateway = await startGateway(manifests);
  expect(await gateway.request('GET', '/a')).toMatchObject({ status: 200, body: 'ok' });
  expect(app.last).toMatchObject({ method: 'POST', url: '/a' });
  expect(await gateway.request('HEAD', '/a')).toMatchObject({ status: 200, body: '' });
  expect(app.last.method).toBe('HEAD');
  expect(await gateway.request('GET', '/a', { http2: true })).toMatchObject({ status: 200, body: 'ok' });
  expect(app.last.method).toBe('POST');
});

row('RW-26', 'a redirect of the backend goes to the client as it is', async () => {
  const app = await startBackend(() => ({ status: 302, headers: { Location: 'http://elsewhere.example/a' } }));
  const gateway = await startGateway([GATEWAY, app.service('app'), route('app', '/', 'app')]);
  const { status, headers } = await gateway.request('GET', '/a');
  expect(status).toBe(302);
  expect(headers).toContainEqual(['Location', 'http://elsewhere.example/a']);
  expect(app.requests).toHaveLength(1);
});

row(
  ['RW-27', 'NO-04', 'POL-06'],
  'path and host are made of headers, parameters and captures, with something in their place',
  async () => {
    const app = await startBackend();
    const filter = transform(`
urlTemplate:
  hostname: "{header.X-Tenant|public}.internal"
  path: "/{header.X-Version|v1}/{kind}/{query.id|all}"
requestHeaders:
  - {name: X-Kind, value: "{kind}"}
  - {name: X-Page, value: "{query.page|1}"}
  - {name: X-Mode, value: "{header.X-Other}"}
`);
    const gateway = await startGateway([GATEWAY, app.service('app'), filtered(regex('/(?P<kind>[a-z]+)')), filter]);
    await gateway.request('GET', '/users?id=7&page=2', {
      headers: [
        ['X-Tenant', 'acme'],
        ['X-Version', 'v2'],
        ['X-Mode', 'mine'],
      ],
    });
    expect(app.last.url).toBe('/v2/users/7?id=7&page=2');
    expect(app.last.header('host')).toBe('acme.internal');
    expect([app.last.header('x-kind'), app.last.header('x-page'), app.last.header('x-mode')]).toEqual([
      'users',
      '2',
      null,
    ]);
    await gateway.request('GET', '/users');
    expect(app.last.url).toBe('/v1/users/all');
    expect(app.last.header('host')).toBe('public.internal');
    const evil = await gateway.request('GET', '/users', { headers: [['X-Tenant', 'a.example/b@']] });
    expect(evil.status).toBe(400);
  },
);

row('PATH-06', 'a template without a slash, with two of them or with a scheme is refused', () => {
  const refused = (path: string) => refusals([transform(`urlTemplate: {path: "${path}"}`)]);
  for (const path of ['', 'api', '/a//b', 'http://a/b', '/a/http://b', '/a/../b', '/a?b', '/a{b', '/{}']) {
    expect(refused(path), path).not.toEqual([]);
  }
  expect(refused('/a/{b}/%20')).toEqual([]);
});

/** An HTTPMatchPolicy for the route `app`. */
function matching(spec: string): string {
  return `apiVersion: headgate.dev/v1alpha1
kind: HTTPMatchPolicy
metadata: {name: app}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: app}]
${spec.replace(/^(?=.)/gm, '  ')}`;
}

row(
  ['RW-09', 'RW-10', 'RW-22', 'RW-23'],
  'placeholders of a path template are carried over as they stand',
  async () => {
    const invoices = '/api/invoices_{company}/{id}-{version}_data/{ref*}';
    const policy = matching(`path: {template: "${invoices}"}\n`);
    const filter = transform('urlTemplate: {path: "/api/invoices_{company}/{id}-{version}_data/{ref}"}');
    const urls = [
      '/api/invoices_acme/42-7_data/abc',
      '/api/invoices_a%2Fc/1-2-3_data/a%20b/c;d?x=%41&x=b',
      '/api/invoices_a/1-2_data',
    ];
    expect(await forwarded(urls, filtered(prefix('/')), policy, filter)).toEqual(urls);
  },
);

row(['MATCH-16', 'RW-27'], 'what a header captures becomes a part of the path, or a field', async () => {
  const app = await startBackend();
  const policy = matching('headers: [{name: version, type: Template, value: "version-{v}_country-{c}"}]\n');
  const filter = transform(`
urlTemplate: {path: "/{v}/api", query: [{name: country, value: "{c}"}]}
requestHeaders: [{name: X-Country, value: "{c}"}]
`);
  const gateway = await startGateway([GATEWAY, app.service('app'), filtered(prefix('/')), policy, filter]);
  await gateway.request('GET', '/a?x=1', { headers: { version: 'version-a/b_country-n l' } });
  expect(app.last.url).toBe('/a%2Fb/api?country=n%20l&x=1');
  expect(app.last.header('x-country')).toBe('n l');
  expect((await gateway.request('GET', '/a')).status).toBe(404);
});

row('RW-14', 'a placeholder that the policy does not capture is refused', async () => {
  const app = await startBackend();
  const policy = matching('path: {template: "/users/{id}"}\n');
  const filter = transform('urlTemplate: {path: "/api/{userId}"}');
  const gateway = await startGateway([GATEWAY, app.service('app'), filtered(prefix('/')), policy, filter]);
  expect((await gateway.request('GET', '/users/7')).status).toBe(500);
  expect(gateway.condition('HTTPRouteFilter', 'one', 'Accepted')!.message).toContain(
    'needs {userId}: matches[0] captures {id}',
  );
  await gateway.reload([
    GATEWAY,
    app.service('app'),
    filtered(prefix('/')),
    policy.replace('{id}', '{userId}'),
    filter,
  ]);
  expect((await gateway.request('GET', '/users/7')).status).toBe(200);
  expect(app.last.url).toBe('/api/7');
});

row(
  ['RW-06', 'RW-07'],
  'paths of an imported configuration are joined as segments, and otherwise refused',
  async () => {
    const app = await startBackend();
    const folder = mkdtempSync(join(tmpdir(), 'headgate-rw-07-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'kong.yaml');
    writeFileSync(
      file,
      `_format_version: "3.0"
services:
  - name: app
    url: http://127.0.0.1:19001/s
    routes:
      - {name: kept, paths: [/re], strip_path: false, path_handling: v0}
      - {name: cut, paths: [/cut], path_handling: v0}
      - {name: glued, paths: [/glued], strip_path: false, path_handling: v1}
`,
    );
    const { manifests, verdicts } = await runImport('kong', file, { 19001: app.port });
    const gateway = await startGateway(manifests);
    const urls: string[] = [];
    for (const url of ['/re/a', '/re', '/cut/a', '/cut']) {
      expect((await gateway.request('GET', url)).status, url).toBe(200);
      urls.push(app.last.url);
    }
    expect(urls).toEqual(['/s/re/a', '/s/re', '/s/a', '/s']);
    expect(verdicts).toMatchObject({
      'services[0].routes[0].path_handling': ['translated', 'paths are joined as segments'],
      'services[0].routes[2].path_handling': ['not supported', 'joining paths without a slash between them'],
    });
  },
);
