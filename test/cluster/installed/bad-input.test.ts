import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { atOnce } from './at-once.ts';
import { create, get, type KubeObject, kube, patch, remove, removeNamespace, until } from './cluster.ts';
import { everyRouteCounted, expectCorrect } from './correct.ts';
import { Load } from './load.ts';
import { HTTP, httpRoute, programmed, routeProgrammed, type Shop, startGateway, startShop } from './shop.ts';
import { httpsListener, keyPair, serialOf, shownSerial, tlsData, tlsSecret } from './tls-secret.ts';

let shop: Shop;

beforeAll(async () => {
  shop = await startShop('bad');
  await startGateway(shop.namespace, 'beside');
  await create(httpRoute(shop.namespace, 'quiet', '/', 'echo', 'beside'));
  await routeProgrammed(shop.namespace, 'quiet');
});

afterAll(async () => {
  await removeNamespace(shop.namespace);
  await kube.close();
});

/** Requests are answered, and the objects that it is not about are not written to, `routes` among them. */
async function nothingElseMoves(work: () => Promise<void>, routes: readonly string[] = []): Promise<void> {
  const { namespace, address } = shop;
  const beside = async () => {
    const looks = ['quiet', ...routes].map((name) => get('HTTPRoute', namespace, name));
    const objects = await Promise.all([...looks, get('Gateway', namespace, 'beside')]);
    return objects.map(({ metadata }) => metadata.resourceVersion);
  };
  const load = new Load(`http://${address}/`, 50);
  const before = await beside();
  await work();
  await sleep(500);
  expect(await beside()).toEqual(before);
  const { count, failures } = await load.stop();
  expect(count).toBeGreaterThan(0);
  expect(failures).toEqual([]);
}

type Listener = { readonly name: string; readonly conditions: readonly Condition[] };
type Condition = {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
};

const told = (conditions: readonly Condition[]) =>
  Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]));

/** The conditions of each listener of `web` once it is observed as it is and says `reason` of one of them. */
async function listeners(name: string, type: string, reason: string): Promise<Record<string, Record<string, string>>> {
  return until(`listener ${name} is ${reason}`, async () => {
    const { metadata, status } = await get('Gateway', shop.namespace, 'web');
    const all: Listener[] = status.listeners;
    const one = all.find((listener) => listener.name === name)?.conditions.find((condition) => condition.type === type);
    if (one?.reason !== reason || one.observedGeneration !== metadata.generation) return null;
    return Object.fromEntries(all.map((listener) => [listener.name, told(listener.conditions)]));
  });
}

const FINE = { Accepted: 'True Accepted', ResolvedRefs: 'True ResolvedRefs', Programmed: 'True Programmed' };
const UNUSABLE = { ResolvedRefs: 'False InvalidCertificateRef', Programmed: 'False Invalid' };

describe('a Secret', () => {
  const good = keyPair('good.example');
  const bad = keyPair('bad.example');

  beforeAll(async () => {
    const { namespace } = shop;
    await create(tlsSecret(namespace, 'good', await good));
    await create(tlsSecret(namespace, 'bad', { cert: 'no certificate', key: 'no key' }));
    await create(tlsSecret(namespace, 'other-key', { cert: (await bad).cert, key: (await good).key }));
  });

  afterAll(async () => {
    await patch('Gateway', shop.namespace, 'web', { spec: { listeners: [HTTP] } });
    await programmed(shop.namespace, 'web');
    await routeProgrammed(shop.namespace, 'all');
    // What was withheld of the route meanwhile is written now, or not at all.
    await sleep(1_000);
  });

  const withListeners = (...https: object[]) =>
    patch('Gateway', shop.namespace, 'web', { spec: { listeners: [HTTP, ...https] } });

  test('with garbage, or with the key of another certificate, costs its own listener only', async () => {
    await withListeners(httpsListener('good', 'good.example', 'good'));
    await listeners('good', 'Programmed', 'Programmed');
    // The way to the new port of the Service is the cluster's to open.
    await until('the good one is shown', () => shownSerial(shop.address, 443, 'good.example'));
    await nothingElseMoves(async () => {
      await withListeners(
        httpsListener('good', 'good.example', 'good'),
        httpsListener('bad', 'bad.example', 'bad'),
        httpsListener('other-key', 'other-key.example', 'other-key'),
      );
      await listeners('bad', 'ResolvedRefs', 'InvalidCertificateRef');
      const all = await listeners('good', 'Programmed', 'Programmed');
      expect(all).toMatchObject({ http: FINE, good: FINE, bad: UNUSABLE, 'other-key': UNUSABLE });
      expect(await shownSerial(shop.address, 443, 'good.example')).toBe(serialOf(await good));
      await expect(shownSerial(shop.address, 443, 'bad.example')).rejects.toThrow();
    });
  });

  test('that is mended serves, and one that is spoilt is said to be', async () => {
    await nothingElseMoves(async () => {
      await patch('Secret', shop.namespace, 'bad', { data: tlsData(await bad) });
      expect(await listeners('bad', 'Programmed', 'Programmed')).toMatchObject({ good: FINE, bad: FINE });
      expect(await shownSerial(shop.address, 443, 'bad.example')).toBe(serialOf(await bad));
      await patch('Secret', shop.namespace, 'bad', { data: tlsData({ cert: 'spoilt', key: 'spoilt' }) });
      const all = await listeners('bad', 'ResolvedRefs', 'InvalidCertificateRef');
      expect(all).toMatchObject({ http: FINE, good: FINE, bad: UNUSABLE });
      expect(await shownSerial(shop.address, 443, 'good.example')).toBe(serialOf(await good));
    });
  });
});

