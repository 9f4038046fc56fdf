/** Rows of group MATCH: methods and hosts, and how many matches there may be. */
import { expect } from 'vitest';
import { refusals } from './gateway.ts';
import { exact, httpRoute, prefix, rule, startMatching } from './matching.ts';
import { row } from './row.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'];

row(['MATCH-01', 'MATCH-33'], 'a route for several methods, and 404 for the others without a backend', async () => {
  const app = await startMatching(['app'], [httpRoute('r', [rule('app', [{ method: 'GET' }, { method: 'POST' }])])]);
  await app.expect({ 'GET /': 'app', 'POST /': 'app', 'PUT /': '404' });
  expect(app.backends.get('app')!.requests).toHaveLength(2);
});

row(['MATCH-02', 'MATCH-03', 'NO-18'], 'all methods of the Gateway API, and any without one', async () => {
  const rules = METHODS.map((method) =>
    rule('app', [prefix(`/${method}`, { method })], { name: method.toLowerCase() }),
  );
  const app = await startMatching(['app'], [httpRoute('r', [...rules, rule('app', [prefix('/any')])])]);
  for (const method of METHODS.filter((one) => one !== 'CONNECT')) {
    const { status } = await app.gateway.request(method, `/${method}`);
    expect(status, method).toBe(200);
    expect((await app.gateway.request(method, '/any')).status, method).toBe(200);
    expect((await app.gateway.request(method === 'GET' ? 'PUT' : 'GET', `/${method}`)).status, method).toBe(404);
  }
  expect(refusals(httpRoute('bad', [rule('app', [{ method: 'FETCH' }])])).join()).toContain('method');
});

row('MATCH-04', 'methods have their case', async () => {
  const app = await startMatching(['app'], [httpRoute('r', [rule('app', [{ method: 'GET' }])])]);
  await app.expect({ 'GET /': 'app', 'Get /': '404' });
  expect(refusals(httpRoute('bad', [rule('app', [{ method: 'Get' }])])).join()).toContain('method');
});

row('MATCH-05', 'a rule has at most 64 matches, a route 16 rules and 128 matches', () => {
  const matches = (count: number) => Array.from({ length: count }, (_, i) => exact(`/${i}`));
  const rules = (count: number, each: number) =>
    Array.from({ length: count }, (_, i) => rule('app', matches(each), { name: `r${i}` }));
  expect(refusals(httpRoute('r', rules(2, 64)))).toEqual([]);
  expect(refusals(httpRoute('r', rules(1, 65))).join()).toContain('must have at most 64 items, has 65');
  expect(refusals(httpRoute('r', rules(17, 1))).join()).toContain('must have at most 16 items, has 17');
  expect(refusals(httpRoute('r', rules(3, 43))).join()).toContain('128');
});

row(
  ['MATCH-06', 'MATCH-07', 'MATCH-08', 'MATCH-09'],
  'hosts: different, absent, with ports, and wildcards',
  async () => {
    const to = (name: string, hostnames: string[]) =>
      httpRoute(name, [rule(name)], hostnames.length === 0 ? {} : { hostnames });
    const app = await startMatching(
      ['one', 'other', 'any', 'wild', 'longer', 'plain'],
      [
        to('any', []),
        to('one', ['one.example']),
        to('other', ['other.example']),
        to('wild', ['*.example.com']),
        to('longer', ['*.y.example.com']),
        to('plain', ['a.y.example.com']),
      ],
    );
    await app.expect({
      'GET http://one.example/': 'one',
      'GET http://other.example/': 'other',
      'GET http://third.example/': 'any',
      'GET http://x.example.com/': 'wild',
      'GET http://x.z.example.com/': 'wild',
      'GET http://x.y.example.com/': 'longer',
      'GET http://a.y.example.com/': 'plain',
      'GET http://example.com/': 'any',
    });
    expect(await app.to('/', { headers: [['Host', 'one.example:8080']] })).toBe('one');
  },
);
