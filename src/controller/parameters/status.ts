/** The statuses of GatewayParameters: who uses them, and how far those are. */
import type { Condition } from '../../ir/status.ts';
import type { ProxyState } from '../../snapshot/session.ts';
import type { ObjectStatus } from '../../translate/index.ts';
import type { WatchedObject } from '../watched.ts';
import type { Rollout } from './rollout.ts';

type Translated = Extract<ObjectStatus, { kind: 'GatewayParameters' }>;
type Ancestor = Translated['status']['ancestors'][number];

/** What is known of one Gateway's proxies. */
export type ProxiesOf = (gateway: string) => {
  readonly rollout: Rollout;
  /** Names of the pods that take traffic. */
  readonly ready: ReadonlySet<string>;
  readonly states: readonly ProxyState[];
};

export type ShownAncestor = Ancestor & {
  readonly proxies: number;
  readonly readyProxies: number;
  readonly revision?: string;
};

/** Characters of a revision that are shown; it is a hash. */
const SHOWN = 12;

/**
 * @param gatewaysOf the Gateways (`namespace/name`) of a class
 */
export function parametersStatus(
  { status }: Translated,
  gatewaysOf: (gatewayClass: string) => readonly string[],
  proxiesOf: ProxiesOf,
): { readonly ancestors: readonly ShownAncestor[] } {
  return {
    ancestors: status.ancestors.map((ancestor): ShownAncestor => {
      const { kind, namespace, name } = ancestor.ancestorRef;
      const gateways = kind === 'Gateway' ? [`${namespace}/${name}`] : gatewaysOf(name);
      return shown(ancestor, gateways, proxiesOf);
    }),
  };
}

function shown(ancestor: Ancestor, gateways: readonly string[], proxiesOf: ProxiesOf): ShownAncestor {
  const { observedGeneration } = ancestor.conditions[0]!;
  let proxies = 0;
  let readyProxies = 0;
  let late = '';
  const revisions = new Set<string>();
  for (const gateway of gateways) {
    const { rollout, ready, states } = proxiesOf(gateway);
    proxies += rollout.proxies;
    readyProxies += ready.size;
    if (!rollout.done && late === '') late = `Gateway ${gateway}: ${rollout.message}`;
    for (const proxy of ready) revisions.add(states.find((state) => state.proxy === proxy)?.revision ?? '');
  }
  const [revision = ''] = revisions;
  const only = gateways.length === 1 && revisions.size === 1 && revision !== '';
  return {
    ...ancestor,
    conditions: [...ancestor.conditions, programmed(late, observedGeneration)],
    proxies,
    readyProxies,
    ...(only ? { revision: revision.slice(0, SHOWN) } : {}),
  };
}

function programmed(late: string, observedGeneration: number): Condition {
  const done = late === '';
  return {
    type: 'Programmed',
    status: done ? 'True' : 'False',
    reason: done ? 'Programmed' : 'Pending',
    message: done ? 'every proxy runs with the parameters' : late,
    observedGeneration,
  };
}

/** Whether an entry of the status was written by this controller. */
export function hasOurAncestor({ stored }: WatchedObject, controllerName: string): boolean {
  return stored.status?.ancestors?.some((ancestor) => ancestor.controllerName === controllerName) ?? false;
}
