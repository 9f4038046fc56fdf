import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startBackend } from './requirements/backend.ts';
import { startGateway } from './requirements/gateway.ts';
import { startRedis } from './requirements/redis.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/rate-limit-policy.md'), 'utf8');
const [first = '', together = '', redisOnly = ''] = Array.from(
  page.matchAll(/```yaml\n([\s\S]*?)```/g),
  ([, yaml]) => yaml!,
);

const GATEWAY = `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: headgate}
spec: {controllerName: headgate.dev/gateway-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web, namespace: shop}
spec:
  gatewayClassName: headgate
  listeners: [{name: http, port: 80, protocol: HTTP}]
`;

test('the first example limits what it says it limits', async () => {
  const backend = await startBackend();
  const gateway = await startGateway([GATEWAY, backend.service('app', { namespace: 'shop' }), first]);
  expect(gateway.condition('RateLimitPolicy', 'external', 'Programmed')).toMatchObject({ status: 'True' });
  const ask = (path: string, id: string) => gateway.request('GET', path, { headers: { 'X-Client-Id': id } });
  const answers = await Promise.all(Array.from({ length: 101 }, () => ask('/external', 'one')));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(1);
  expect(JSON.parse(refused[0]!.body)).toEqual({ error: 'at most 100 in 1m', retryAfter: 5 });
  expect(refused[0]!.header('RateLimit-Policy')).toBe('"per-client";q=100;w=60, "everybody";q=5000;w=1');
  expect((await ask('/internal', 'one')).status).toBe(200);
  expect((await ask('/external', 'two')).status).toBe(200);
  expect((await ask('/external', 'admin-client')).status).toBe(200);
});

test('the second example is what a pod counts where there is no other', async () => {
  const backend = await startBackend();
  const app = backend.service('app', { namespace: 'shop' });
  const gateway = await startGateway([GATEWAY, app, first.split('---\n')[1]!, together]);
  expect(gateway.condition('RateLimitPolicy', 'together', 'Programmed')).toMatchObject({ status: 'True' });
  const { status, header } = await gateway.request('GET', '/external', { headers: { 'X-Client-Id': 'one' } });
  expect(status).toBe(200);
  expect(header('RateLimit')).toBe('"hourly";r=999;t=3600');
});

test('the third example counts in a Redis', async () => {
  const backend = await startBackend();
  const redis = await startRedis({ password: 'open-sesame' });
  const gateway = await startGateway([
    GATEWAY,
    backend.service('app', { namespace: 'shop' }),
    redis.service('redis', { namespace: 'shop' }),
    'apiVersion: v1\nkind: Secret\nmetadata: {name: redis, namespace: shop}\nstringData: {password: open-sesame}\n',
    first.split('---\n')[1]!,
    redisOnly,
  ]);
  expect(gateway.condition('RateLimitPolicy', 'quota', 'Programmed')).toMatchObject({ status: 'True' });
  const { status, header } = await gateway.request('GET', '/external', { headers: { 'X-Client-Id': 'one' } });
  expect(status).toBe(200);
  expect(header('RateLimit')).toBe('"daily";r=9999;t=86400');
  expect(await redis.ask('DBSIZE')).toContain(':1');
});
