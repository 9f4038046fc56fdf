/** Rows of group RL: what is answered, and told to those who run the gateway. */
import { expect } from 'vitest';
import { accessLines, GATEWAY, route } from './gateway.ts';
import { limitPolicy, made, statuses } from './rate-limit.ts';
import { row } from './row.ts';

row(['RL-13', 'RL-14', 'RL-15', 'ERR-03'], 'status, body and when to come again', async () => {
  const { gateway, backend } = await made([limitPolicy('{limits: [{name: a, requests: 1, interval: 1m30s}]}')]);
  await gateway.request('GET', '/');
  const plain = await gateway.request('GET', '/');
  expect(plain).toMatchObject({ status: 429, body: 'Too many requests: at most 1 in 1m30s.\n' });
  expect(plain.header('Content-Type')).toBe('text/plain; charset=utf-8');
  expect(plain.header('Retry-After')).toMatch(/^(89|90)$/);
  const body = `'{"message": "{limit} per {interval} by {name}", "again": {retryAfter}}'`;
  const response = `{statusCode: 503, contentType: application/json, body: ${body}}`;
  await gateway.reload([
    GATEWAY,
    backend.service('app'),
    route('app', '/', 'app'),
    limitPolicy(`{limits: [{name: quota, requests: 1, interval: 1h}], response: ${response}}`),
  ]);
  await gateway.request('GET', '/');
  const own = await gateway.request('GET', '/');
  expect(own.status).toBe(503);
  expect(own.header('Content-Type')).toBe('application/json');
  expect(JSON.parse(own.body)).toEqual({
    message: '1 per 1h by quota',
    again: Number(own.header('Retry-After')),
  });
});

row('RL-16', 'responses say what is left, unless nobody is to know', async () => {
  const { gateway, backend } = await made([limitPolicy('{limits: [{name: a, requests: 3, interval: 1m}]}')]);
  backend.handler = () => ({ headers: { RateLimit: 'the backend has no say' } });
  for (const left of [2, 1, 0]) {
    const { header } = await gateway.request('GET', '/');
    expect(header('RateLimit-Policy')).toBe('"a";q=3;w=60');
    expect(header('RateLimit')).toMatch(new RegExp(`^"a";r=${left};t=(59|60)$`));
  }
  const refused = await gateway.request('GET', '/');
  expect(refused.header('RateLimit')).toMatch(/^"a";r=0;t=(59|60)$/);
  await gateway.reload([
    GATEWAY,
    backend.service('app'),
    route('app', '/', 'app'),
    limitPolicy('{limits: [{name: b, requests: 1, interval: 1m}], response: {headers: Disabled}}'),
  ]);
  backend.handler = () => 'ok';
  for (const status of [200, 429]) {
    const answer = await gateway.request('GET', '/');
    expect(answer.status).toBe(status);
    expect([answer.header('RateLimit'), answer.header('RateLimit-Policy')]).toEqual([null, null]);
  }
});

row('RL-25', 'requests that were refused are counted and logged, with a client that nobody can read', async () => {
  const log = `/tmp/headgate-rate-limit-${process.pid}-${Date.now()}.log`;
  const settings = '{limits: [{name: a, requests: 1, interval: 1m, key: {type: Header, header: {name: X-Client-Id}}}]}';
  const { gateway } = await made([limitPolicy(settings)], ['--access-log', log]);
  expect(await statuses(gateway, 3, { headers: { 'x-client-id': 'secret-client' } })).toEqual([200, 429, 429]);
  const labels = { policy: 'default/limit', limit: 'a', rule: 'httproute/default/app/rule/0' };
  expect(gateway.metric('headgate_rate_limited_requests_total', labels)).toBe(2);
  expect(gateway.metric('headgate_requests_total', { code: '4xx', reason: 'rate-limited' })).toBe(2);
  gateway.proxy.flushAccessLog();
  const lines = accessLines(log).filter(({ reason }) => reason === 'rate-limited');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatchObject({ status: 429, rule: 'httproute/default/app/rule/0', limit: 'default/limit/a' });
  expect(lines[0]!.limited_client).toMatch(/^[\w-]{16}$/);
  expect(JSON.stringify(lines)).not.toContain('secret-client');
});
