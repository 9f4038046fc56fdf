import { expect } from 'vitest';
import { GATEWAY, refusals } from './gateway.ts';
import { exact, httpRoute, matchPolicy, prefix, regex, rule, startMatching } from './matching.ts';
import { row } from './row.ts';

/** A gateway with one rule to `app` that has the template. */
function templated(template: string, path: object = {}) {
  return startMatching(['app'], [httpRoute('r', [rule('app')]), matchPolicy('r/app', { path: { template, ...path } })]);
}

row(['PATH-01', 'PATH-30'], 'the path decides which backend answers, whatever the query', async () => {
  const app = await startMatching(
    ['users', 'orders'],
    [httpRoute('r', [rule('users', [prefix('/users')]), rule('orders', [prefix('/orders')])])],
  );
  await app.expect({ '/users': 'users', '/orders': 'orders', '/users?x=/orders': 'users', '/other': '404' });
});

row('PATH-02', 'a prefix is matched by element', async () => {
  const app = await startMatching(
    ['orders', 'users'],
    [httpRoute('r', [rule('orders', [prefix('/orders')]), rule('users', [prefix('/users')])])],
  );
  await app.expect({
    '/orders': 'orders',
    '/orders/': 'orders',
    '/orders/17/items': 'orders',
    '/ordersX': '404',
    '/users/1': 'users',
  });
});

row(
  ['PATH-03', 'PATH-04', 'PATH-20'],
  'an exact path is that path; a trailing slash is another, and the root is itself',
  async () => {
    const app = await startMatching(
      ['users', 'folder', 'root', 'rest'],
      [
        httpRoute('r', [
          rule('rest', [prefix('/rest')]),
          rule('users', [exact('/api/users')]),
          rule('folder', [exact('/api/folder'), exact('/api/folder/')]),
          rule('root', [exact('/')]),
        ]),
      ],
    );
    await app.expect({
      '/api/users': 'users',
      '/api/users/7': '404',
      '/api/users/': '404',
      '/api/folder': 'folder',
      '/api/folder/': 'folder',
      '/': 'root',
      '/x': '404',
    });
    await app.reload([httpRoute('r', [rule('rest', [prefix('/')]), rule('root', [exact('/')])])]);
    await app.expect({ '/': 'root', '/x': 'rest' });
  },
);

row(['PATH-04', 'PATH-20'], 'templates without placeholders mean the same', async () => {
  const app = await templated('/api/users');
  await app.expect({ '/api/users': 'app', '/api/users/': '404', '/api/users/7': '404' });
  await app.reload([httpRoute('r', [rule('app')]), matchPolicy('r/app', { path: { template: '/' } })]);
  await app.expect({ '/': 'app', '/x': '404' });
});

row(['PATH-05', 'PATH-06'], 'paths and templates must begin with a slash and have no empty element or scheme', () => {
  const withPath = (value: string) => refusals(httpRoute('r', [rule('app', [exact(value)])]));
  const withTemplate = (template: string) => refusals(matchPolicy('r', { path: { template } }));
  expect(withPath('users').join()).toContain('spec.rules[0].matches[0].path');
  for (const bad of ['users/{id}', 'http://a.example/users', 'https://a.example/{id}']) {
    expect(withTemplate(bad).join(), bad).toContain('must be a path that begins with "/"');
  }
  for (const bad of ['/users//{id}', '/http://a.example']) {
    expect(withTemplate(bad).join(), bad).toContain('must not have "//"');
    expect(withPath(bad), bad).not.toEqual([]);
  }
  expect(withTemplate('').join()).toContain('spec.path.template');
  expect(withTemplate('/users/{id}')).toEqual([]);
});

row(['PATH-07', 'PATH-08'], 'a placeholder stands for one element and captures it', async () => {
  const app = await templated('/api/users/{userId}');
  await app.expect({
    '/api/users/7': 'app',
    '/api/users/a-b_c.d': 'app',
    '/api/users/7/x': '404',
    '/api/users/': '404',
    '/api/users': '404',
  });
  expect(app.captures('/api/users/7')).toEqual({ userId: '7' });
  expect(app.captures('/api/users/a%20b%2Fc')).toEqual({ userId: 'a b/c' });
});

row('PATH-08', 'a placeholder may have a pattern', async () => {
  const app = await templated('/user/{id:[0-9A-Za-z_-]+}');
  await app.expect({ '/user/42': 'app', '/user/a_B-1': 'app', '/user/a.b': '404', '/user/42/x': '404' });
});

row('PATH-09', 'a prefix matches below it, an exact path nothing more', async () => {
  const app = await startMatching(
    ['below', 'fixed'],
    [httpRoute('r', [rule('below', [prefix('/shop/user/')]), rule('fixed', [exact('/shop/fixed')])])],
  );
  await app.expect({ '/shop/user/phone': 'below', '/shop/fixed': 'fixed', '/shop/fixed/x': '404' });
});

