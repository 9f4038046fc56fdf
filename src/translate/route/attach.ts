import type { ParentReference } from '../../api/gateway/parent-reference.ts';
import type { Condition } from '../../ir/status.ts';
import type { Attachment } from '../../ir/table.ts';
import { noMatchingListenerHostname, noMatchingParent, notAllowedByListeners } from '../condition/route.ts';
import { intersection } from '../hostname.ts';
import type { ListenerPlan } from '../listener-plan.ts';
import type { ParentPlan } from '../parent.ts';

/** A listener that a route is attached to, and the hosts for which it is. */
export type AttachedListener = { readonly listener: ListenerPlan; readonly attachments: readonly Attachment[] };

export type AttachResult =
  | { readonly ok: true; readonly listeners: readonly AttachedListener[] }
  | { readonly ok: false; readonly condition: Condition };

/** What of a route decides where it may be attached. */
export type Candidate = {
  readonly namespace: string;
  readonly kind: string;
  /** Lower case, each once; empty for a route of any host. */
  readonly hostnames: readonly string[];
  readonly generation: number;
};

/**
 * The listeners of a parent that one parentRef leads to, narrowed step by step: those that it names, those of them that
 * let the route in, those of them whose hostname has something in common with the route's. The condition names the first
 * step that leaves none. Whether a listener is itself valid plays no part (ListenerStatus `attachedRoutes`).
 */
export function attach(route: Candidate, ref: ParentReference, parent: ParentPlan): AttachResult {
  const { generation } = route;
  const where = `${parent.kind} ${parent.key}`;
  if (parent.listeners.length === 0) {
    const message = `${where} is not allowed by Gateway ${parent.gateway}, so it has no listeners`;
    return { ok: false, condition: noMatchingParent(message, generation) };
  }
  const named = parent.listeners.filter(
    ({ draft }) =>
      (ref.sectionName === undefined || draft.spec.name === ref.sectionName) &&
      (ref.port === undefined || draft.spec.port === ref.port),
  );
  if (named.length === 0) {
    const section = ref.sectionName === undefined ? '' : ` with the name ${ref.sectionName}`;
    const port = ref.port === undefined ? '' : ` on port ${ref.port}`;
    const have = parent.listeners.map(({ draft }) => `${draft.spec.name} (${draft.spec.port})`).join(', ');
    const message = `${where} has no listener${section}${port}; its listeners: ${have}`;
    return { ok: false, condition: noMatchingParent(message, generation) };
  }
  const open = named.filter(
    ({ draft }) => draft.kinds.some(({ kind }) => kind === route.kind) && draft.allows(route.namespace),
  );
  if (open.length === 0) {
    const message = `no listener of ${where} allows ${route.kind}s from namespace ${route.namespace}: ${names(named)}`;
    return { ok: false, condition: notAllowedByListeners(message, generation) };
  }
  const listeners = open.flatMap((listener) => {
    const attachments = attachmentsOf(route.hostnames, listener);
    return attachments.length === 0 ? [] : [{ listener, attachments }];
  });
  if (listeners.length === 0) {
    const hosts = open.map(({ draft }) => `${draft.spec.name} (${draft.hostname})`).join(', ');
    const message = `none of ${route.hostnames.join(', ')} is a host of the listeners: ${hosts}`;
    return { ok: false, condition: noMatchingListenerHostname(message, generation) };
  }
  return { ok: true, listeners };
}

function attachmentsOf(hostnames: readonly string[], { draft }: ListenerPlan): Attachment[] {
  if (hostnames.length === 0) return [{ listener: draft.key, hostname: draft.hostname, routeHostname: '' }];
  const attachments: Attachment[] = [];
  for (const routeHostname of hostnames) {
    const hostname = intersection(draft.hostname, routeHostname);
    if (hostname !== null) attachments.push({ listener: draft.key, hostname, routeHostname });
  }
  return attachments;
}

function names(listeners: readonly ListenerPlan[]): string {
  return listeners.map(({ draft }) => draft.spec.name).join(', ');
}
