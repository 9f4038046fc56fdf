/** Answers that no backend gives are behind the policies too. */
import { expect } from 'vitest';
import { accessPolicy, BEHIND_HOP, secret } from './access.ts';
import { startBackend } from './backend.ts';
import { route, startGateway } from './gateway.ts';
import { row } from './row.ts';
import { REPORT, reports, telemetryPolicy } from './telemetry.ts';

const REDIRECT = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: app}
spec:
  parentRefs: [{name: web}]
  rules:
    - filters: [{type: RequestRedirect, requestRedirect: {hostname: other.example, statusCode: 302}}]
`;

const GUARD = `ip: {deny: ["10.0.0.0/8"]}
authentication: {type: APIKey, apiKey: {secretRefs: [{name: keys}]}}
`;

const CORS = `filters:
  - type: CORS
    cors: {allowOrigins: ["https://shop.example"], allowMethods: [PUT], allowHeaders: [X-Api-Key]}
`;

function limit(key: string, requests: number): string {
  return `apiVersion: headgate.dev/v1alpha1
kind: RateLimitPolicy
metadata: {name: limit}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: app}]
  defaults: {limits: [{name: few, requests: ${requests}, interval: 1h, key: ${key}}]}
`;
}

const keys = secret('keys', { ada: 'k' });

row('POL-07', 'a redirect is for those only whom the policies of its rule let through', async () => {
  const base = [BEHIND_HOP, keys, REDIRECT, accessPolicy('guard', GUARD)];
  const gateway = await startGateway(base);
  const ask = async (client: string, key: string, http2 = false) =>
    gateway.request('GET', '/a', { headers: { 'X-Forwarded-For': client, 'X-Api-Key': key }, http2 });
  for (const http2 of [false, true]) {
    expect((await ask('10.1.2.3', 'k', http2)).status).toBe(403);
    expect((await ask('192.0.2.1', 'x', http2)).status).toBe(401);
    const passed = await ask('192.0.2.1', 'k', http2);
    expect([passed.status, passed.header('location')]).toEqual([
      302,
      expect.stringMatching(/^http:\/\/other\.example/),
    ]);
  }
  await gateway.reload([...base, limit('{type: SourceIP}', 2)]);
  const statuses: number[] = [];
  for (let count = 0; count < 3; count++) statuses.push((await ask('192.0.2.9', 'k')).status);
  expect(statuses).toEqual([302, 302, 429]);
  // Without policies nobody is asked for anything.
  await gateway.reload([BEHIND_HOP, REDIRECT]);
  expect((await ask('10.1.2.3', '')).status).toBe(302);
});

row('POL-07', 'a redirect of a policy that is not right, or of a service that is asked, is not open', async () => {
  const judge = await startBackend(() => ({ status: 403, body: 'no' }));
  const asks = 'authentication: {type: External, external: {protocol: HTTP, backendRef: {name: judge, port: 80}}}';
  const base = [BEHIND_HOP, REDIRECT, judge.service('judge')];
  const gateway = await startGateway([...base, accessPolicy('guard', asks)]);
  const sent = { body: 'text', headers: { 'X-Forwarded-For': '192.0.2.1' } };
  expect((await gateway.request('POST', '/a', sent)).status).toBe(403);
  expect(judge.requests).toHaveLength(1);
  await gateway.reload([...base, accessPolicy('guard', GUARD)]);
  expect(gateway.condition('AccessPolicy', 'guard', 'Accepted')).toMatchObject({ status: 'False', reason: 'Invalid' });
  expect((await gateway.request('GET', '/a')).status).toBe(500);
});

row('POL-07', 'a preflight needs no credentials, and meets the address rules and the limits', async () => {
  const app = await startBackend();
  const base = [BEHIND_HOP, keys, app.service('app'), route('app', '/', 'app', CORS), accessPolicy('guard', GUARD)];
  const gateway = await startGateway(base);
  const origin = { Origin: 'https://shop.example' };
  const preflight = (client: string, http2 = false) =>
    gateway.request('OPTIONS', '/a', {
      headers: { ...origin, 'Access-Control-Request-Method': 'PUT', 'X-Forwarded-For': client },
      http2,
    });
  for (const http2 of [false, true]) {
    const open = await preflight('192.0.2.1', http2);
    expect([open.status, open.header('access-control-allow-origin')]).toEqual([204, 'https://shop.example']);
    expect((await preflight('10.1.2.3', http2)).status).toBe(403);
  }
  const put = (headers: Record<string, string>) =>
    gateway.request('PUT', '/a', { headers: { ...origin, 'X-Forwarded-For': '192.0.2.1', ...headers } });
  const refused = await put({});
  expect([refused.status, refused.header('access-control-allow-origin')]).toEqual([401, 'https://shop.example']);
  expect((await put({ 'X-Api-Key': 'k' })).status).toBe(200);
  // What only looks like a preflight is a request as any other.
  expect((await gateway.request('OPTIONS', '/a', { headers: origin })).status).toBe(401);
  expect(app.requests.map(({ method }) => method)).toEqual(['PUT']);

  await gateway.reload([...base, limit('{type: SourceIP}', 2)]);
  const statuses: number[] = [];
  for (let count = 0; count < 3; count++) statuses.push((await preflight('192.0.2.9')).status);
  expect(statuses).toEqual([204, 204, 429]);
  // A browser sends no field with it that says who asks.
  await gateway.reload([...base, limit('{type: Header, header: {name: X-Client-Id}, fallback: Reject}', 2)]);
  expect((await preflight('192.0.2.8')).status).toBe(204);
  expect((await put({ 'X-Api-Key': 'k' })).status).toBe(401);
});

row('OBS-01', 'a redirect, a preflight and what a policy refuses are reported as they were answered', async () => {
  const sink = await startBackend(() => ({ status: 204 }));
  const gateway = await startGateway([
    BEHIND_HOP,
    keys,
    sink.service('trace'),
    REDIRECT,
    route('shared', '/shared', 'nobody', CORS),
    accessPolicy('guard', GUARD),
    telemetryPolicy('reports', 'HTTPRoute/app', REPORT),
    telemetryPolicy('more', 'HTTPRoute/shared', REPORT),
  ]);
  const from = { 'X-Forwarded-For': '192.0.2.1' };
  await gateway.request('GET', '/one', { headers: { ...from, 'X-Api-Key': 'k' } });
  await gateway.request('GET', '/two', { headers: from });
  await gateway.request('OPTIONS', '/shared', {
    headers: { ...from, Origin: 'https://shop.example', 'Access-Control-Request-Method': 'PUT' },
  });
  const statuses = (await reports(sink, 3)).map(({ status }) => status);
  expect(statuses.sort()).toEqual([204, 302, 401]);
});
