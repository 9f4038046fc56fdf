/** Brings the objects of our Gateways to what they should be. */
import type { Gateway } from '../api/gateway/gateway.ts';
import type { GatewayParametersSpec } from '../api/policy/gateway-parameters.ts';
import { ACCOUNT } from '../infra/deployment.ts';
import { childName } from '../infra/name.ts';
import { type ProxyParameters, proxyParameters } from '../infra/parameters.ts';
import { childKey, type LiveChild, type Reconciler, stamped } from '../infra/reconcile.ts';
import { type Rendered, render, renderAccount } from '../infra/render.ts';
import type { ListenerPort } from '../infra/service.ts';
import type { Installation } from '../infra/settings.ts';
import type { Children } from './children.ts';
import { EffectiveParameters } from './parameters/effective.ts';
import type { Asked } from './parameters/rollout.ts';
import type { World } from './world.ts';

export type InfrastructureOptions = {
  readonly world: World;
  readonly children: Children;
  readonly reconciler: Reconciler;
  /** The Gateway as its Service must lead to it, asked before its objects are written. */
  readonly reached: (gateway: Gateway) => Gateway;
};

/** Of a Deployment, as far as it is looked into. */
type LivePods = {
  readonly template?: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } };
};

export class Infrastructure {
  readonly #options: InfrastructureOptions;
  readonly #parameters: EffectiveParameters;

  constructor(options: InfrastructureOptions) {
    this.#options = options;
    this.#parameters = new EffectiveParameters(options.world);
  }

  /**
   * @param gateways all that are ours, by `namespace/name`: what was made for others is taken away
   * @param portsOf the ports of a Gateway's listeners that stand in ListenerSets
   * @returns what was asked for, by Gateway
   */
  async apply(
    gateways: readonly string[],
    installation: Installation,
    portsOf: (gateway: string) => readonly ListenerPort[],
  ): Promise<Map<string, Asked>> {
    const { children, reconciler } = this.#options;
    const wanted = new Set<string>();
    const asked = new Map<string, Asked>();
    for (const gateway of this.#present(gateways)) {
      const { namespace, name } = gateway.metadata;
      const { spec, fault } = this.#parameters.of(gateway);
      if (spec === null) {
        for (const child of this.#living(gateway)) wanted.add(childKey(child.kind, namespace, child.metadata.name));
        asked.set(`${namespace}/${name}`, { deployment: null, failure: fault });
        continue;
      }
      const ports = portsOf(`${namespace}/${name}`);
      const reached = this.#options.reached(gateway);
      const account = await this.#account(gateway, installation);
      const objects = stamped(
        render(reached, this.#parametersOf(gateway, spec), installation, ports, {
          address: this.#addressOf(gateway),
          account,
        }),
      );
      for (const { object } of objects) wanted.add(childKey(object.kind, namespace, object.metadata.name));
      const failure = await reconciler.apply(objects);
      const deployment = objects.find(({ object }) => object.kind === 'Deployment')?.object ?? null;
      asked.set(`${namespace}/${name}`, { deployment, failure: fault === '' ? failure : fault });
    }
    this.#parameters.retain(new Set(gateways));
    await reconciler.prune(children.all(), wanted);
    return asked;
  }

  *#present(gateways: readonly string[]): Generator<Gateway> {
    const { world } = this.#options;
    for (const gateway of gateways) {
      const [namespace, name] = gateway.split('/') as [string, string];
      const known = world.get('Gateway', namespace, name)?.resource;
      if (known?.kind !== 'Gateway' || known.metadata.deletionTimestamp !== undefined) continue;
      // Nothing can be made in a namespace that is being deleted.
      const home = world.get('Namespace', '', namespace)?.resource.metadata;
      if (home?.deletionTimestamp === undefined) yield known;
    }
  }

  *#living({ metadata: { namespace, name } }: Gateway): Generator<LiveChild> {
    for (const child of this.#options.children.all()) {
      const owners = child.metadata.ownerReferences ?? [];
      if (child.metadata.namespace !== namespace) continue;
      if (owners.some((owner) => owner.kind === 'Gateway' && owner.name === name)) yield child;
    }
  }

  /**
   * Brings back the ServiceAccount of the proxies first: what these are depends on it.
   * @returns its UID; the one that the proxies know when it cannot be had, so that they stay
   */
  async #account(gateway: Gateway, installation: Installation): Promise<string> {
    const { children, reconciler } = this.#options;
    const [account] = stamped([renderAccount(gateway, installation)]) as [Rendered];
    await reconciler.apply([account]);
    const uid = reconciler.uidOf(account);
    if (uid !== '') return uid;
    const { namespace, name } = account.object.metadata;
    const pods = children.get('Deployment', namespace, name)?.spec as LivePods | undefined;
    return pods?.template?.metadata?.annotations?.[ACCOUNT] ?? '';
  }

  /** That of its Service in the cluster; `''` while there is none. */
  #addressOf({ metadata: { namespace, name } }: Gateway): string {
    const service = this.#options.world.get('Service', namespace, childName(name))?.resource;
    return service?.kind === 'Service' ? (service.spec.clusterIP ?? '') : '';
  }

  /** An autoscaler's number of replicas is kept within its bounds. */
  #parametersOf({ metadata: { namespace, name } }: Gateway, spec: GatewayParametersSpec): ProxyParameters {
    const parameters = proxyParameters(spec);
    if (parameters.autoscaling === null) return parameters;
    const live = this.#options.children.get('Deployment', namespace, childName(name))?.spec as
      | { readonly replicas?: number }
      | undefined;
    const { min, max } = parameters.autoscaling;
    return { ...parameters, replicas: Math.min(max, Math.max(min, live?.replicas ?? parameters.replicas)) };
  }
}
