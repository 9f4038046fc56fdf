import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { create, type KubeObject, kube, patch, removeNamespace } from './cluster.ts';
import { Load } from './load.ts';
import { httpRoute, routeProgrammed, type Shop, startBackend, startShop } from './shop.ts';

const FLIPS = Number(process.env.FLIPS ?? 500);
/** Milliseconds between two of them, when the API server is that fast. */
const PACE = 20;
const VERSION = 'x-version';

let shop: Shop;

beforeAll(async () => {
  shop = await startShop('flips');
  await startBackend(shop.namespace, 'other', 1);
});

afterAll(async () => {
  await removeNamespace(shop.namespace);
  await kube.close();
});

const match = (path: string, header?: string) => ({
  path: { type: 'PathPrefix', value: path },
  ...(header === undefined ? {} : { headers: [{ name: 'x-never', value: header }] }),
});

/** The route as it is in a version: everything about it differs from the one before, but not that `/flip` is answered. */
function versionOf(version: number): KubeObject['spec'] {
  const port = version % 2 === 0 ? 80 : 8080;
  const backends = [
    [{ name: 'echo', port }],
    [{ name: 'other', port }],
    [
      { name: 'echo', port, weight: 1 + (version % 7) },
      { name: 'other', port, weight: 1 + (version % 5) },
    ],
    [
      { name: 'echo', port, weight: 0 },
      { name: 'other', port, weight: 3 },
    ],
  ];
  // None of them matches what is sent; they move the rule that does from place to place.
  const before = Array.from({ length: version % 4 }, (_, index) => ({
    matches: [match(`/flip/${version}/${index}`), match('/flip', `${version} ${index}`)],
    backendRefs: [{ name: 'echo', port: 80 }],
  }));
  const rule = {
    matches: [match('/flip')],
    filters: [
      { type: 'ResponseHeaderModifier', responseHeaderModifier: { set: [{ name: VERSION, value: String(version) }] } },
    ],
    backendRefs: backends[version % backends.length],
  };
  return { parentRefs: [{ name: 'web' }], rules: [...before, rule] };
}

test(`a route that is changed ${FLIPS} times is answered 200 by the newest version seen`, {
  timeout: 600_000,
}, async () => {
  const { namespace, address } = shop;
  await create({ ...httpRoute(namespace, 'flip', '/flip'), spec: versionOf(0) });
  await routeProgrammed(namespace, 'flip');
  const seen = new Set<number>();
  let newest = 0;
  const load = new Load(`http://${address}/flip`, 200, () => {
    const known = newest;
    return ({ headers }) => {
      const version = Number(headers[VERSION] ?? -1);
      seen.add(version);
      newest = Math.max(newest, version);
      return version < known ? `version ${version} after ${known} was seen` : '';
    };
  });
  const begin = performance.now();
  for (let version = 1; version <= FLIPS; version++) {
    await sleep(Math.max(0, begin + version * PACE - performance.now()));
    await patch('HTTPRoute', namespace, 'flip', { spec: versionOf(version) });
  }
  console.log(`${FLIPS} changes took ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  await routeProgrammed(namespace, 'flip', FLIPS + 1);
  await sleep(500);
  const { count, failures } = await load.stop();
  console.log(`${count} requests were answered by ${seen.size} of ${FLIPS} versions`);
  expect(failures).toEqual([]);
  expect(newest).toBe(FLIPS);
  expect(seen.size).toBeGreaterThan(10);
});
