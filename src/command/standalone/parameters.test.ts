import { expect, test } from 'vitest';
import { COLLECTION_OF, noResources, parseResource, type Resource } from '../../api/resources.ts';
import { STANDALONE_FLAGS } from '../../config/standalone.ts';
import { standaloneParameters, withArguments } from './parameters.ts';

const parameters = (name: string, spec: object) => ({
  apiVersion: 'headgate.dev/v1alpha1',
  kind: 'GatewayParameters',
  metadata: { name },
  spec,
});
const gateway = (name: string, ref?: string) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name },
  spec: {
    gatewayClassName: 'headgate',
    listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
    infrastructure: ref && { parametersRef: { group: 'headgate.dev', kind: 'GatewayParameters', name: ref } },
  },
});
const gatewayClass = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'GatewayClass',
  metadata: { name: 'headgate' },
  spec: {
    controllerName: 'headgate.dev/gateway-controller',
    parametersRef: { group: 'headgate.dev', kind: 'GatewayParameters', name: 'base', namespace: 'default' },
  },
};

function of(...documents: object[]) {
  const resources = noResources();
  for (const document of [gatewayClass, ...documents]) {
    const parsed = parseResource(document);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
    (resources[COLLECTION_OF[parsed.resource.kind]] as Resource[]).push(parsed.resource);
  }
  return standaloneParameters(resources);
}

const BASE = parameters('base', { proxy: { replicas: 3, workers: 2 }, service: { type: 'NodePort' } });

test('what a process can do is done, and what needs a cluster is named', () => {
  expect(of(BASE, gateway('web', 'own'), parameters('own', { http: { maxRequestBytes: '1Ki' } }))).toEqual({
    args: ['--workers=2', '--max-body=1024'],
    notes: [
      'GatewayParameters default/base: spec.proxy.replicas, spec.service say something about a cluster and are ignored here',
    ],
  });
});

test('Gateways that do not agree get nothing', () => {
  const { args, notes } = of(
    BASE,
    gateway('web'),
    gateway('other', 'own'),
    parameters('own', { proxy: { workers: 3 } }),
  );
  expect(args).toEqual([]);
  expect(notes.at(-1)).toMatch(/different proxy settings/);
});

test('the command line and the environment win', () => {
  const env = { HEADGATE_WORKERS: '1' };
  const own = ['--workers=2', '--max-body=1', '--drain-delay=1ms'];
  expect(withArguments(STANDALONE_FLAGS, ['-f', 'a', '--max-body', '2'], env, own)).toEqual([
    '--drain-delay=1ms',
    '-f',
    'a',
    '--max-body',
    '2',
  ]);
});
