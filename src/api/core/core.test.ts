import { expect, test } from 'vitest';
import { parseResource } from '../resources.ts';

function accepted(document: unknown) {
  const parsed = parseResource(document);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.resource;
}

const object = (kind: string, part: object) => ({ apiVersion: 'v1', kind, metadata: { name: 'a' }, ...part });

test('an object without a namespace is in the namespace default', () => {
  expect(accepted(object('ConfigMap', {})).metadata).toEqual({ name: 'a', namespace: 'default' });
});

test('a namespace has the label with its name', () => {
  const metadata = { name: 'shop', labels: { team: 'edge', 'kubernetes.io/metadata.name': 'other' } };
  expect(accepted(object('Namespace', { metadata })).metadata.labels).toEqual({
    team: 'edge',
    'kubernetes.io/metadata.name': 'shop',
  });
});

test('the text of a Secret is merged into its data and wins', () => {
  const secret = object('Secret', { data: { a: 'b2xk', b: 'a2VwdA==', c: null }, stringData: { a: 'new' } });
  expect(accepted(secret)).toMatchObject({ type: 'Opaque', data: { a: 'bmV3', b: 'a2VwdA==', c: '' } });
  expect(accepted(secret)).not.toHaveProperty('stringData');
});

test('a Service has a type, a protocol and a target for each port', () => {
  const ports = [
    { name: 'a', port: 80 },
    { name: 'b', port: 81, targetPort: 0, protocol: '' },
    { name: 'c', port: 82, targetPort: 'web' },
  ];
  expect(accepted(object('Service', { spec: { type: '', ports } }))).toMatchObject({
    spec: {
      type: 'ClusterIP',
      publishNotReadyAddresses: false,
      ports: [
        { name: 'a', port: 80, protocol: 'TCP', targetPort: 80 },
        { name: 'b', port: 81, protocol: 'TCP', targetPort: 81 },
        { name: 'c', port: 82, protocol: 'TCP', targetPort: 'web' },
      ],
    },
  });
});

test('an EndpointSlice may have loopback addresses, and needs no conditions', () => {
  const slice = {
    ...object('EndpointSlice', { addressType: 'IPv6', endpoints: [{ addresses: ['::1'] }], ports: [{ port: 80 }] }),
    apiVersion: 'discovery.k8s.io/v1',
  };
  expect(accepted(slice)).toMatchObject({
    endpoints: [{ addresses: ['::1'], conditions: {} }],
    ports: [{ name: '', protocol: 'TCP', port: 80 }],
  });
});
