/** The parameters that each Gateway's proxies are run with. */
import type { Gateway } from '../../api/gateway/gateway.ts';
import type { GatewayParametersSpec } from '../../api/policy/gateway-parameters.ts';
import {
  type KnownParameters,
  mergeParameters,
  parametersOfClass,
  parametersOfGateway,
} from '../../translate/parameters.ts';
import type { World } from '../world.ts';

export type Effective = {
  /** Null: they cannot be had, and never could be while this controller ran. */
  readonly spec: GatewayParametersSpec | null;
  /** Why `spec` is not what the Gateway asks for; `''` when it is. */
  readonly fault: string;
};

export class EffectiveParameters {
  readonly #world: Pick<World, 'get'>;
  readonly #known: KnownParameters;
  /** By `namespace/name` of the Gateway. */
  readonly #lastGood = new Map<string, GatewayParametersSpec>();

  constructor(world: Pick<World, 'get'>) {
    this.#world = world;
    this.#known = {
      get: (key) => {
        const [namespace, name] = key.split('/') as [string, string];
        const resource = world.get('GatewayParameters', namespace, name)?.resource;
        return resource?.kind === 'GatewayParameters' ? resource : undefined;
      },
    };
  }

  /** What holds now, or what held last when that cannot be had. */
  of(gateway: Gateway): Effective {
    const key = `${gateway.metadata.namespace}/${gateway.metadata.name}`;
    const gatewayClass = this.#world.get('GatewayClass', '', gateway.spec.gatewayClassName)?.resource;
    if (gatewayClass?.kind !== 'GatewayClass')
      return { spec: this.#lastGood.get(key) ?? null, fault: 'no GatewayClass' };
    const ofClass = parametersOfClass(gatewayClass, this.#known);
    const own = parametersOfGateway(gateway, this.#known);
    const fault = ofClass.fault === '' ? own.fault : ofClass.fault;
    if (fault !== '') return { spec: this.#lastGood.get(key) ?? null, fault };
    const spec = mergeParameters(ofClass.parameters, own.parameters);
    this.#lastGood.set(key, spec);
    return { spec, fault: '' };
  }

  /** Forgets Gateways that are gone. */
  retain(gateways: ReadonlySet<string>): void {
    for (const key of this.#lastGood.keys()) if (!gateways.has(key)) this.#lastGood.delete(key);
  }
}
