import { expect, test } from 'vitest';
import type { Cors, RequestRedirect, UrlRewrite } from '../../src/ir/filter.ts';
import { get } from '../fake/client.ts';
import { backend, serve } from './start.ts';
import type { RulePart } from './table.ts';

async function withRule(rule: RulePart) {
  const one = await backend();
  return { ...(await serve({ backends: { a: [one.port] }, rules: [rule] })), one };
}

const redirect = (part: Partial<RequestRedirect>): RequestRedirect => ({
  kind: 'RequestRedirect',
  scheme: null,
  hostname: null,
  path: null,
  port: null,
  statusCode: 302,
  ...part,
});
const rewrite = (part: Partial<UrlRewrite>): UrlRewrite => ({
  kind: 'URLRewrite',
  hostname: null,
  path: null,
  ...part,
});

test('a redirect is answered without a backend, and the connection goes on', async () => {
  const { connect, one } = await withRule({
    matches: ['/old'],
    filters: [redirect({ scheme: 'https', port: 8443, statusCode: 301, path: { kind: 'prefix', value: '/new' } })],
  });
  const client = await connect();
  const answered = await client.request(get('/old/x?q=1'));
  expect(answered.status).toBe(301);
  expect(answered.header('location')).toBe('https://a.example:8443/new/x?q=1');
  expect((await client.request(get('/old'))).header('location')).toBe('https://a.example:8443/new');
  expect(one.connections).toHaveLength(0);
});

test('the body of a request that is redirected is not the next request', async () => {
  const { connect, one } = await withRule({ filters: [redirect({ hostname: 'b.example' })] });
  const client = await connect();
  const body = get('/admin');
  await client.write(`POST /1 HTTP/1.1\r\nHost: a.example\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  await client.write(get('/2'));
  expect((await client.response()).header('location')).toMatch(/^http:\/\/b\.example(:\d+)?\/1$/);
  expect((await client.response()).header('location')).toMatch(/^http:\/\/b\.example(:\d+)?\/2$/);
  client.end();
  expect(await client.closed()).toBe('fin');
  expect(client.reader.peek()).toHaveLength(0);
  expect(one.connections).toHaveLength(0);
});

test('a path that climbs out of the replaced prefix does not exist', async () => {
  const { connect, one } = await withRule({
    matches: ['/public'],
    filters: [rewrite({ path: { kind: 'prefix', value: '/files' } })],
  });
  const client = await connect();
  await client.request(get('/public/a?b'));
  await client.request(get('/public'));
  expect(one.requests.map((request) => request.target)).toEqual(['/files/a?b', '/files']);
  expect((await client.request(get('/public/../secret'))).status).toBe(404);
  expect((await client.request(get('/publicsecret'))).status).toBe(404);
  expect(one.requests).toHaveLength(2);
});

test('a rewritten host is what the backend gets, once', async () => {
  const { connect, one } = await withRule({ filters: [rewrite({ hostname: 'inside.example' })] });
  const client = await connect();
  await client.request(get());
  expect(one.requests[0]!.fields.filter(([name]) => name.toLowerCase() === 'host')).toEqual([
    ['Host', 'inside.example'],
  ]);
  expect(one.requests[0]!.header('x-forwarded-host')).toBe('a.example');
});

const cors: Cors = {
  kind: 'CORS',
  allowOrigins: ['https://app.example'],
  allowCredentials: true,
  allowMethods: ['GET', 'PUT'],
  allowHeaders: ['X-Custom'],
  exposeHeaders: [],
  maxAge: 600,
};

test('a preflight is answered without a backend', async () => {
  const { connect, one } = await withRule({ filters: [cors] });
  const client = await connect();
  const preflight =
    'OPTIONS / HTTP/1.1\r\nHost: a.example\r\nOrigin: https://app.example\r\nAccess-Control-Request-Method: PUT\r\n\r\n';
  const answered = await client.request(preflight);
  expect([200, 204]).toContain(answered.status);
  expect(answered.header('access-control-allow-origin')).toBe('https://app.example');
  expect(answered.header('access-control-max-age')).toBe('600');
  expect(one.connections).toHaveLength(0);
});

test('only an allowed origin gets CORS fields on the response', async () => {
  const { connect } = await withRule({ filters: [cors] });
  const client = await connect();
  const allowed = await client.request(get('/', 'Origin: https://app.example\r\n'));
  expect(allowed.header('access-control-allow-origin')).toBe('https://app.example');
  const other = await client.request(get('/', 'Origin: https://evil.example\r\n'));
  expect(other.header('access-control-allow-origin')).toBeNull();
  const suffix = await client.request(get('/', 'Origin: https://app.example.evil.example\r\n'));
  expect(suffix.header('access-control-allow-origin')).toBeNull();
});
