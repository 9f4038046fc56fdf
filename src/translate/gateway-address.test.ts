import { expect, test } from 'vitest';
import type { Gateway } from '../api/gateway/gateway.ts';
import { assignAddresses } from './gateway-address.ts';

type Request = { readonly value?: string; readonly routability?: string };

const gateway = (...addresses: readonly Request[]): Gateway =>
  ({ spec: { addresses: addresses.map((address) => ({ type: 'IPAddress', ...address })) } }) as unknown as Gateway;

const assigned = (requests: readonly Request[], byDefault: readonly string[], ofCluster: readonly string[] = []) => {
  const { addresses, unmet, unusable } = assignAddresses(gateway(...requests), { byDefault, ofCluster });
  return { addresses: addresses.map(({ value, routability }) => `${value} ${routability}`.trim()), unmet, unusable };
};

const LB = '192.0.2.1';
const IN = '10.96.0.42';

test('without requests a Gateway has all addresses of the class, each with its reach', () => {
  expect(assigned([], [LB, 'lb.example'], [IN]).addresses).toEqual([LB, 'lb.example']);
  expect(assigned([], [IN], [IN]).addresses).toEqual([`${IN} Cluster`]);
});

test('each request is met by an address of its own, whatever the order of the list', () => {
  const requests = [{}, { routability: 'Cluster' }];
  expect(assigned(requests, [LB], [IN]).addresses).toEqual([LB, `${IN} Cluster`]);
  expect(assigned(requests.toReversed(), [LB], [IN]).addresses).toEqual([`${IN} Cluster`, LB]);
  // The class gives addresses of the cluster: another one is needed.
  const further = '10.96.0.43';
  expect(assigned(requests, [IN], [IN, further]).addresses).toEqual([`${IN} Cluster`, `${further} Cluster`]);
  expect(assigned(requests, [IN], [IN])).toMatchObject({ unmet: ['addresses[0]: there is no address for it'] });
  expect(assigned([{}, {}], [LB]).addresses).toEqual([LB]);
  expect(assigned([{}, { value: LB }], [LB, '192.0.2.2']).addresses).toEqual(['192.0.2.2', LB]);
});

test('an address of one reach never stands for one of another', () => {
  expect(assigned([{ routability: 'Cluster' }], [LB])).toEqual({
    addresses: [],
    unmet: ['addresses[0]: there is no address of reach Cluster'],
    unusable: [],
  });
  expect(assigned([{ routability: 'Cluster', value: LB }], [LB], [IN])).toEqual({
    addresses: [],
    unmet: [`addresses[0]: ${LB} is not the address of a Service of the Gateway`],
    unusable: [],
  });
  expect(assigned([{}, { routability: 'example.com/private' }], [LB], [IN])).toEqual({
    addresses: [LB],
    unmet: ['addresses[1]: routability example.com/private is not known'],
    unusable: [],
  });
  expect(assigned([{ routability: 'testing.x-k8s.io/other' }], [LB]).addresses).toEqual([]);
});

test('the value of the conformance tests is reported as it was asked for', () => {
  const sentinel = 'testing.x-k8s.io/sentinel';
  expect(assigned([{ routability: sentinel }], [LB], [IN]).addresses).toEqual([`${LB} ${sentinel}`]);
  expect(assigned([{ routability: sentinel }], [IN], [IN]).addresses).toEqual([`${IN} ${sentinel}`]);
});

test('a name does not meet a request for an IP address', () => {
  expect(assigned([{}], ['lb.example']).unmet).toEqual(['addresses[0]: there is no address for it']);
});

test('values that cannot be had are told apart', () => {
  expect(assigned([{ value: '192.0.2.9' }, { value: LB }], [LB])).toEqual({
    addresses: [LB],
    unmet: ['addresses[0]: 192.0.2.9 cannot be used'],
    unusable: ['192.0.2.9'],
  });
});
