import { expect, test } from 'vitest';
import type { EndpointSlice, SliceEndpoint } from '../api/core/endpoint-slice.ts';
import type { Service } from '../api/core/service.ts';
import { endpointsOf, rememberedEndpoints } from './endpoint.ts';

const port = { name: 'http', protocol: 'TCP', port: 80, targetPort: 3000 } as const;
const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'cart', namespace: 'shop' },
  spec: { type: 'ClusterIP', publishNotReadyAddresses: false, ports: [port] },
};

const slice = (...endpoints: SliceEndpoint[]): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'cart-1', namespace: 'shop' },
  addressType: 'IPv4',
  ports: [{ name: 'http', protocol: 'TCP', port: 3000 }],
  endpoints,
});

test('an endpoint without an IP address is left out', () => {
  const slices = [slice({ addresses: [], conditions: {} }, { addresses: ['pod'], conditions: {} })];
  expect(endpointsOf(service, port, slices)).toEqual({ addresses: [] });
});

test('endpoints are sorted by address, then by port', () => {
  const two = {
    ...slice({ addresses: ['10.0.0.2'], conditions: {} }),
    ports: [9, 10].map((n) => ({ ...port, port: n })),
  };
  const one = slice({ addresses: ['10.0.0.1'], conditions: {} });
  expect(endpointsOf(service, port, [two, one]).addresses.map((each) => `${each.address}:${each.port}`)).toEqual([
    '10.0.0.1:3000',
    '10.0.0.2:9',
    '10.0.0.2:10',
  ]);
});

test('of an endpoint in two slices the more usable one counts', () => {
  const conditions = [
    { ready: false, serving: false, terminating: true },
    { ready: false, serving: false, terminating: false },
    { ready: false, serving: true, terminating: true },
    { ready: true, serving: true, terminating: false },
  ];
  for (const [index, better] of conditions.entries()) {
    for (const worse of conditions.slice(0, index)) {
      const slices = [better, worse].map((each) => slice({ addresses: ['10.0.0.1'], conditions: each }));
      expect(endpointsOf(service, port, slices).addresses).toEqual([expect.objectContaining(better)]);
      expect(endpointsOf(service, port, slices.reverse()).addresses).toEqual([expect.objectContaining(better)]);
    }
  }
});

test('endpoints are the same object as long as Service and slices are', () => {
  const slices = [slice({ addresses: ['10.0.0.1'], conditions: {} })];
  const first = rememberedEndpoints(service, port, slices);
  expect(rememberedEndpoints(service, port, [...slices])).toBe(first);
  expect(rememberedEndpoints(service, port, [])).toEqual({ addresses: [] });
  expect(rememberedEndpoints(structuredClone(service), port, slices)).not.toBe(first);
});
