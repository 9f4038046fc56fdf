/**
 * The objects that a Gateway's proxies consist of, as they are to be applied in the Gateway's own namespace: a pure
 * function of the Gateway, its parameters and this installation. All of them are owned by the Gateway, so that deleting it
 * deletes them.
 */
import type { Gateway } from '../api/gateway/gateway.ts';
import { autoscaler } from './autoscaler.ts';
import { clusterService, clusterServices } from './cluster-service.ts';
import { deployment } from './deployment.ts';
import { disruptionBudget } from './disruption-budget.ts';
import { childName, gatewayLabel } from './name.ts';
import type { ProxyParameters } from './parameters.ts';
import { type ListenerPort, service } from './service.ts';
import type { Installation } from './settings.ts';

/** An object to apply, and where. */
export type Rendered = {
  /** Path of the object's collection, such as `/apis/apps/v1/namespaces/shop/deployments`. */
  readonly collection: string;
  readonly object: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: ChildMetadata;
    readonly [field: string]: unknown;
  };
};

export type ChildMetadata = {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly ownerReferences: readonly object[];
};

/** What the cluster gave to objects that are there already; each is `''` while it is not known. */
export type LiveFacts = {
  /** That of the Gateway's Service in the cluster. */
  readonly address: string;
  /** The UID of the proxies' ServiceAccount. */
  readonly account: string;
};

/** What the renderers of single objects share. */
export type Child = {
  readonly gateway: Gateway;
  readonly parameters: ProxyParameters;
  readonly installation: Installation;
  readonly metadata: ChildMetadata;
  /** Of listeners that stand in ListenerSets. */
  readonly ports: readonly ListenerPort[];
  /** The UID of the proxies' ServiceAccount, `''` while it is not known. */
  readonly account: string;
  /** The labels that select the proxy pods. They never change: a Deployment's selector cannot. */
  readonly selector: Readonly<Record<string, string>>;
};

const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';
const NOTHING_KNOWN: LiveFacts = { address: '', account: '' };

/**
 * With an autoscaler the number of replicas is its business: `parameters` then has the one that lives. (Leaving the field out
 * of what is applied would set it to 1, because nobody else need have claimed it.)
 * `ports` are those of listeners that stand in ListenerSets.
 */
export function render(
  gateway: Gateway,
  parameters: ProxyParameters,
  installation: Installation,
  ports: readonly ListenerPort[] = [],
  { address, account }: LiveFacts = NOTHING_KNOWN,
): Rendered[] {
  const child = { ...childOf(gateway, installation), parameters, ports, account };
  const { namespace } = gateway.metadata;
  const core = `/api/v1/namespaces/${namespace}`;
  const rendered: Rendered[] = [
    renderAccount(gateway, installation),
    { collection: `${core}/configmaps`, object: caBundle(child) },
    { collection: `/apis/apps/v1/namespaces/${namespace}/deployments`, object: deployment(child) },
    { collection: `${core}/services`, object: service(child) },
  ];
  for (const further of clusterServices(gateway, parameters.serviceType, address)) {
    rendered.push({ collection: `${core}/services`, object: clusterService(child, further) });
  }
  if (parameters.autoscaling !== null) {
    const collection = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
    rendered.push({ collection, object: autoscaler(child, parameters.autoscaling) });
  }
  if (parameters.maxUnavailable !== null) {
    const collection = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
    rendered.push({ collection, object: disruptionBudget(child, parameters.maxUnavailable) });
  }
  return rendered;
}

/** The proxies' ServiceAccount, which is there before them: they are replaced when it is another one. */
export function renderAccount(gateway: Gateway, installation: Installation): Rendered {
  const { metadata } = childOf(gateway, installation);
  return { collection: `/api/v1/namespaces/${metadata.namespace}/serviceaccounts`, object: serviceAccount(metadata) };
}

function childOf(
  gateway: Gateway,
  installation: Installation,
): Pick<Child, 'gateway' | 'installation' | 'metadata' | 'selector'> {
  const { name, namespace, uid } = gateway.metadata;
  const infrastructure = gateway.spec.infrastructure;
  const selector = {
    'app.kubernetes.io/name': 'headgate-proxy',
    'app.kubernetes.io/instance': childName(name),
  };
  const metadata: ChildMetadata = {
    name: childName(name),
    namespace,
    // The Gateway's owner may label what is made for it, but not change what we find it by (GEP-1867).
    labels: {
      ...infrastructure?.labels,
      ...selector,
      [GATEWAY_NAME]: gatewayLabel(name),
      'app.kubernetes.io/managed-by': installation.instance,
    },
    annotations: { ...infrastructure?.annotations },
    ownerReferences: [
      {
        apiVersion: gateway.apiVersion,
        kind: 'Gateway',
        name,
        uid: uid ?? '',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  };
  return { gateway, installation, metadata, selector };
}

/** Its token is never mounted as such: the proxy gets one for the snapshot server, and nothing else. */
function serviceAccount(metadata: ChildMetadata): Rendered['object'] {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false };
}

function caBundle({ metadata, installation }: Child): Rendered['object'] {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'ca.crt': installation.caBundle } };
}
