import type { ReferenceGrant } from '../api/gateway/reference-grant.ts';

/** The object that holds a reference. */
export type Referrer = { readonly group: string; readonly kind: string; readonly namespace: string };

/** The object that is referred to. */
export type Referent = Referrer & { readonly name: string };

/** What all ReferenceGrants together permit, as one look-up (GEP-709). */
export class Grants {
  /** From one kind and namespace to one kind and namespace: the names that may be referred to, null for all of them. */
  readonly #permitted = new Map<string, Set<string> | null>();

  constructor(grants: readonly ReferenceGrant[]) {
    for (const grant of grants) {
      for (const from of grant.spec.from) {
        for (const to of grant.spec.to) this.#add(path(from, { ...to, namespace: grant.metadata.namespace }), to.name);
      }
    }
  }

  /** Whether the reference is allowed; within one namespace it always is. Whether the referent exists does not matter. */
  permits(from: Referrer, to: Referent): boolean {
    if (from.namespace === to.namespace) return true;
    const names = this.#permitted.get(path(from, to));
    return names === null || names?.has(to.name) === true;
  }

  #add(key: string, name: string | undefined): void {
    const names = this.#permitted.get(key);
    if (name === undefined) this.#permitted.set(key, null);
    else if (names === undefined) this.#permitted.set(key, new Set([name]));
    else names?.add(name);
  }
}

function path(from: Referrer, to: Referrer): string {
  return `${from.namespace}/${from.group}/${from.kind} ${to.namespace}/${to.group}/${to.kind}`;
}
