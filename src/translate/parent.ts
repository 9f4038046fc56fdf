import type { ParentReference } from '../api/gateway/parent-reference.ts';
import type { GatewayPlan } from './gateway.ts';
import type { ListenerPlan } from './listener-plan.ts';

/** What routes attach to: a Gateway's own listeners, or those of one of its ListenerSets. */
export type ParentPlan = {
  readonly kind: 'Gateway' | 'ListenerSet';
  /** `namespace/name`. */
  readonly key: string;
  /** The Gateway (`namespace/name`) that serves it. */
  readonly gateway: string;
  /** Empty for a ListenerSet that the Gateway does not allow. */
  readonly listeners: readonly ListenerPlan[];
};

/** By `parentKey`. */
export type Parents = ReadonlyMap<string, ParentPlan>;

/** The parents that a Gateway brings, by their keys. */
export function parentsOf(gateway: GatewayPlan): [string, ParentPlan][] {
  const { key, listeners, listenerSets } = gateway;
  return [
    [`Gateway ${key}`, { kind: 'Gateway', key, gateway: key, listeners }],
    ...listenerSets.map((set): [string, ParentPlan] => [
      `ListenerSet ${set.key}`,
      { kind: 'ListenerSet', key: set.key, gateway: key, listeners: set.listeners },
    ]),
  ];
}

/** The key of what a route names as its parent; `namespace` is the route's. Nothing else than our parents has such a key. */
export function parentKey({ group, kind, namespace, name }: ParentReference, own: string): string {
  const key = `${kind} ${namespace ?? own}/${name}`;
  return group === 'gateway.networking.k8s.io' ? key : `${group}/${key}`;
}
