/** Requests of one connection, one after the other: what policies know of one is nothing to the next. */
import { expect, test } from 'vitest';
import type { Client } from '../fake/client.ts';
import { accessPolicy, BEHIND_HOP, secret } from './access.ts';
import { startBackend } from './backend.ts';
import { transform } from './filter.ts';
import { GATEWAY, route, startGateway } from './gateway.ts';

const filteredBy = (name: string) => `filters:
  - type: ExtensionRef
    extensionRef: {group: headgate.dev, kind: HTTPRouteFilter, name: ${name}}
`;

const ask = (client: Client, path: string, fields: readonly string[] = []) =>
  client.request([`GET ${path} HTTP/1.1`, 'Host: a.example', ...fields, '', ''].join('\r\n'));

test('who a client was is forgotten with its request', async () => {
  const backend = await startBackend();
  const gateway = await startGateway([
    GATEWAY,
    backend.service('app'),
    route('guarded', '/guarded', 'app', filteredBy('tell')),
    route('open', '/open', 'app', filteredBy('mark')),
    transform('claims: {headers: [{name: X-Who, from: {claim: sub}}]}', 'tell'),
    transform('requestHeaders: [{name: X-Open, value: "1"}]', 'mark'),
    secret('keys', { ada: 'key of ada', grace: 'key of grace' }),
    accessPolicy('guard', 'authentication: {type: APIKey, apiKey: {secretRefs: [{name: keys}]}}', {
      target: 'guarded',
    }),
  ]);
  const client = await gateway.connect();
  const statuses: number[] = [];
  for (const [path, key] of [
    ['/guarded', 'key of ada'],
    ['/open', 'key of ada'],
    ['/guarded', 'key of ada'],
    ['/guarded', 'key of grace'],
    ['/guarded', 'key of eve'],
    ['/guarded', ''],
    ['/open', ''],
    ['/guarded', 'key of grace'],
  ] as const) {
    statuses.push((await ask(client, path, key === '' ? [] : [`X-API-Key: ${key}`])).status);
  }
  expect(statuses).toEqual([200, 200, 200, 200, 401, 401, 200, 200]);
  expect(backend.requests.map((request) => request.header('x-who'))).toEqual([
    'ada',
    null,
    'ada',
    'grace',
    null,
    'grace',
  ]);
  expect(backend.requests.map((request) => request.header('x-open'))).toEqual([null, '1', null, null, '1', null]);
});

test('what is done to a request and its response is not done to the next one', async () => {
  const backend = await startBackend();
  const gateway = await startGateway([
    BEHIND_HOP,
    backend.service('app'),
    route('first', '/first', 'app', filteredBy('first')),
    route('second', '/second', 'app', filteredBy('second')),
    transform(
      `urlTemplate: {path: /moved}
requestHeaders: [{name: X-Client, value: "{ClientIP}"}, {name: X-Tenant, value: "{header.x-tenant}"}]
responseHeaders: [{name: X-First, value: "1"}]`,
      'first',
    ),
    transform('requestHeaders: [{name: X-Client, value: "{ClientIP}"}]', 'second'),
  ]);
  const client = await gateway.connect();
  const seen = async (path: string, ...fields: string[]) => {
    const response = await ask(client, path, fields);
    const { last } = backend;
    return [last.url, last.header('x-client'), last.header('x-tenant'), response.header('x-first')];
  };
  for (let round = 0; round < 2; round++) {
    expect(await seen('/first', 'X-Tenant: acme', 'X-Forwarded-For: 192.0.2.1')).toEqual([
      '/moved',
      '192.0.2.1',
      'acme',
      '1',
    ]);
    expect(await seen('/second', 'X-Forwarded-For: 192.0.2.2')).toEqual(['/second', '192.0.2.2', null, null]);
    expect(await seen('/first', 'X-Tenant: other')).toEqual(['/moved', '127.0.0.1', 'other', '1']);
    expect(await seen('/second')).toEqual(['/second', '127.0.0.1', null, null]);
  }
});

test('a request that was sent ahead of the answer to another gets its own', async () => {
  const backend = await startBackend();
  const gateway = await startGateway([
    GATEWAY,
    backend.service('app'),
    route('app', '/', 'app'),
    secret('keys', { ada: 'key of ada' }),
    accessPolicy('guard', 'authentication: {type: APIKey, apiKey: {secretRefs: [{name: keys}]}}'),
  ]);
  const client = await gateway.connect();
  const good = 'GET / HTTP/1.1\r\nHost: a.example\r\nX-API-Key: key of ada\r\n\r\n';
  const bad = 'GET / HTTP/1.1\r\nHost: a.example\r\nX-API-Key: key of eve\r\n\r\n';
  await client.write(`${bad}${good}${bad}${bad}${good}`);
  const statuses: number[] = [];
  for (let index = 0; index < 5; index++) statuses.push((await client.response()).status);
  expect(statuses).toEqual([401, 200, 401, 401, 200]);
});
