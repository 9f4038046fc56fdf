/** Rows of group RW: the query. */
import { expect } from 'vitest';
import { filtered, prefix, regex, transform } from './filter.ts';
import { route } from './gateway.ts';
import { forwarded, rewrite } from './rewriting.ts';
import { row } from './row.ts';

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