describe('a route that the CRD lets pass', () => {
  const rule = (value: object) => ({ matches: [{ path: { type: 'PathPrefix', value: '/senseless' } }], ...value });
  const echo = { name: 'echo', port: 80 };
  const CASES: readonly {
    readonly name: string;
    readonly spec: object;
    readonly conditions: Record<string, string>;
    readonly status: number;
  }[] = [
    {
      name: 'a pattern that is none',
      spec: { rules: [{ matches: [{ path: { type: 'RegularExpression', value: '/a(' } }], backendRefs: [echo] }] },
      conditions: { Accepted: 'False UnsupportedValue' },
      status: 200,
    },
    {
      name: 'a Service that does not exist',
      spec: { rules: [rule({ backendRefs: [{ name: 'nobody', port: 80 }] })] },
      conditions: { Accepted: 'True Accepted', ResolvedRefs: 'False BackendNotFound' },
      status: 500,
    },
    {
      name: 'a port that the Service has not',
      spec: { rules: [rule({ backendRefs: [{ name: 'echo', port: 4242 }] })] },
      conditions: { Accepted: 'True Accepted', ResolvedRefs: 'False BackendNotFound' },
      status: 500,
    },
    {
      name: 'a backend of an unknown kind',
      spec: { rules: [rule({ backendRefs: [{ group: 'example.com', kind: 'Shelf', name: 'echo', port: 80 }] })] },
      conditions: { Accepted: 'True Accepted', ResolvedRefs: 'False InvalidKind' },
      status: 500,
    },
    {
      name: "another namespace's Service without its leave",
      spec: { rules: [rule({ backendRefs: [{ namespace: 'default', name: 'kubernetes', port: 443 }] })] },
      conditions: { Accepted: 'True Accepted', ResolvedRefs: 'False RefNotPermitted' },
      status: 500,
    },
    {
      name: 'a listener that the Gateway has not',
      spec: { parentRefs: [{ name: 'web', sectionName: 'nowhere' }], rules: [rule({ backendRefs: [echo] })] },
      conditions: { Accepted: 'False NoMatchingParent' },
      // The route that has everything answers.
      status: 200,
    },
    {
      name: 'no backend with any weight',
      spec: { rules: [rule({ backendRefs: [{ ...echo, weight: 0 }] })] },
      conditions: { Accepted: 'True Accepted', ResolvedRefs: 'True ResolvedRefs' },
      status: 500,
    },
  ];

  test.each(CASES)('and has $name says so, and nothing else moves', async ({ spec, conditions, status }) => {
    const { namespace, address } = shop;
    const name = `senseless-${randomBytes(3).toString('hex')}`;
    await nothingElseMoves(async () => {
      const object = httpRoute(namespace, name, '/');
      await create({ ...object, spec: { parentRefs: [{ name: 'web' }], ...spec } });
      const found = await until(`${name} is observed`, async () => {
        const route = await get('HTTPRoute', namespace, name);
        const now = told(route.status?.parents?.[0]?.conditions ?? []);
        return Object.entries(conditions).every(([type, one]) => now[type] === one) ? now : null;
      });
      expect(found).toMatchObject(conditions);
      await until(`it is answered ${status}`, async () => {
        const answer = await fetch(`http://${address}/senseless`, { headers: { connection: 'close' } });
        await answer.arrayBuffer();
        return answer.status === status;
      });
      await remove('HTTPRoute', namespace, name);
    }, ['all']);
  });
});

test('objects with as much in their annotations as the API server takes, more than 1 MiB in all, are served', async () => {
  const { namespace, address } = shop;
  const annotated = (object: KubeObject, bytes: number): KubeObject => ({
    ...object,
    metadata: { ...object.metadata, annotations: { 'example.com/much': 'x'.repeat(bytes) } },
  });
  await nothingElseMoves(async () => {
    const names = Array.from({ length: 5 }, (_, index) => `much-${index}`);
    // The API server refuses more than 256 KiB on one object.
    await expect(create(annotated(httpRoute(namespace, 'most', '/most'), 1 << 20))).rejects.toThrow('annotations');
    const most = (256 << 10) - 100;
    for (const name of names) await create(annotated(httpRoute(namespace, name, `/${name}`), most));
    await patch('Service', namespace, 'echo', { metadata: { annotations: { 'example.com/much': 'x'.repeat(most) } } });
    for (const name of names) {
      await routeProgrammed(namespace, name);
      const answer = await fetch(`http://${address}/${name}`);
      await answer.arrayBuffer();
      expect(answer.status).toBe(200);
    }
    for (const name of names) await remove('HTTPRoute', namespace, name);
    await patch('Service', namespace, 'echo', { metadata: { annotations: { 'example.com/much': null } } });
  }, ['all']);
});

test('objects that are deleted while they are translated leave nothing behind', { timeout: 600_000 }, async () => {
  const { namespace, address } = shop;
  const pair = await keyPair('brief.example');
  const load = new Load(`http://${address}/`, 50);
  await atOnce(150, async (index) => {
    const name = `brief-${index}`;
    const made = [
      httpRoute(namespace, name, `/${name}`, name),
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { namespace, name },
        spec: { selector: { app: 'echo' }, ports: [{ port: 80, targetPort: 3000 }] },
      },
      tlsSecret(namespace, name, pair),
    ];
    // What is deleted first differs: a route that lost its Service, a Service that lost its route.
    const order = index % 2 === 0 ? made : made.toReversed();
    for (const object of order) await create(object);
    await sleep(index % 40);
    for (const { kind } of order) await remove(kind, namespace, name);
  });
  await everyRouteCounted(namespace);
  await expectCorrect(shop);
  const { failures } = await load.stop();
  expect(failures).toEqual([]);
});
