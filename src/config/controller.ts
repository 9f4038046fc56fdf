/** Settings of `headgate controller`. */
import { z } from 'zod';
import type { Flag, Settings } from './flag.ts';
import { ADMIN_FLAG, PROXY_FLAGS } from './standalone.ts';
import { hostPort } from './value.ts';

const text = z.string().min(1, 'must not be empty');

export const CONTROLLER_FLAGS = {
  controllerName: {
    name: 'controller-name',
    value: 'NAME',
    about: 'GatewayClasses that name it are served',
    fallback: 'headgate.dev/gateway-controller',
    schema: text.default('headgate.dev/gateway-controller'),
  },
  namespace: {
    name: 'namespace',
    value: 'NAME',
    about: 'where this controller runs, and keeps its Lease and its certificate authority',
    fallback: 'headgate-system',
    schema: text.default('headgate-system'),
  },
  instance: {
    name: 'instance',
    value: 'NAME',
    about: 'name of this installation, unique in the cluster',
    fallback: 'headgate',
    schema: text.default('headgate'),
  },
  identity: {
    name: 'identity',
    value: 'NAME',
    about: 'what the leader writes into the Lease (default: the host name)',
    schema: text.optional(),
  },
  image: {
    name: 'proxy-image',
    value: 'IMAGE',
    about: 'image of the proxy pods',
    schema: text,
  },
  imagePullPolicy: {
    name: 'proxy-image-pull-policy',
    value: 'POLICY',
    about: 'Always, IfNotPresent or Never',
    fallback: 'IfNotPresent',
    schema: z
      .enum(['Always', 'IfNotPresent', 'Never'], { error: 'must be Always, IfNotPresent or Never' })
      .default('IfNotPresent'),
  },
  imagePullSecrets: {
    name: 'proxy-image-pull-secrets',
    value: 'NAME',
    multiple: true,
    about: "Secrets of a Gateway's namespace with which its proxies pull that image; may be repeated",
    schema: z.array(text).default([]),
  },
  snapshotAddress: {
    name: 'snapshot-address',
    value: 'URL',
    about: 'where proxies get their tables (default: the controller Service in --namespace)',
    schema: z.url('must be a URL such as https://headgate-controller.headgate-system.svc:9443').optional(),
  },
  snapshots: {
    name: 'snapshots',
    value: 'IP:PORT',
    about: 'where the snapshot server listens',
    fallback: '0.0.0.0:9443',
    schema: hostPort.default({ address: '0.0.0.0', port: 9443 }),
  },
  health: {
    name: 'health',
    value: 'IP:PORT',
    about: 'where /healthz, /readyz and /metrics are, for the kubelet and for Prometheus',
    fallback: '0.0.0.0:9902',
    schema: hostPort.default({ address: '0.0.0.0', port: 9902 }),
  },
  admin: ADMIN_FLAG,
  logLevel: PROXY_FLAGS.logLevel,
} as const satisfies Record<string, Flag>;

export type ControllerSettings = Settings<typeof CONTROLLER_FLAGS>;
