import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { create, type KubeObject, kube, makeNamespace, patch, removeNamespace, until } from './cluster.ts';
import { HeldProxy } from './held-proxy.ts';
import {
  HTTP,
  httpRoute,
  proxies,
  readyProxies,
  routeProgrammed,
  scaleProxies,
  startBackend,
  startScaledGateway,
} from './shop.ts';
import { backendTLSPolicy, startTlsBackend, TLS_BACKEND } from './tls-backend.ts';
import { httpsListener, keyPair, serialOf, shownSerial, tlsData, tlsSecret } from './tls-secret.ts';
import { gatewayTruth, routeTruth, Told } from './told.ts';

const CHANGES = Number(process.env.CHANGES ?? 500);
/** Routes that are changed at the same time, one change after the other. */
const LANES = 8;
/** Of all changes, those of the Gateway: one in ten; and as many of how a backend is secured. */
const OF_GATEWAY = Math.ceil(CHANGES / 10);
const OF_POLICY = OF_GATEWAY;
/** Of the changes that no generation tells of, one in so many is made while a proxy does not take any. */
const HELD = 10;
const HOST = 'programmed.example';
const VERSION = 'x-version';

let namespace: string;
let told: Told;

beforeAll(async () => {
  namespace = await makeNamespace('programmed');
  await create(tlsSecret(namespace, 'rotated', await keyPair(HOST)));
  await Promise.all([startScaledGateway(namespace, 2), startBackend(namespace), startBackend(namespace, 'other')]);
  await startTlsBackend(namespace);
  await create(httpRoute(namespace, 'secured', '/secured', TLS_BACKEND));
  await routeProgrammed(namespace, 'secured');
  for (let lane = 0; lane < LANES; lane++) {
    await create(laneRoute(lane, 1));
    await routeProgrammed(namespace, `lane-${lane}`);
  }
  told = new Told(namespace);
});

afterAll(async () => {
  await told.stop();
  await removeNamespace(namespace);
  await kube.close();
});

/** Its version is its generation. */
function laneRoute(lane: number, version: number): KubeObject {
  const object = httpRoute(namespace, `lane-${lane}`, `/lane/${lane}`, version % 3 === 0 ? 'other' : 'echo');
  const set = [{ name: VERSION, value: String(version) }];
  const filters = [{ type: 'ResponseHeaderModifier', responseHeaderModifier: { set } }];
  return {
    ...object,
    spec: { ...object.spec, rules: object.spec.rules.map((rule: object) => ({ ...rule, filters })) },
  };
}

async function versionAt(proxy: string, path: string): Promise<number> {
  const answer = await fetch(`http://${proxy}${path}`, { headers: { connection: 'close' } });
  await answer.arrayBuffer();
  return Number(answer.headers.get(VERSION) ?? -1);
}

/**
 * What `look` finds at each proxy that was and is ready; what a proxy that is leaving answers does not count.
 * @param before those that were ready before the change was made
 */
async function atEach<T>(before: readonly string[], look: (proxy: string) => Promise<T>): Promise<T[]> {
  const found = await Promise.all(before.map((proxy) => look(proxy).catch((error: Error) => error)));
  const now = await readyProxies(namespace);
  const counted = found.filter((_, index) => now.includes(before[index]!));
  return counted.map((one) => {
    if (one instanceof Error) throw one;
    return one;
  });
}

const lies: string[] = [];
let checked = 0;

async function changeLane(lane: number, changes: number): Promise<void> {
  for (let version = 2; version < changes + 2; version++) {
    const before = await readyProxies(namespace);
    await patch('HTTPRoute', namespace, `lane-${lane}`, { spec: laneRoute(lane, version).spec });
    await told.until('HTTPRoute', `lane-${lane}`, (object) => routeTruth(object, version));
    const versions = await atEach(before, (proxy) => versionAt(proxy, `/lane/${lane}`));
    const late = versions.filter((one) => one < version);
    if (late.length > 0) lies.push(`lane ${lane}: version ${version} is programmed, and served are ${versions}`);
    checked += versions.length;
  }
}

/**
 * A change of which nothing in the object says what its conditions are about: they count once they were withheld, which they need not
 * be, when the proxies are faster than the statuses are written. Those are not written this often.
 *
 * @param isHeld whether a proxy that stays is kept from taking the change, so that they must be withheld
 * @param isServed at the proxies that were ready before the change was made
 */
