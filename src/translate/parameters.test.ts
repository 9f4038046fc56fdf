import { expect, test } from 'vitest';
import { type GatewayParametersSpec, gatewayParametersSchema } from '../api/policy/gateway-parameters.ts';
import { mergeParameters } from './parameters.ts';

const parameters = (spec: GatewayParametersSpec) =>
  gatewayParametersSchema.parse({
    apiVersion: 'headgate.dev/v1alpha1',
    kind: 'GatewayParameters',
    metadata: { name: 'a' },
    spec,
  });

test("the Gateway's fields win one by one, maps key by key, lists and unions as a whole", () => {
  const ofClass = parameters({
    proxy: {
      replicas: 3,
      workers: 2,
      autoscaling: { minReplicas: 1, maxReplicas: 9, targetCPUUtilization: 50 },
      pod: { labels: { a: '1', b: '1' }, tolerations: [{ operator: 'Exists' }] },
    },
    clientIP: { source: 'XForwardedFor', trustedCIDRs: ['10.0.0.0/8'] },
    accessLog: { mode: 'Enabled' },
  });
  const ofGateway = parameters({
    proxy: {
      replicas: 0,
      autoscaling: { minReplicas: 2, maxReplicas: 3, targetCPUUtilization: 70 },
      pod: { labels: { b: '2' }, tolerations: [] },
    },
    clientIP: { source: 'Connection' },
  });
  expect(mergeParameters(ofClass, ofGateway)).toEqual({
    proxy: {
      replicas: 0,
      workers: 2,
      autoscaling: { minReplicas: 2, maxReplicas: 3, targetCPUUtilization: 70 },
      pod: { labels: { a: '1', b: '2' }, tolerations: [] },
    },
    clientIP: { source: 'Connection' },
    accessLog: { mode: 'Enabled' },
  });
});

test('nothing on either side is nothing, and the same sides give the same object', () => {
  expect(mergeParameters(null, null)).toEqual({});
  const one = parameters({ proxy: { replicas: 2 } });
  expect(mergeParameters(one, null)).toBe(mergeParameters(one, null));
});
