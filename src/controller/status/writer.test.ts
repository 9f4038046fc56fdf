import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FakeApiServer } from '../../../test/fake/api-server.ts';
import { startFakeKube } from '../../../test/fake/kube.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { StoredObject } from './merge.ts';
import { StatusWriter } from './writer.ts';

const ALL = '/apis/gateway.networking.k8s.io/v1/gateways';
const ONE = '/apis/gateway.networking.k8s.io/v1/namespaces/shop/gateways/web';

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

const status = (attachedRoutes: number) => ({ listeners: [{ name: 'http', attachedRoutes }] });
const writes = () => server.requests.filter((request) => request.startsWith('PUT')).length;

function writer() {
  const failures: unknown[] = [];
  const options = {
    client,
    controllerName: 'us',
    failed: (_: unknown, error: unknown) => failures.push(error),
    pace: 50,
    retry: 100,
  };
  return { writer: new StatusWriter(options), failures };
}

test('a status that changes a thousand times is written a few times, and the last one is what stands', async () => {
  const stored = server.put(ALL, 'shop', 'web', { kind: 'Gateway' }) as unknown as StoredObject;
  const { writer: statuses, failures } = writer();
  for (let routes = 1; routes <= 1_000; routes++) {
    statuses.write({ path: ONE, stored, status: status(routes) });
    if (routes % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await vi.waitFor(async () => expect(await client.request('GET', ONE)).toMatchObject({ status: status(1_000) }));
  expect(writes()).toBeLessThan(30);
  expect(failures).toEqual([]);
});

test('nothing is written when nothing changes', async () => {
  const stored = server.put(ALL, 'shop', 'web', { kind: 'Gateway', status: status(3) }) as unknown as StoredObject;
  const { writer: statuses } = writer();
  statuses.write({ path: ONE, stored, status: status(3) });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(server.requests).toEqual([]);
});

test('one object whose status cannot be written costs no other its own', async () => {
  const { writer: statuses, failures } = writer();
  const web = server.put(ALL, 'shop', 'web', { kind: 'Gateway' }) as unknown as StoredObject;
  server.put(ALL, 'shop', 'other', { kind: 'Gateway' });
  server.faults.statuses = [500];
  statuses.write({ path: ONE, stored: web, status: status(1) });
  await vi.waitFor(() => expect(failures).toHaveLength(1));
  statuses.write({ path: ONE.replace('web', 'other'), stored: web, status: status(2) });
  await vi.waitFor(async () =>
    expect(await client.request('GET', ONE.replace('web', 'other'))).toMatchObject({ status: status(2) }),
  );
  await vi.waitFor(async () => expect(await client.request('GET', ONE)).toMatchObject({ status: status(1) }));
});
