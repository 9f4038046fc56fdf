/** Rows of group RW: paths that are put together from parts of the request. */
import { expect } from 'vitest';
import { startBackend } from './backend.ts';
import { filtered, prefix, regex, transform } from './filter.ts';
import { GATEWAY, refusals, route, startGateway } from './gateway.ts';
import { forwarded } from './rewriting.ts';
import { row } from './row.ts';

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
