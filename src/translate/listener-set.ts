/** ListenerSets (GEP-1713): listeners of a Gateway that stand in objects of their own. */
import type { Gateway } from '../api/gateway/gateway.ts';
import type { ListenerSet } from '../api/gateway/listener-set.ts';
import type { Condition } from '../ir/status.ts';
import * as setCondition from './condition/listener-set.ts';
import { draftListener } from './listener.ts';
import {
  type ListenerPlan,
  type ListenerSite,
  type ListenerStatus,
  listenerConditionOf,
  listenerStatus,
  planListeners,
} from './listener-plan.ts';
import type { Lookup } from './lookup.ts';
import { namespaceRule } from './namespace-selector.ts';
import { byAge, generationOf, keyOf } from './object.ts';
import type { BackendCatalogue } from './route/backend-ref.ts';

export type ListenerSetPlan = {
  readonly listenerSet: ListenerSet;
  /** `namespace/name`. */
  readonly key: string;
  /** Empty when the Gateway does not allow it: then it has no listeners for anybody. */
  readonly listeners: readonly ListenerPlan[];
  readonly accepted: boolean;
  readonly conditions: readonly Condition[];
};

export type ListenerSetStatus = {
  readonly conditions: readonly Condition[];
  readonly listeners: readonly ListenerStatus[];
};

/** The Gateway (`namespace/name`) that a ListenerSet wants to belong to; null when it is of another kind. */
export function parentOf({ metadata, spec: { parentRef } }: ListenerSet): string | null {
  if (parentRef.group !== 'gateway.networking.k8s.io' || parentRef.kind !== 'Gateway') return null;
  return `${parentRef.namespace ?? metadata.namespace}/${parentRef.name}`;
}

/**
 * @param sets those that name the Gateway
 * @param parentFault why the Gateway is not accepted; `''` when it is
 */
export function planListenerSets(
  sets: readonly ListenerSet[],
  gateway: Gateway,
  parentFault: string,
  site: ListenerSite,
  lookup: Lookup,
  backends: BackendCatalogue,
): ListenerSetPlan[] {
  const allowed = namespacesOf(gateway, lookup);
  return [...sets]
    .sort((a, b) => byAge(a.metadata, b.metadata))
    .map((set) => planListenerSet(set, gateway, parentFault, allowed(set.metadata.namespace), site, lookup, backends));
}

/** `attached` gives the number of accepted routes of a listener, by its key. */
export function listenerSetStatus(plan: ListenerSetPlan, attached: (listener: string) => number): ListenerSetStatus {
  return {
    conditions: plan.conditions,
    listeners: plan.listeners.map((listener) => listenerStatus(listener, attached)),
  };
}

function namespacesOf({ metadata, spec }: Gateway, lookup: Lookup): (namespace: string) => boolean {
  const { from, selector } = spec.allowedListeners?.namespaces ?? { from: 'None' };
  if (from === 'None') return () => false;
  const rule = namespaceRule({ from, selector }, metadata.namespace, lookup.namespaceLabels);
  // Whoever asks for nothing that can be understood is taken to allow nobody.
  return rule.ok ? rule.allows : () => false;
}

function planListenerSet(
  listenerSet: ListenerSet,
  gateway: Gateway,
  parentFault: string,
  allowed: boolean,
  site: ListenerSite,
  lookup: Lookup,
  backends: BackendCatalogue,
): ListenerSetPlan {
  const key = keyOf(listenerSet.metadata);
  const generation = generationOf(listenerSet.metadata);
  if (!allowed) {
    const { namespace } = listenerSet.metadata;
    const message = `allowedListeners of Gateway ${keyOf(gateway.metadata)} does not allow ListenerSets of namespace ${namespace}`;
    const conditions = [
      setCondition.notAllowed('Accepted', message, generation),
      setCondition.notAllowed('Programmed', message, generation),
    ];
    return { listenerSet, key, listeners: [], accepted: false, conditions };
  }
  const drafts = listenerSet.spec.listeners.map((listener) =>
    draftListener(listenerSet, gateway, listener, lookup, backends),
  );
  const listeners = planListeners(drafts, { ...site, open: site.open && parentFault === '' }, generation);
  const accepted =
    parentFault === ''
      ? acceptedOf(listeners, generation)
      : setCondition.parentNotAccepted(`Gateway ${keyOf(gateway.metadata)}: ${parentFault}`, generation);
  const conditions = [accepted, programmedOf(accepted, listeners, generation)];
  return { listenerSet, key, listeners, accepted: accepted.status === 'True', conditions };
}

/** A listener that has no certificate to serve with is no better than one that is not accepted. */
function acceptedOf(listeners: readonly ListenerPlan[], generation: number): Condition {
  const bad = listeners.filter(({ entry }) => entry === null);
  if (bad.length === 0) return setCondition.accepted(generation);
  return setCondition.listenersNotValid(bad.length < listeners.length, faultsOf(bad), generation);
}

function programmedOf(accepted: Condition, listeners: readonly ListenerPlan[], generation: number): Condition {
  if (accepted.status === 'True') return setCondition.programmed(generation);
  const reason = accepted.reason === 'ListenersNotValid' ? accepted.reason : 'Invalid';
  const message = reason === 'Invalid' ? accepted.message : faultsOf(listeners);
  return setCondition.notProgrammed(reason, message, generation);
}

function faultsOf(listeners: readonly ListenerPlan[]): string {
  const list = listeners.map(
    (listener) => `${listener.draft.spec.name} (${listenerConditionOf(listener, 'Programmed').message})`,
  );
  return `not valid: ${list.join('; ')}`;
}
