import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FakeApiServer } from '../../../test/fake/api-server.ts';
import { startFakeKube } from '../../../test/fake/kube.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { StoredObject } from './merge.ts';
import { releasedTarget } from './released.ts';
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

/** What a controller said of the Gateway when its spec was of the generation `observed`. */
function put(observed: number, generation: number): StoredObject {
  const condition = { status: 'True', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' };
  const conditions = ['Accepted', 'Programmed', 'ResolvedRefs'].map((type) => {
    return { ...condition, type, reason: type, observedGeneration: observed };
  });
  const status = { addresses: [{ value: '192.0.2.1' }], conditions, listeners: [{ name: 'http' }] };
  return server.put(ALL, 'shop', 'web', { kind: 'Gateway', metadata: { generation }, status }) as never;
}

/** Resolves with what stands there when nothing is left to write. */
async function written(stored: StoredObject, isClassGone: boolean): Promise<StoredObject> {
  const failed = (_: unknown, error: unknown) => expect.unreachable(String(error));
  const writer = new StatusWriter({ client, controllerName: 'us', failed });
  writer.write(releasedTarget(ONE, stored, isClassGone));
  await expect.poll(() => writer.pending).toBe(0);
  return client.request<StoredObject>('GET', ONE);
}

const shown = ({ status }: StoredObject) => status?.conditions?.map((one) => `${one.type}=${one.status}`);

test.each([
  ['has another class', 1, 2, false],
  ['has a class that is gone', 2, 2, true],
])(
  'a Gateway that %s is not said to be served at an address any more',
  async (_, observed, generation, isClassGone) => {
    const object = await written(put(observed, generation), isClassGone);
    expect(shown(object)).toEqual(['Accepted=Unknown', 'Programmed=Unknown']);
    expect(object.status).toMatchObject({ addresses: [], listeners: [] });
  },
);

test('what the controller of the other class wrote stays, also when it is faster than what we know', async () => {
  expect(shown(await written(put(2, 2), false))).toContain('Programmed=True');
  const before = put(1, 2);
  put(2, 2);
  expect(shown(await written(before, false))).toContain('Programmed=True');
});
