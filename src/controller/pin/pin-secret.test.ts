import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FakeApiServer } from '../../../test/fake/api-server.ts';
import { startFakeKube } from '../../../test/fake/kube.ts';
import { emptyTable, type RoutingTable } from '../../ir/table.ts';
import type { KubeClient } from '../../kube/client.ts';
import { makePin, type Pin } from './pin.ts';
import { PinSecret } from './pin-secret.ts';

let server: FakeApiServer;
let client: KubeClient;
let stop: AbortController;
let failed: string[];

const table = (gateway: string, rules = {}): RoutingTable => ({ ...emptyTable(gateway), rules });
const pinOf = (gateway: string, uid: string, rules = {}): Pin =>
  makePin(table(gateway, rules), { uid, revision: 'abc', at: '2026-01-01T00:00:00Z' });

beforeEach(async () => {
  ({ server, client } = await startFakeKube());
  server.install('/api/v1/secrets');
  stop = new AbortController();
  failed = [];
});

afterEach(async () => {
  stop.abort();
  await client.close();
  await server.stop();
});

async function replica(): Promise<PinSecret> {
  const pins = new PinSecret({
    client,
    namespace: 'headgate',
    name: 'headgate-pins',
    changed: () => {},
    failed: (uid) => failed.push(uid),
  });
  void pins.run(stop.signal);
  await pins.synced;
  return pins;
}

async function eventually(check: () => boolean): Promise<void> {
  for (let wait = 0; !check(); wait++) {
    if (wait === 500) throw new Error('it never came');
    await sleep(10);
  }
}

test('a pin is known to the replica that stored it, to every other one, and to one that starts later', async () => {
  const [one, another] = [await replica(), await replica()];
  expect(one.get('u-1')).toBeNull();
  const pin = pinOf('shop/web', 'u-1');
  await one.pin(pin);
  expect(one.get('u-1')).toEqual(pin);
  await eventually(() => another.get('u-1') !== null);
  const later = await replica();
  await later.pin(pinOf('shop/other', 'u-2'));
  expect(later.all().map(({ gateway }) => gateway)).toEqual(['shop/web', 'shop/other']);
  expect(later.get('u-1')).toBe(later.get('u-1'));
  await another.remove(['u-1']);
  expect(another.get('u-1')).toBeNull();
  await eventually(() => one.get('u-1') === null);
  expect(one.all().map(({ gateway }) => gateway)).toEqual(['shop/other']);
});

test('two that pin at the same time both succeed', async () => {
  const [one, another] = [await replica(), await replica()];
  await Promise.all([one.pin(pinOf('shop/a', 'u-1')), another.pin(pinOf('shop/b', 'u-2'))]);
  await eventually(() => one.all().length === 2);
});

test('nothing is written when there is nothing to remove', async () => {
  await (await replica()).remove(['u-1']);
  expect(server.requests.filter((request) => !request.startsWith('GET'))).toEqual([]);
});

test('what cannot be read is told, and costs no other pin', async () => {
  const pins = await replica();
  await pins.pin(pinOf('shop/web', 'u-1'));
  const path = '/api/v1/namespaces/headgate/secrets/headgate-pins';
  const stored = await client.request<{ data: Record<string, string> }>('GET', path);
  const data = { ...stored.data, 'u-2': 'garbage', 'u-3': stored.data['u-1'] };
  await client.request('PUT', path, { body: { ...stored, data } });
  await eventually(() => pins.get('u-2') === 'unreadable' && pins.get('u-3') === 'unreadable');
  expect(pins.get('u-1')).toMatchObject({ gateway: 'shop/web' });
  expect(failed.sort()).toEqual(['u-2', 'u-3']);
});

test('what no Secret can hold is refused before it is written', async () => {
  const pins = await replica();
  const noise = Array.from({ length: 200_000 }, () => Math.random().toString(36)).join('');
  await expect(pins.pin(pinOf('shop/web', 'u-1', { large: { noise } }))).rejects.toThrow(/a Secret holds 1000 kB/);
  expect(pins.all()).toEqual([]);
});
