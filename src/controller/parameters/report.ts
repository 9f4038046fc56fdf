/** Which statuses of GatewayParameters have to be written. */

import { childName } from '../../infra/name.ts';
import type { SnapshotServer } from '../../snapshot/server.ts';
import type { TranslationStep } from '../../translate/incremental/translator.ts';
import type { ObjectStatus } from '../../translate/index.ts';
import type { Children } from '../children.ts';
import type { ReadyProxies } from '../ready-proxies.ts';
import { pathOf } from '../status/path.ts';
import type { StatusTarget } from '../status/writer.ts';
import type { World } from '../world.ts';
import { type Asked, rolloutOf } from './rollout.ts';
import { hasOurAncestor, type ProxiesOf, parametersStatus } from './status.ts';

const KIND = 'GatewayParameters';

export type ReportOptions = {
  readonly controllerName: string;
  readonly world: World;
  readonly children: Children;
  readonly ready: ReadyProxies;
  readonly snapshots: Pick<SnapshotServer, 'proxiesOf'>;
};

export class ParametersReport {
  readonly #options: ReportOptions;
  readonly #translated = new Map<string, Extract<ObjectStatus, { kind: typeof KIND }>>();
  /** By `namespace/name` of the Gateway. */
  readonly #asked = new Map<string, Asked>();

  constructor(options: ReportOptions) {
    this.#options = options;
  }

  translated({ statuses, goneStatuses }: TranslationStep['changes']): void {
    for (const status of statuses) {
      if (status.kind === KIND) this.#translated.set(`${status.namespace}/${status.name}`, status);
    }
    for (const { kind, namespace, name } of goneStatuses) {
      if (kind === KIND) this.#translated.delete(`${namespace}/${name}`);
    }
  }

  /** What was asked of the proxies of each Gateway of ours, all of them. */
  asked(asked: ReadonlyMap<string, Asked>): void {
    this.#asked.clear();
    for (const [gateway, one] of asked) this.#asked.set(gateway, one);
  }

  *targets(): Generator<StatusTarget> {
    const { controllerName, world } = this.#options;
    let gatewaysOf: ReadonlyMap<string, string[]> | null = null;
    const byClass = (gatewayClass: string): readonly string[] => {
      gatewaysOf ??= this.#gatewaysByClass();
      return gatewaysOf.get(gatewayClass) ?? [];
    };
    for (const object of world.allOf(KIND)) {
      const { namespace = '', name } = object.metadata;
      const translated = this.#translated.get(`${namespace}/${name}`);
      if (translated === undefined && !hasOurAncestor(object, controllerName)) continue;
      const status =
        translated === undefined ? { ancestors: [] } : parametersStatus(translated, byClass, this.#proxiesOf);
      yield { path: pathOf(KIND, namespace, name), stored: object.stored, status };
    }
  }

  readonly #proxiesOf: ProxiesOf = (gateway) => {
    const { children, ready, snapshots } = this.#options;
    const [namespace, name] = gateway.split('/') as [string, string];
    const asked = this.#asked.get(gateway) ?? { deployment: null, failure: '' };
    return {
      rollout: rolloutOf(asked, children.get('Deployment', namespace, childName(name))),
      ready: ready.of(gateway),
      states: snapshots.proxiesOf(gateway),
    };
  };

  #gatewaysByClass(): ReadonlyMap<string, string[]> {
    const byClass = new Map<string, string[]>();
    for (const gateway of this.#asked.keys()) {
      const [namespace, name] = gateway.split('/') as [string, string];
      const resource = this.#options.world.get('Gateway', namespace, name)?.resource;
      if (resource?.kind !== 'Gateway') continue;
      const { gatewayClassName } = resource.spec;
      byClass.set(gatewayClassName, [...(byClass.get(gatewayClassName) ?? []), gateway]);
    }
    return byClass;
  }
}
