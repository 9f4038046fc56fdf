import type { BackendObjectReference } from '../../api/gateway/backend-reference.ts';
import type { BackendTLSPolicy } from '../../api/gateway/backend-tls-policy.ts';
import type { Gateway } from '../../api/gateway/gateway.ts';
import type { HTTPRouteFilter } from '../../api/gateway/http-route-filter.ts';
import type { GatewayListener } from '../../api/gateway/listener.ts';
import type { ListenerSet } from '../../api/gateway/listener-set.ts';
import type { LocalObjectReference } from '../../api/gateway/object-reference.ts';
import { OWN_GROUP } from '../../api/policy/value.ts';
import type { AuthorityReference } from '../ca-certificate.ts';
import { keyOf } from '../object.ts';
import { parentKey } from '../parent.ts';
import type { Route } from '../route/kind.ts';

/** Who refers to what, asked from the other end. */
export class References {
  readonly #referents = new Map<string, readonly string[]>();
  readonly #referrers = new Map<string, Set<string>>();

  /** Replaces what a referrer refers to. */
  set(referrer: string, referents: Iterable<string>): void {
    const list = [...new Set(referents)];
    for (const referent of this.#referents.get(referrer) ?? []) {
      const referrers = this.#referrers.get(referent)!;
      referrers.delete(referrer);
      if (referrers.size === 0) this.#referrers.delete(referent);
    }
    if (list.length === 0) this.#referents.delete(referrer);
    else this.#referents.set(referrer, list);
    for (const referent of list) {
      const referrers = this.#referrers.get(referent);
      if (referrers === undefined) this.#referrers.set(referent, new Set([referrer]));
      else referrers.add(referrer);
    }
  }

  to(referent: string): Iterable<string> {
    return this.#referrers.get(referent) ?? [];
  }
}

/** A parent of routes as a referent, by its key (`parentKey`). */
export const parentReferent = (key: string): string => `parent ${key}`;
/** Others by `namespace/name`. */
export const serviceReferent = (key: string): string => `service ${key}`;
/** A route by `<kind>/<namespace>/<name>`, in what does not depend on its parents. */
export const routeReferent = (key: string): string => `route ${key}`;
/** An Aggregate. */
export const aggregateReferent = (key: string): string => `aggregate ${key}`;
export const secretReferent = (key: string): string => `secret ${key}`;
/** An HTTPRouteFilter. */
export const filterReferent = (key: string): string => `filter ${key}`;
/** By `namespace/name`, or `/name` of a ClusterTrustBundle. */
export const authorityReferent = (key: string): string => `authority ${key}`;
/** All ReferenceGrants of a namespace. */
export const grantsReferent = (namespace: string): string => `grants ${namespace}`;

type Rules = readonly {
  readonly filters?: readonly HTTPRouteFilter[] | undefined;
  readonly backendRefs?:
    | readonly (BackendObjectReference & { readonly filters?: readonly HTTPRouteFilter[] | undefined })[]
    | undefined;
}[];

/**
 * Everything outside of a route on which its plan depends, but for its own namespace. A reference of another kind is
 * taken for one to a Service: that makes a route be planned again too often at most.
 */
export function* referentsOfRoute({ metadata, spec }: Route): Generator<string> {
  const { namespace } = metadata;
  for (const ref of spec.parentRefs ?? []) yield parentReferent(parentKey(ref, namespace));
  for (const rule of (spec.rules ?? []) as Rules) {
    yield* inFilters(rule.filters ?? [], namespace);
    for (const ref of rule.backendRefs ?? []) {
      yield* backend(ref, namespace);
      yield* inFilters(ref.filters ?? [], namespace);
    }
  }
}

/** The objects that a Gateway's plan depends on, but for those of its ListenerSets. */
export function* referentsOfGateway({ metadata, spec }: Gateway): Generator<string> {
  const { backend: own, frontend } = spec.tls ?? {};
  yield* inListeners(spec.listeners, metadata.namespace);
  if (own?.clientCertificateRef !== undefined) yield secret(own.clientCertificateRef, metadata.namespace);
  for (const { validation } of [frontend?.default ?? {}, ...(frontend?.perPort ?? []).map(({ tls }) => tls)]) {
    for (const ref of validation?.caCertificateRefs ?? []) yield authority(ref, metadata.namespace);
  }
}

export function* referentsOfListenerSet({ metadata, spec }: ListenerSet): Generator<string> {
  yield* inListeners(spec.listeners, metadata.namespace);
}

export function* referentsOfPolicy({ metadata, spec }: BackendTLSPolicy): Generator<string> {
  for (const ref of spec.validation.caCertificateRefs ?? []) yield authority(ref, metadata.namespace);
}

function* inListeners(listeners: readonly GatewayListener[], namespace: string): Generator<string> {
  for (const { filters, tls } of listeners) {
    for (const ref of tls?.certificateRefs ?? []) yield secret(ref, namespace);
    for (const { externalAuth, extensionRef } of filters?.requests ?? []) {
      if (externalAuth !== undefined) yield* backend(externalAuth.backendRef, namespace);
      if (extensionRef !== undefined) yield* extension(extensionRef, namespace);
    }
  }
}

function secret(ref: { readonly namespace?: string | undefined; readonly name: string }, own: string): string {
  return secretReferent(keyOf({ namespace: ref.namespace ?? own, name: ref.name }));
}

function authority(ref: AuthorityReference, own: string): string {
  const namespace = ref.kind === 'ClusterTrustBundle' ? '' : (ref.namespace ?? own);
  return authorityReferent(keyOf({ namespace, name: ref.name }));
}

function* inFilters(filters: readonly HTTPRouteFilter[], namespace: string): Generator<string> {
  for (const filter of filters) {
    if (filter.type === 'ExternalAuth') yield* backend(filter.externalAuth.backendRef, namespace);
    if (filter.type === 'RequestMirror') yield* backend(filter.requestMirror.backendRef, namespace);
    if (filter.type === 'ExtensionRef') yield* extension(filter.extensionRef, namespace);
  }
}

function* extension({ group, kind, name }: LocalObjectReference, namespace: string): Generator<string> {
  if (group === OWN_GROUP && kind === 'HTTPRouteFilter') yield filterReferent(keyOf({ namespace, name }));
}

function* backend(ref: BackendObjectReference, own: string): Generator<string> {
  const namespace = ref.namespace ?? own;
  const isAggregate = ref.group === OWN_GROUP && ref.kind === 'Aggregate';
  yield (isAggregate ? aggregateReferent : serviceReferent)(keyOf({ namespace, name: ref.name }));
  if (namespace !== own) yield grantsReferent(namespace);
}
