import { expect, test } from 'vitest';
import { type Service, serviceSchema } from '../api/core/service.ts';
import { ENDPOINTS_ANNOTATION, endpointSlicesOf, endpointsIssues } from './endpoints-annotation.ts';

function service(endpoints: string | null): Service {
  return serviceSchema.parse({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'cart',
      namespace: 'shop',
      annotations: endpoints === null ? undefined : { [ENDPOINTS_ANNOTATION]: endpoints },
    },
    spec: {
      ports: [
        { name: 'http', port: 80 },
        { name: 'admin', port: 81 },
      ],
    },
  });
}

const slices = (endpoints: string | null): unknown[] =>
  endpointSlicesOf(service(endpoints)).map((slice) => [
    slice.addressType,
    slice.ports.map(({ name, port }) => `${name}:${port}`).join(),
    slice.endpoints.flatMap(({ addresses }) => addresses).join(),
  ]);

test('endpoints without a port name serve every port of the Service', () => {
  expect(slices('127.0.0.1:9001, 127.0.0.2:9001,127.0.0.1:9002')).toEqual([
    ['IPv4', 'http:9001', '127.0.0.1,127.0.0.2'],
    ['IPv4', 'admin:9001', '127.0.0.1,127.0.0.2'],
    ['IPv4', 'http:9002', '127.0.0.1'],
    ['IPv4', 'admin:9002', '127.0.0.1'],
  ]);
});

test('a port is chosen by its name or number', () => {
  expect(slices('http=127.0.0.1:9001,81=[::1]:9002')).toEqual([
    ['IPv4', 'http:9001', '127.0.0.1'],
    ['IPv6', 'admin:9002', '::1'],
  ]);
});

test('the slices belong to the Service', () => {
  expect(endpointSlicesOf(service('127.0.0.1:1'))[0]?.metadata).toMatchObject({
    namespace: 'shop',
    labels: { 'kubernetes.io/service-name': 'cart' },
  });
  expect(slices(null)).toEqual([]);
  expect(slices(' ')).toEqual([]);
});

test('says what is wrong and what is allowed', () => {
  const messages = (endpoints: string): string[] => endpointsIssues(service(endpoints)).map(({ message }) => message);
  expect(messages('127.0.0.1:9001,http=[::1]:1')).toEqual([]);
  for (const bad of ['localhost:80', '127.0.0.1', '127.0.0.1:0', '127.0.0.1:65536', '1.2.3:80', '[::g]:80', ',']) {
    expect(messages(bad)[0], bad).toMatch(/is not an endpoint, allowed are IP:PORT/);
  }
  expect(messages('grpc=127.0.0.1:9001')).toEqual(['"grpc" is not a port of this Service, it has http, admin']);
});

test('a slice has the protocol of its port', () => {
  const dns = serviceSchema.parse({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'dns', namespace: 'shop', annotations: { [ENDPOINTS_ANNOTATION]: '127.0.0.1:9053' } },
    spec: {
      ports: [
        { name: 'udp', port: 53, protocol: 'UDP' },
        { name: 'tcp', port: 53 },
      ],
    },
  });
  const protocols = endpointSlicesOf(dns).flatMap(({ ports }) => ports.map(({ name, protocol }) => [name, protocol]));
  expect(protocols).toEqual([
    ['udp', 'UDP'],
    ['tcp', 'TCP'],
  ]);
});
