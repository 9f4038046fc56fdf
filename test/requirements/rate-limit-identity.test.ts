import { expect } from 'vitest';
import { startBackend } from './backend.ts';
import { GATEWAY, route, startGateway } from './gateway.ts';
import { row } from './row.ts';

const TARGET = '{group: gateway.networking.k8s.io, kind: HTTPRoute, name: app}';

/** Clients are told by their API keys: the consumer is the name of the key. */
const ACCESS = `apiVersion: headgate.dev/v1alpha1
kind: AccessPolicy
metadata: {name: keys}
spec:
  targetRefs: [${TARGET}]
  defaults:
    authentication: {type: APIKey, apiKey: {secretRefs: [{name: keys}]}}
---
apiVersion: v1
kind: Secret
metadata: {name: keys}
stringData: {acme: 8b1c7f0e5ad94b0c, globex: 5f3d1a9e77c24e61}
`;

function policy(settings: string): string {
  return `apiVersion: headgate.dev/v1alpha1
kind: RateLimitPolicy
metadata: {name: limit}
spec:
  targetRefs: [${TARGET}]
  defaults: ${settings}
`;
}

/** Sends as many requests with an API key; the statuses. */
async function ask(settings: string): Promise<(key: string | null, count: number) => Promise<number[]>> {
  const backend = await startBackend();
  const gateway = await startGateway([
    GATEWAY,
    backend.service('app'),
    route('app', '/', 'app'),
    ACCESS,
    policy(settings),
  ]);
  return async (key, count) => {
    const headers: Record<string, string> = key === null ? {} : { 'X-API-Key': key };
    const found: number[] = [];
    for (let index = 0; index < count; index++) found.push((await gateway.request('GET', '/', { headers })).status);
    return found;
  };
}

const ACME = '8b1c7f0e5ad94b0c';
const GLOBEX = '5f3d1a9e77c24e61';

row('RL-12', 'clients are consumers that an AccessPolicy has found out', async () => {
  const statuses = await ask('{limits: [{name: a, requests: 2, interval: 1m, key: {type: Consumer}}]}');
  expect(await statuses(ACME, 3)).toEqual([200, 200, 429]);
  expect(await statuses(GLOBEX, 3)).toEqual([200, 200, 429]);
  // Whoever is not let in is not counted for anybody.
  expect(await statuses(null, 3)).toEqual([401, 401, 401]);
});

row('RL-12', 'clients are told by a claim', async () => {
  const statuses = await ask(
    '{limits: [{name: a, requests: 1, interval: 1m, key: {type: Claim, claim: {name: sub}}}]}',
  );
  expect(await statuses(ACME, 2)).toEqual([200, 429]);
  expect(await statuses(GLOBEX, 2)).toEqual([200, 429]);
});

row('RL-09', 'a consumer may be exempt', async () => {
  const exempt = 'exempt: [{type: Consumer, consumer: acme}]';
  const statuses = await ask(`{limits: [{name: a, requests: 1, interval: 1m, key: {type: Target}}], ${exempt}}`);
  expect(await statuses(ACME, 3)).toEqual([200, 200, 200]);
  expect(await statuses(GLOBEX, 2)).toEqual([200, 429]);
});

row('RL-12', 'limits by address hold before authentication, so that guessing keys is limited too', async () => {
  const limits =
    '{name: guesses, requests: 3, interval: 1m}, {name: each, requests: 1, interval: 1m, key: {type: Consumer}}';
  const statuses = await ask(`{limits: [${limits}]}`);
  expect(await statuses(ACME, 2)).toEqual([200, 429]);
  expect(await statuses('wrong', 2)).toEqual([401, 429]);
});
