import type { BackendObjectReference } from '../../api/gateway/backend-reference.ts';
import type { Gateway } from '../../api/gateway/gateway.ts';
import type { HTTPRoute } from '../../api/gateway/http-route.ts';
import type { HTTPRouteFilter } from '../../api/gateway/http-route-filter.ts';
import { keyOf } from '../object.ts';

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

/** A Gateway as a referent, by `namespace/name`; the others alike. */
export const gatewayReferent = (key: string): string => `gateway ${key}`;
export const serviceReferent = (key: string): string => `service ${key}`;
export const secretReferent = (key: string): string => `secret ${key}`;
/** All ReferenceGrants of a namespace. */
export const grantsReferent = (namespace: string): string => `grants ${namespace}`;

/**
 * Everything outside of a route on which its plan depends, but for its own namespace. A reference of another kind is
 * taken for one to a Service: that makes a route be planned again too often at most.
 */
export function* referentsOfRoute({ metadata, spec }: HTTPRoute): Generator<string> {
  const { namespace } = metadata;
  for (const ref of spec.parentRefs ?? []) {
    yield gatewayReferent(keyOf({ namespace: ref.namespace ?? namespace, name: ref.name }));
  }
  for (const rule of spec.rules) {
    yield* mirrors(rule.filters ?? [], namespace);
    for (const ref of rule.backendRefs ?? []) {
      yield* backend(ref, namespace);
      yield* mirrors(ref.filters ?? [], namespace);
    }
  }
}

/** The Secrets that a Gateway's plan depends on. */
export function* referentsOfGateway({ metadata, spec }: Gateway): Generator<string> {
  const refs = spec.listeners.flatMap(({ tls }) => tls?.certificateRefs ?? []);
  const own = spec.tls?.backend?.clientCertificateRef;
  for (const ref of own === undefined ? refs : [...refs, own]) {
    yield secretReferent(keyOf({ namespace: ref.namespace ?? metadata.namespace, name: ref.name }));
  }
}

function* mirrors(filters: readonly HTTPRouteFilter[], namespace: string): Generator<string> {
  for (const filter of filters) {
    if (filter.type === 'RequestMirror') yield* backend(filter.requestMirror.backendRef, namespace);
  }
}

function* backend(ref: BackendObjectReference, own: string): Generator<string> {
  const namespace = ref.namespace ?? own;
  yield serviceReferent(keyOf({ namespace, name: ref.name }));
  if (namespace !== own) yield grantsReferent(namespace);
}