const INVOICES = '/api/invoices_{company}/{id}-{version}_data/{ref}';

row(['PATH-10', 'PATH-11', 'PATH-12', 'PATH-13', 'PATH-14'], 'several placeholders in one element', async () => {
  const app = await templated(INVOICES);
  await app.expect({
    '/api/invoices_acme/42-7_data/abc': 'app',
    '/api/invoices_acme/427_data/x': '404',
    '/api/invoices_/42-7_data/x': '404',
  });
  expect(app.captures('/api/invoices_acme/42-7_data/abc')).toEqual({
    company: 'acme',
    id: '42',
    version: '7',
    ref: 'abc',
  });
  expect(app.captures('/api/invoices_acme/1-2-3_data/x')).toMatchObject({ id: '1-2', version: '3' });
  expect(app.captures('/api/invoices_a_b/42-7_data/x')).toMatchObject({ company: 'a_b' });
  await app.reload([
    httpRoute('r', [rule('app')]),
    matchPolicy('r/app', { path: { template: INVOICES.replace('/api', '') } }),
  ]);
  await app.expect({ '/invoices_acme/42-7_data/abc': 'app', '/api/invoices_acme/42-7_data/abc': '404' });
  expect(app.captures('/invoices_acme/42-7_data/abc')).toMatchObject({ company: 'acme', ref: 'abc' });
});

row('PATH-15', 'texts of templates are texts', async () => {
  const app = await templated('/v1.0+($)/{x}');
  await app.expect({ '/v1.0+($)/7': 'app', '/v1a0+($)/7': '404', '/v1.00($)/7': '404' });
});

row('PATH-16', 'only {name*} stands for further elements', async () => {
  const app = await templated(INVOICES);
  await app.expect({ '/api/invoices_acme/42-7_data/a/b': '404' });
  await app.reload([
    httpRoute('r', [rule('app')]),
    matchPolicy('r/app', { path: { template: INVOICES.replace('{ref}', '{ref*}') } }),
  ]);
  await app.expect({ '/api/invoices_acme/42-7_data/a/b': 'app' });
  expect(app.captures('/api/invoices_acme/42-7_data/a/b')).toMatchObject({ ref: 'a/b' });
});

row('PATH-17', 'the rest may be empty', async () => {
  const app = await templated('/invoices/{url*}');
  await app.expect({ '/invoices/123': 'app', '/invoices/': 'app', '/invoices': 'app', '/invoicesX': '404' });
  expect(app.captures('/invoices/123')).toEqual({ url: '123' });
  expect(app.captures('/invoices/')).toEqual({ url: '' });
  expect(app.captures('/invoices')).toEqual({ url: '' });
});

row('PATH-18', 'a catch-all matches every path, whatever it is called', async () => {
  for (const name of ['catchAll', 'everything']) {
    const app = await templated(`/{${name}*}`);
    await app.expect({ '/': 'app', '/a/b/c': 'app' });
    expect(app.captures('/a/b/c')).toEqual({ [name]: 'a/b/c' });
  }
  const plain = await startMatching(['app'], [httpRoute('r', [rule('app', [prefix('/')])])]);
  await plain.expect({ '/': 'app', '/a/b/c': 'app' });
});

