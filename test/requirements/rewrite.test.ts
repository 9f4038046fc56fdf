/** Rows of group RW: another path, host or method for the backend. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { runImport } from '../import/run.ts';
import { startBackend } from './backend.ts';
import { EXTENSION, filtered, regex, transform } from './filter.ts';
import { GATEWAY, route, startGateway } from './gateway.ts';
import { forwarded, rewrite } from './rewriting.ts';
import { row } from './row.ts';

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

row('RW-12', 'a path to forward to stands for the path, or for the prefix', async () => {
  const whole = route('app', '/shop/user', 'app', rewrite('ReplaceFullPath', '/user'));
  expect(await forwarded(['/shop/user'], whole)).toEqual(['/user']);
  const app = await startBackend();
  const part = route('app', '/shop/user/', 'app', rewrite('ReplacePrefixMatch', '/user/'));
  const gateway = await startGateway([GATEWAY, app.service('app'), part]);
  await gateway.request('POST', '/shop/user/phone', { body: '1' });
  expect(app.last).toMatchObject({ method: 'POST', url: '/user/phone' });
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
