import type { Json } from './api-server.ts';

/** A kind of document on which the schemas and an API server differ on purpose. */
export type KnownDifference = {
  readonly reason: string;
  /** Which of the two accepts it; the other one refuses it. */
  readonly accepts: 'schema' | 'server';
  /** What the one that refuses says about it, as `field: message`. */
  readonly says: RegExp;
  /** Such a document. The test demands that it still makes a difference. */
  readonly example: Json;
};

const service = (spec: Json): Json => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'known' }, spec });
const slice = (part: Json): Json => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'known' },
  addressType: 'IPv4',
  ...part,
});

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    reason: 'a loopback endpoint is what a standalone proxy has for a backend on its own machine',
    accepts: 'schema',
    says: /^endpoints\[\d+\]\.addresses\[\d+\]: .*loopback range/,
    example: slice({ endpoints: [{ addresses: ['127.0.0.1'] }], ports: [{ port: 80 }] }),
  },
  {
    reason: 'which addresses Services can have is a setting of the cluster',
    accepts: 'schema',
    says: /^spec\.clusterIPs(?:\[\d+\])?: .*(?:failed to allocate IP|is not configured on this cluster)/,
    example: service({ clusterIP: '203.0.113.1', ports: [{ port: 80 }] }),
  },
  {
    reason: 'an API server decodes a list as bytes where base64 belongs; nobody writes that',
    accepts: 'server',
    says: /^(?:data|binaryData)\..+: must be a string, not a list$/,
    example: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'known' }, binaryData: { file: [] } },
  },
  {
    reason: 'an API server decodes a null item of the list as one without fields; it is an error of whoever wrote it',
    accepts: 'server',
    says: /^(?:ports|endpoints\.\d+\.hints\.forZones)\.\d+: must be an object, not null$/,
    example: slice({ endpoints: [], ports: [null] }),
  },
];
