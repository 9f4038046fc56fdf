import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FakeApiServer } from '../../test/fake/api-server.ts';
import { startFakeKube } from '../../test/fake/kube.ts';
import { writeStatus } from './apply.ts';
import type { KubeClient } from './client.ts';

const ALL = '/apis/example.dev/v1/things';
const ONE = '/apis/example.dev/v1/namespaces/shop/things/a';
type Thing = { metadata: { name: string; resourceVersion?: string }; status?: { owners?: string[] } };

let server: FakeApiServer;
let client: KubeClient;

beforeEach(async () => {
  ({ server, client } = await startFakeKube());
  server.install(ALL);
});

afterEach(async () => {
  await client.close();
  await server.stop();
});

const addUs = (thing: Thing): Thing | null => {
  const owners = thing.status?.owners ?? [];
  return owners.includes('us') ? null : { ...thing, status: { owners: [...owners, 'us'] } };
};

test('keeps what another controller wrote since the object was last seen', async () => {
  const stale = server.put(ALL, 'shop', 'a') as Thing;
  server.put(ALL, 'shop', 'a', { status: { owners: ['them'] } });
  await writeStatus(client, ONE, stale, addUs);
  expect(await client.request<Thing>('GET', ONE)).toMatchObject({ status: { owners: ['them', 'us'] } });
});

test('writes nothing when there is nothing to change, or nothing to change it on', async () => {
  const thing = server.put(ALL, 'shop', 'a', { status: { owners: ['us'] } }) as Thing;
  await writeStatus(client, ONE, thing, addUs);
  expect(server.requests).toEqual([]);
  server.remove(ALL, 'shop', 'a');
  await writeStatus(client, ONE, { ...thing, status: {} }, addUs);
});

test('an error of the API server says what was asked and why it failed', async () => {
  server.faults.statuses = [500];
  const thing = server.put(ALL, 'shop', 'a') as Thing;
  await expect(writeStatus(client, ONE, thing, addUs)).rejects.toThrow(`PUT ${ONE}/status: 500 fake: Injected`);
});
