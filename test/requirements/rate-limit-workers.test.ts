import { expect } from 'vitest';
import { freeOffset, Headgate, Manifests } from '../standalone/headgate.ts';
import { startBackend } from './backend.ts';
import { GATEWAY, route } from './gateway.ts';
import { send } from './request.ts';
import { row } from './row.ts';

const WORKERS = 3;

const policy = (name: string, limit: string) => `apiVersion: headgate.dev/v1alpha1
kind: RateLimitPolicy
metadata: {name: ${name}}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name}}]
  defaults: {limits: [{name: a, ${limit}}]}
`;

const LIMITS = {
  each: 'requests: 100, interval: 5m',
  burst: 'requests: 40, interval: 5m',
  penalty: 'requests: 5, interval: 5m, penalty: 2s',
};

/** A program with several workers, of which each gets a part of the connections; asks one of its routes. */
async function start(): Promise<(name: keyof typeof LIMITS) => Promise<number>> {
  const backend = await startBackend();
  const offset = await freeOffset();
  const routes = Object.entries(LIMITS).flatMap(([name, limit]) => [
    route(name, `/${name}`, 'app'),
    policy(name, limit),
  ]);
  const manifests = new Manifests({ 'all.yaml': [GATEWAY, backend.service('app'), ...routes].join('---\n') });
  const args = ['standalone', '-f', manifests.path, '--workers', String(WORKERS), '--port-offset', String(offset)];
  const headgate = new Headgate([...args, '--admin', '127.0.0.1:0']);
  await headgate.said(/admin: http:/);
  return async (name) => (await send((port) => port + offset, 'GET', `/${name}`, {})).status;
}

row(
  ['RL-05', 'RL-22'],
  'the workers of a proxy let through exactly as many as the policy says, and keep a penalty together',
  async () => {
    const status = await start();
    for (let index = 0; index < 100; index++) expect(await status('each')).toBe(200);
    for (let index = 0; index < 2 * WORKERS; index++) expect(await status('each')).toBe(429);

    const burst = await Promise.all(Array.from({ length: 120 }, () => status('burst')));
    expect(burst.filter((each) => each === 200)).toHaveLength(40);
    expect(burst.filter((each) => each === 429)).toHaveLength(80);

    for (let index = 0; index < 5; index++) expect(await status('penalty')).toBe(200);
    expect(await status('penalty')).toBe(429);
    const begin = performance.now();
    while (performance.now() < begin + 1_000) expect(await status('penalty')).toBe(429);
    await new Promise((resolve) => setTimeout(resolve, begin + 2_100 - performance.now()));
    for (let index = 0; index < 5; index++) expect(await status('penalty')).toBe(200);
    expect(await status('penalty')).toBe(429);
  },
  60_000,
);