row('PATH-19', 'a catch-all keeps path and query', async () => {
  const filters = [
    { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/api' } } },
  ];
  const app = await startMatching(['app'], [httpRoute('r', [rule('app', [prefix('/')], { filters })])]);
  await app.expect({ '/x/y?q=1': 'app' });
  expect(app.backends.get('app')!.last.url).toBe('/api/x/y?q=1');
});

row('PATH-21', 'templates may be in any case, values keep theirs', async () => {
  const app = await templated('/api/Users/{userId}', { caseSensitive: false });
  await app.expect({ '/API/Users/7': 'app', '/api/users/7': 'app' });
  expect(app.captures('/API/uSERS/AbC')).toEqual({ userId: 'AbC' });
  const strict = await templated('/api/users/{userId}');
  await strict.expect({ '/API/Users/7': '404', '/api/users/7': 'app' });
});

row('PATH-22', 'a placeholder cannot be there twice', async () => {
  const app = await templated('/a/{id}/b/{id}');
  expect(app.gateway.condition('HTTPMatchPolicy', 'app', 'Accepted')).toMatchObject({
    status: 'False',
    reason: 'Invalid',
    message: 'placeholders: {id} is there twice, each must have its own name',
  });
  await app.expect({ '/a/1/b/2': '500', '/a': '500' });
});

row('PATH-23', 'a regular expression is for the whole path, and other paths are plain', async () => {
  const app = await startMatching(
    ['pattern', 'plain'],
    [httpRoute('r', [rule('pattern', [regex('/users/\\d+/profile')]), rule('plain', [exact('/teams/(d+)')])])],
  );
  await app.expect({
    '/users/7/profile': 'pattern',
    '/x/users/7/profile': '404',
    '/users/7/profile/x': '404',
    '/teams/(d+)': 'plain',
    '/teams/d': '404',
  });
});

row('PATH-24', 'groups of a regular expression are captured by number and name', async () => {
  for (const group of ['?', '?P']) {
    const pattern = `/version/(${group}<version>\\d+)/users/(${group}<user>\\S+)`;
    const app = await startMatching(['app'], [httpRoute('r', [rule('app', [regex(pattern)])])]);
    await app.expect({ '/version/1/users/john': 'app' });
    expect(app.captures('/version/1/users/john')).toEqual({ 1: '1', 2: 'john', version: '1', user: 'john' });
  }
});

row('PATH-25', 'no pattern stalls a proxy, and an invalid one is not programmed', async () => {
  const app = await startMatching(
    ['bad', 'good', 'slow'],
    [
      httpRoute('r', [rule('slow', [regex('/(a+)+$')]), rule('good', [prefix('/good')])]),
      matchPolicy('r/good', { path: { template: '/good/{x:(?:a+)+b}' } }),
      httpRoute('wrong', [rule('bad', [regex('/(')])]),
    ],
  );
  const path = `/${'a'.repeat(6000)}!`;
  const started = performance.now();
  await app.expect({ [path]: '404', [`/good${path}`]: '404', '/aaa': 'slow', '/good/ab': 'good' });
  expect(performance.now() - started).toBeLessThan(5000);
  expect(app.gateway.condition('HTTPRoute', 'wrong', 'Accepted')).toMatchObject({
    status: 'False',
    reason: 'UnsupportedValue',
  });
  await app.expect({ '/(': '404' });
});

row('PATH-26', 'the longest prefix wins', async () => {
  const app = await startMatching(
    ['short', 'long'],
    [httpRoute('r', [rule('short', [prefix('/service')]), rule('long', [prefix('/service/resource')])])],
  );
  await app.expect({ '/service': 'short', '/service/x': 'short', '/service/resource/x': 'long' });
});

row(
  ['PATH-27', 'PATH-28'],
  'paths are brought into one form before they are matched, and forwarded in it',
  async () => {
    const app = await startMatching(
      ['admin', 'public', 'rest'],
      [httpRoute('r', [rule('admin', [prefix('/admin')]), rule('public', [prefix('/public')]), rule('rest')])],
    );
    const forms: Readonly<Record<string, [string, string]>> = {
      '/foo/./bar/../baz': ['rest', '/foo/baz'],
      '/f%6Fo/%3a': ['rest', '/foo/%3A'],
      '/foo//bar': ['rest', '/foo/bar'],
      '/admin/../public': ['public', '/public'],
      '/%61dmin/x': ['admin', '/admin/x'],
      '/admin%2fx': ['rest', '/admin%2Fx'],
    };
    for (const [path, [backend, forwarded]] of Object.entries(forms)) {
      await app.expect({ [path]: backend });
      expect(app.backends.get(backend)!.last.url).toBe(forwarded);
    }
  },
);

row('PATH-28', 'an encoded slash separates no elements of a template', async () => {
  const app = await templated('/files/{name}');
  await app.expect({ '/files/a%2Fb': 'app', '/files/a/b': '404' });
  expect(app.captures('/files/a%2Fb')).toEqual({ name: 'a/b' });
  expect(app.backends.get('app')!.last.url).toBe('/files/a%2Fb');
});

row('PATH-28', 'an encoded slash may be refused, or be a separator', async () => {
  const gateway = (encodedSlash: string) => `${GATEWAY}  infrastructure:
    parametersRef: {group: headgate.dev, kind: GatewayParameters, name: slash}
---
apiVersion: headgate.dev/v1alpha1
kind: GatewayParameters
metadata: {name: slash}
spec: {http: {encodedSlash: ${encodedSlash}}}
`;
  const routes = [httpRoute('r', [rule('files', [prefix('/files')]), rule('admin', [prefix('/admin')])])];
  const keeping = await startMatching(['files', 'admin'], routes, gateway('Keep'));
  await keeping.expect({ '/files/..%2Fadmin': 'files', '/files%2Fa': '404' });
  const strict = await startMatching(['files', 'admin'], routes, gateway('Reject'));
  await strict.expect({ '/files/a%2Fb': '400', '/files/a%5cb': '400', '/files/a%20b': 'files' });
  expect(await strict.to('/files/a%2fb', { http2: true })).toBe('400');
  const decoding = await startMatching(['files', 'admin'], routes, gateway('Decode'));
  await decoding.expect({ '/files%2fa': 'files', '/files/..%2Fadmin': 'admin' });
  expect(decoding.backends.get('admin')!.last.url).toBe('/admin');
});

row('PATH-29', 'a version by its prefix', async () => {
  const app = await startMatching(
    ['old', 'new'],
    [httpRoute('r', [rule('old', [prefix('/')]), rule('new', [prefix('/v2')])])],
  );
  await app.expect({ '/v2/x': 'new', '/v1/x': 'old', '/x': 'old' });
});
