/** Listeners beside each other: which of them are served, and what their conditions say. */
import type { Condition } from '../ir/status.ts';
import type { Certificate, Listener, ListenerTLS } from '../ir/table.ts';
import * as listenerCondition from './condition/listener.ts';
import type { ListenerDraft } from './listener.ts';
import {
  findConflicts,
  findOverlaps,
  type ListenerConflict,
  type Overlap,
  type TakenSockets,
  transportOf,
} from './listener-conflict.ts';
import type { RouteGroupKind } from './listener-kind.ts';
import type { PortClaims } from './port-claim.ts';

export type ListenerPlan = {
  readonly draft: ListenerDraft;
  readonly conditions: readonly Condition[];
  /** What the proxy gets; null when the listener is not served. */
  readonly entry: Listener | null;
  readonly certificates: Readonly<Record<string, Certificate>>;
};

/** What the listeners of one Gateway and of its ListenerSets have in common. */
export type ListenerSite = {
  /** `namespace/name` of the Gateway. */
  readonly gateway: string;
  /** What listeners before these have. */
  readonly taken: TakenSockets;
  /** Null: the Gateway has its addresses for itself. */
  readonly claims: PortClaims | null;
  /** Where the ports are claimed. */
  readonly bound: readonly string[];
  /** What the proxy is to bind; empty: its default. */
  readonly addresses: readonly string[];
  /** False: the object that the listeners stand in is not served, whatever they are. */
  readonly open: boolean;
};

/** The listeners of one object. `generation` is that object's. */
export function planListeners(
  drafts: readonly ListenerDraft[],
  site: ListenerSite,
  generation: number,
): readonly ListenerPlan[] {
  const overlaps = findOverlaps(drafts);
  const lost = new Map(drafts.map((draft) => [draft, site.taken.conflictOf(draft)]));
  // Who lost to a listener before has no port, and so is in nobody's way.
  const conflicts = findConflicts(drafts.filter((draft) => lost.get(draft) === null));
  const plans = drafts.map((draft) => {
    const conflict = lost.get(draft) ?? conflicts.get(draft) ?? null;
    const usable = site.open && draft.fault === null && conflict === null;
    const { port } = draft.spec;
    const owner = usable ? (site.claims?.claim(site.gateway, site.bound, port, transportOf(draft.spec)) ?? null) : null;
    const overlap = overlaps.get(draft) ?? null;
    const served = usable && owner === null && (draft.plain || draft.certificates.length > 0);
    return {
      draft,
      conditions: conditionsOf(draft, { conflict, owner, overlap, served }, generation),
      entry: served ? entryOf(draft, site.addresses) : null,
      certificates: Object.fromEntries(draft.certificates.map((each) => [each.key, each.certificate])),
    };
  });
  site.taken.take(drafts.filter((draft) => lost.get(draft) === null));
  return plans;
}

/** A listener's part of the status of the object that it stands in. */
export type ListenerStatus = {
  readonly name: string;
  readonly supportedKinds: readonly RouteGroupKind[];
  readonly attachedRoutes: number;
  readonly conditions: readonly Condition[];
};

/** `attached` gives the number of accepted routes of a listener, by its key. */
export function listenerStatus(
  { draft, conditions }: ListenerPlan,
  attached: (listener: string) => number,
): ListenerStatus {
  return {
    name: draft.spec.name,
    supportedKinds: draft.kinds.map((kind) => ({ ...kind })),
    attachedRoutes: attached(draft.key),
    conditions,
  };
}

/** The condition of a type that every listener has. */
export function listenerConditionOf(listener: ListenerPlan, type: 'Accepted' | 'Programmed'): Condition {
  return listener.conditions.find((condition) => condition.type === type)!;
}

type Judgement = {
  readonly conflict: ListenerConflict | null;
  /** The other Gateway that has the port. */
  readonly owner: string | null;
  readonly overlap: Overlap | null;
  readonly served: boolean;
};

function conditionsOf(
  draft: ListenerDraft,
  { conflict, owner, overlap, served }: Judgement,
  generation: number,
): Condition[] {
  const resolved = draft.unresolved ?? listenerCondition.resolvedRefs(generation);
  const conditions: Condition[] = [];
  if (conflict !== null) {
    const { reason, message } = conflict;
    conditions.push(
      listenerCondition.notAcceptedForConflict(reason, message, generation),
      listenerCondition.conflicted(reason, message, generation),
      resolved,
      listenerCondition.notProgrammedForConflict(reason, message, generation),
    );
  } else {
    const accepted =
      draft.fault ??
      (owner === null
        ? listenerCondition.accepted(generation)
        : listenerCondition.portUnavailable(`port ${draft.spec.port} is used by Gateway ${owner}`, generation));
    const bare = !draft.plain && draft.certificates.length === 0;
    const why = accepted.status === 'False' ? accepted : bare ? draft.unresolved : null;
    conditions.push(
      accepted,
      listenerCondition.noConflicts(generation),
      resolved,
      served
        ? listenerCondition.programmed(generation)
        : listenerCondition.notProgrammed(why?.message ?? 'the Gateway is not served', generation),
    );
  }
  if (overlap !== null) {
    const { overlappingCertificates, overlappingHostnames } = listenerCondition;
    const overlapping = overlap.certificates ? overlappingCertificates : overlappingHostnames;
    conditions.push(overlapping(overlap.message, generation));
  }
  return conditions;
}

function entryOf(draft: ListenerDraft, addresses: readonly string[]): Listener {
  const { spec, hostname } = draft;
  // The draft would have a fault if it were of another protocol.
  const protocol = spec.protocol as Listener['protocol'];
  const { failure, filters } = draft.filters;
  const entry = { port: spec.port, protocol, hostname, addresses, tls: tlsOf(draft) };
  if (failure !== null) return { ...entry, failure };
  return filters.length === 0 ? entry : { ...entry, filters };
}

function tlsOf({ spec, plain, certificates, clientValidation, settings }: ListenerDraft): ListenerTLS | null {
  if (!plain) {
    const keys = certificates.map(({ key }) => key);
    return { mode: 'Terminate', certificates: keys, clientValidation, ...(settings === null ? {} : { settings }) };
  }
  return spec.protocol === 'TLS' ? { mode: 'Passthrough', certificates: [], clientValidation: null } : null;
}
