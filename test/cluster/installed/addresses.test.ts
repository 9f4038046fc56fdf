/** Addresses of a Gateway by their reach (GEP-5093), with the Services that they need. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { create, get, type KubeObject, kube, list, makeNamespace, patch, removeNamespace, until } from './cluster.ts';
import { gateway, HTTP, httpRoute, programmed, routeProgrammed, startBackend } from './shop.ts';

type Address = { readonly type: string; readonly value: string; readonly routability: string };

let namespace: string;

beforeAll(async () => {
  namespace = await makeNamespace('addresses');
  await startBackend(namespace);
});

afterAll(async () => {
  await removeNamespace(namespace);
  await kube.close();
});

const asking = (name: string, addresses: readonly object[]): KubeObject => {
  const object = gateway(namespace, name, [HTTP]);
  return { ...object, spec: { ...object.spec, addresses } };
};

const assigned = (name: string, status: 'True' | 'False', reason: string): Promise<KubeObject> =>
  until(`Gateway ${name}: AddressesAssigned is ${status}, ${reason}`, async () => {
    const object = await get('Gateway', namespace, name);
    const one = object.status?.conditions?.find(({ type }: { type: string }) => type === 'AddressesAssigned');
    const current = one?.observedGeneration === object.metadata.generation;
    return current && one.status === status && one.reason === reason ? object : null;
  });

const addressesOf = ({ status }: KubeObject): Address[] => status.addresses;
const services = (name: string) => list('Service', namespace, `gateway.networking.k8s.io/gateway-name=${name}`);

/** Answers of the backend by an address, once the node leads there. */
const answers = (address: string) =>
  until(`${address} answers`, async () => ((await fetch(`http://${address}/`)).status === 200 ? true : null), 60_000);

test('one address of the class and one of the cluster are two, and both lead to the proxies', async () => {
  await create(asking('web', [{}, { type: 'IPAddress', routability: 'Cluster' }]));
  await create(httpRoute(namespace, 'all', '/'));
  const object = await assigned('web', 'True', 'AddressesAssigned');
  const addresses = addressesOf(object);
  expect(addresses).toHaveLength(2);
  expect(new Set(addresses.map(({ value }) => value)).size).toBe(2);
  const ofCluster = (await services('web')).map(({ spec }) => spec.clusterIP);
  const wanted = addresses.filter(({ routability }) => routability === 'Cluster');
  expect(wanted.length).toBeGreaterThan(0);
  for (const { value } of wanted) expect(ofCluster).toContain(value);
  await programmed(namespace, 'web');
  await routeProgrammed(namespace, 'all');
  for (const { value } of addresses) await answers(value);
});

test('a Gateway that is to be reached inside of the cluster only has a Service of no other kind', async () => {
  await create(asking('inside', [{ routability: 'Cluster' }]));
  const [address, ...others] = addressesOf(await assigned('inside', 'True', 'AddressesAssigned'));
  expect(others).toEqual([]);
  expect(address).toMatchObject({ type: 'IPAddress', routability: 'Cluster' });
  const [service, ...further] = await services('inside');
  expect(further).toEqual([]);
  expect(service!.spec).toMatchObject({ type: 'ClusterIP', clusterIP: address!.value });
});

test('an address of the cluster that is asked for by itself is had, and given back', async () => {
  // One that is free: of a Service that is made and removed.
  const made = await create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name: 'lender' },
    spec: { ports: [{ port: 80 }] },
  });
  const free: string = made.spec.clusterIP;
  await kube.request('DELETE', `/api/v1/namespaces/${namespace}/services/lender`);
  await create(asking('static', [{ routability: 'Cluster', value: free }]));
  const object = await assigned('static', 'True', 'AddressesAssigned');
  expect(addressesOf(object)).toEqual([{ type: 'IPAddress', value: free, routability: 'Cluster' }]);
  // No Service can have one that is not of the cluster's; the rest is served.
  await patch('Gateway', namespace, 'static', {
    spec: { addresses: [{ routability: 'Cluster', value: '192.0.2.1' }, {}] },
  });
  const partly = await assigned('static', 'False', 'PartiallyAssigned');
  expect(addressesOf(partly)).toHaveLength(1);
  await programmed(namespace, 'static');
  await until('the Service of the first address is gone', async () => {
    return (await services('static')).every(({ spec }) => spec.clusterIP !== free) ? true : null;
  });
  await patch('Gateway', namespace, 'static', {
    spec: { addresses: [{ routability: 'Cluster', value: '192.0.2.1' }] },
  });
  const none = await assigned('static', 'False', 'NotAssigned');
  expect(none.status.addresses ?? []).toEqual([]);
  expect(none.status.conditions).toContainEqual(
    expect.objectContaining({ type: 'Programmed', status: 'False', reason: 'AddressNotAssigned' }),
  );
});

test('the value of the conformance tests is reported, others are not known', async () => {
  const sentinel = 'testing.x-k8s.io/sentinel';
  await create(asking('sentinel', [{ routability: sentinel }]));
  const [address] = addressesOf(await assigned('sentinel', 'True', 'AddressesAssigned'));
  expect(address!.routability).toBe(sentinel);
  await create(asking('unknown', [{ routability: 'example.com/private' }]));
  await assigned('unknown', 'False', 'NotAssigned');
  const [service] = await until('it has a Service', async () => {
    const found = await services('unknown');
    return found.length > 0 ? found : null;
  });
  expect(service!.spec.type).toBe('ClusterIP');
});

test('the API server takes the values that we take, and no others', async () => {
  const refused = ['Public', '/path', 'a b/c', 'k8s.io/value', 'gateway.networking.k8s.io/value'];
  for (const routability of refused) {
    await expect(create(asking('refused', [{ routability }])), routability).rejects.toThrow();
  }
});
