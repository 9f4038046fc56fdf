import { expect } from 'vitest';
import { freeOffset, Headgate, Manifests } from '../standalone/headgate.ts';
import { startBackend } from './backend.ts';
import { GATEWAY, route } from './gateway.ts';
import { send } from './request.ts';
import { row } from './row.ts';

const WORKERS = 3;

const policy = (limit: string) => `apiVersion: headgate.dev/v1alpha1
kind: RateLimitPolicy
metadata: {name: limit}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: app}]
  defaults: {limits: [{name: a, ${limit}}]}
`;

/** A program with several workers, of which each gets a part of the connections. */
async function start(limit: string): Promise<() => Promise<number>> {
  const backend = await startBackend();
  const offset = await freeOffset();
  const manifests = new Manifests({
    'all.yaml': [GATEWAY, backend.service('app'), route('app', '/', 'app'), policy(limit)].join('---\n'),
  });
  const args = ['standalone', '-f', manifests.path, '--workers', String(WORKERS), '--port-offset', String(offset)];
  const headgate = new Headgate([...args, '--admin', '127.0.0.1:0']);
  await headgate.said(/admin: http:/);
  return async () => (await send((port) => port + offset, 'GET', '/', {})).status;
}

row('RL-22', 'the workers of a proxy let through exactly as many as the policy says', async () => {
  const status = await start('requests: 100, interval: 1m');
  for (let index = 0; index < 100; index++) expect(await status()).toBe(200);
  for (let index = 0; index < 2 * WORKERS; index++) expect(await status()).toBe(429);
});

row('RL-22', 'also when all requests come at once', async () => {
  const status = await start('requests: 40, interval: 1m');
  const all = await Promise.all(Array.from({ length: 120 }, status));
  expect(all.filter((each) => each === 200)).toHaveLength(40);
  expect(all.filter((each) => each === 429)).toHaveLength(80);
});

row('RL-05', 'workers keep a penalty together', async () => {
  const status = await start('requests: 5, interval: 1m, penalty: 2s');
  for (let index = 0; index < 5; index++) expect(await status()).toBe(200);
  expect(await status()).toBe(429);
  const begin = performance.now();
  while (performance.now() < begin + 1_000) expect(await status()).toBe(429);
  await new Promise((resolve) => setTimeout(resolve, begin + 2_100 - performance.now()));
  for (let index = 0; index < 5; index++) expect(await status()).toBe(200);
  expect(await status()).toBe(429);
});
