/** Brings the objects of our Gateways to what they should be. */
import type { Gateway } from '../api/gateway/gateway.ts';
import type { GatewayParametersSpec } from '../api/policy/gateway-parameters.ts';
import { childName } from '../infra/name.ts';
import { type ProxyParameters, proxyParameters } from '../infra/parameters.ts';
import { childKey, type LiveChild, type Reconciler, stamped } from '../infra/reconcile.ts';
import { render } from '../infra/render.ts';
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
      const objects = stamped(
        render(
          this.#options.reached(gateway),
          this.#parametersOf(gateway, spec),
          installation,
          ports,
          this.#addressOf(gateway),
        ),
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