async function unnamed(
  [kind, name, truth]: readonly ['Gateway' | 'HTTPRoute', string, typeof routeTruth],
  isHeld: boolean,
  change: () => Promise<unknown>,
  isServed: () => Promise<boolean>,
): Promise<void> {
  await sleep(300);
  let withheld = false;
  const make = async (isEnough: () => Promise<boolean>) => {
    const forget = told.each(kind, name, (object) => {
      withheld ||= !truth(object, 1);
    });
    await change();
    await until(`${kind} ${name} is withheld, or served`, async () => withheld || isEnough(), 60_000);
    forget();
  };
  await (isHeld ? whileHeld(() => make(async () => false)) : make(isServed));
  if (withheld) await told.until(kind, name, (object) => truth(object, 1));
}

/** Those that want a proxy to be held, one after the other: it goes on when the first of them is done. */
let holding: Promise<unknown> = Promise.resolve();

function whileHeld(work: () => Promise<void>): Promise<void> {
  const turn = holding.then(async () => {
    const held = await HeldProxy.hold(namespace, await oldestProxy());
    await work().finally(() => held.release());
  });
  holding = turn.catch(() => {});
  return turn;
}

/** The name of the one that stays when there are fewer. */
async function oldestProxy(): Promise<string> {
  const all = (await proxies(namespace)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const begun = all.map(({ metadata, status }) => ({ name: metadata.name, at: Date.parse(status.startTime) }));
  return begun.toSorted((one, other) => one.at - other.at)[0]!.name;
}

/** New listeners, certificates by a new name, and certificates that change under their name. */
async function changeGateway(changes: number): Promise<void> {
  for (let change = 0; change < changes; change++) {
    const pair = await keyPair(HOST);
    const serial = serialOf(pair);
    const before = await readyProxies(namespace);
    const shown = () => atEach(before, (proxy) => shownSerial(proxy, 443, HOST));
    if (change % 2 === 0) {
      const secret = `certificate-${change}`;
      await create(tlsSecret(namespace, secret, pair));
      const listeners = [HTTP, httpsListener('https', HOST, secret)];
      const { metadata } = await patch('Gateway', namespace, 'web', { spec: { listeners } });
      await told.until('Gateway', 'web', (object) => gatewayTruth(object, metadata.generation!));
    } else {
      const name = `certificate-${change - 1}`;
      await unnamed(
        ['Gateway', 'web', gatewayTruth],
        change % HELD === 1,
        () => patch('Secret', namespace, name, { data: tlsData(pair) }),
        async () => (await shown()).every((one) => one === serial),
      );
    }
    const serials = await shown();
    if (serials.some((one) => one !== serial))
      lies.push(`certificate ${serial} is programmed, and shown are ${serials}`);
    checked += serials.length;
  }
}

/** How a backend is secured: nothing in the route says which version of the policy its condition is about. */
async function changePolicy(changes: number): Promise<void> {
  for (let version = 2; version < changes + 2; version++) {
    const before = await readyProxies(namespace);
    const served = () => atEach(before, (proxy) => versionAt(proxy, '/secured'));
    const { spec } = backendTLSPolicy(namespace, version);
    await unnamed(
      ['HTTPRoute', 'secured', routeTruth],
      version % HELD === 6,
      () => patch('BackendTLSPolicy', namespace, TLS_BACKEND, { spec }),
      async () => (await served()).every((one) => one >= version),
    );
    const versions = await served();
    if (versions.some((one) => one !== version))
      lies.push(`version ${version} of the BackendTLSPolicy is programmed, and in force are ${versions}`);
    checked += versions.length;
  }
}

test(`of ${CHANGES} changes not one was said to be programmed before every ready proxy served it`, {
  timeout: 1_200_000,
}, async () => {
  let changing = true;
  // Proxies that come and go are what makes it hard.
  const scaling = async () => {
    for (let replicas = 3; changing; replicas = 5 - replicas) {
      await scaleProxies(namespace, replicas);
      await sleep(1_000);
    }
  };
  const scaled = scaling();
  const perLane = Math.ceil((CHANGES - OF_GATEWAY - OF_POLICY) / LANES);
  const begin = performance.now();
  const lanes = Array.from({ length: LANES }, (_, lane) => changeLane(lane, perLane));
  await Promise.all([...lanes, changeGateway(OF_GATEWAY), changePolicy(OF_POLICY)]).finally(() => {
    changing = false;
  });
  await scaled;
  console.log(`${checked} looks at proxies in ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  expect(lies).toEqual([]);
  expect(checked).toBeGreaterThan(CHANGES);
});
