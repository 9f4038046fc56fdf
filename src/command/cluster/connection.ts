/** The cluster of the user's kubeconfig, and the installation of Headgate in it. */
import type { KubeConfig } from '@kubernetes/client-node';
import { z } from 'zod';
import { type Flag, type Settings, UsageError } from '../../config/flag.ts';
import { namespacedName } from '../../config/value.ts';
import { clusterOf, KubeClient } from '../../kube/client.ts';

const text = z.string().min(1, 'must not be empty');

export const CLUSTER_FLAGS = {
  kubeconfig: {
    name: 'kubeconfig',
    value: 'PATH',
    about: 'how to reach the cluster (default: $KUBECONFIG, then ~/.kube/config)',
    schema: text.optional(),
  },
  context: {
    name: 'context',
    value: 'NAME',
    about: 'context of the kubeconfig (default: the current one)',
    schema: text.optional(),
  },
  installation: {
    name: 'installation',
    value: 'NS/NAME',
    about: 'namespace and name of the Helm release',
    fallback: 'headgate-system/headgate',
    schema: namespacedName.default('headgate-system/headgate'),
  },
} as const satisfies Record<string, Flag>;

export type ClusterSettings = Settings<typeof CLUSTER_FLAGS>;

export type Connection = {
  readonly client: KubeClient;
  readonly config: KubeConfig;
  /** Where the controller runs. */
  readonly namespace: string;
  /** Name of the installation: of its Lease, and the beginning of the names of its objects. */
  readonly instance: string;
};

/** Throws a UsageError when there is no such kubeconfig or context. Close the client afterwards. */
export async function connectionTo({ kubeconfig, context, installation }: ClusterSettings): Promise<Connection> {
  // The package takes most of a second to load: only where it is needed.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    throw new UsageError(`the kubeconfig cannot be read: ${(error as Error).message}`);
  }
  if (context !== undefined) {
    const names = config.getContexts().map(({ name }) => name);
    if (!names.includes(context)) {
      throw new UsageError(`--context: there is no ${JSON.stringify(context)}; there are: ${names.join(', ')}`);
    }
    config.setCurrentContext(context);
  }
  const [namespace, instance] = installation.split('/') as [string, string];
  return { client: new KubeClient(await clusterOf(config)), config, namespace, instance };
}
