import type { ObjectKey } from '../../ir/status.ts';
import type { TranslationStep } from '../../translate/incremental/translator.ts';
import type { ObjectStatus } from '../../translate/index.ts';
import type { LagChanges } from '../lags.ts';
import { isOwnPolicy, isOwnPolicyKind } from '../policy-programmed.ts';
import type { World, WorldChange } from '../world.ts';
import { pathOf } from './path.ts';
import { patienceWith } from './patience.ts';
import { releasedTarget } from './released.ts';
import type { StatusTarget } from './writer.ts';

/**
 * What should stand in each object's status, and of which objects that must be looked at again: those that are translated
 * otherwise, those that changed in the cluster (our own writes too), and those that the proxies serve now or no longer.
 */
export class StatusBoard {
  readonly #controllerName: string;
  readonly #statuses = new Map<string, ObjectStatus>();
  /** Ids of those statuses that are of ListenerSets. */
  readonly #listenerSets = new Set<string>();
  #dirty = new Map<string, ObjectKey>();
  /** Ids of Gateways that were ours until their class changed. */
  readonly #released = new Set<string>();
  /** Ids of policies that were shown as not programmed yet. */
  #latePolicies = new Set<string>();

  constructor(controllerName: string) {
    this.#controllerName = controllerName;
  }

  /** Every object is looked at: this replica begins to write. */
  all(world: World): void {
    for (const [id, status] of this.#statuses) this.#dirty.set(id, status);
    for (const { stored } of world.all()) {
      const { namespace = '', name } = stored.metadata;
      if (this.#isOurs(stored)) this.#mark({ kind: stored.kind, namespace, name });
    }
  }

  translated({ statuses, goneStatuses }: TranslationStep['changes']): void {
    for (const status of statuses) {
      // Theirs is not only what translation says: ParametersReport.
      if (status.kind === 'GatewayParameters') continue;
      this.#statuses.set(idOf(status), status);
      this.#released.delete(idOf(status));
      if (status.kind === 'ListenerSet') this.#listenerSets.add(idOf(status));
      this.#mark(status);
    }
    for (const key of goneStatuses) {
      this.#statuses.delete(idOf(key));
      this.#listenerSets.delete(idOf(key));
      if (key.kind === 'Gateway') this.#released.add(idOf(key));
      this.#mark(key);
    }
  }

  stored(changes: readonly WorldChange[]): void {
    for (const { kind, key, object } of changes) {
      if (object === null) continue;
      const slash = key.indexOf('/');
      const one = { kind, namespace: key.slice(0, slash), name: key.slice(slash + 1) };
      if (this.#statuses.has(idOf(one)) || this.#isOurs(object.stored)) this.#mark(one);
    }
  }

  served({ gateways, routes, allRoutes }: LagChanges): void {
    for (const gateway of gateways) this.#markKnown(`gateway/${gateway}`);
    // Whose they are is not known here, and they are few.
    if (gateways.length > 0) for (const id of this.#listenerSets) this.#markKnown(id);
    for (const id of this.#latePolicies) this.#markKnown(id);
    this.#latePolicies.clear();
    for (const route of routes) this.#markKnown(route);
    if (allRoutes) for (const status of this.#statuses.values()) if ('parents' in status.status) this.#mark(status);
  }

  /** The CRDs are of another release. */
  otherVersions(): void {
    for (const status of this.#statuses.values()) if (status.kind === 'GatewayClass') this.#mark(status);
  }

  /** Nobody asks: another replica writes. */
  clear(): void {
    this.#dirty.clear();
    this.#released.clear();
  }

  /**
   * Where each status goes, once. An object of which nothing is ours any more, but which still has entries of ours, gets a
   * status without any.
   * @param shownOf a status as it may be shown now
   */
  *take(world: World, shownOf: (status: ObjectStatus) => ObjectStatus): Generator<StatusTarget> {
    const dirty = this.#dirty;
    this.#dirty = new Map();
    for (const [id, { kind, namespace, name }] of dirty) {
      const known = this.#statuses.get(id);
      const released = this.#released.delete(id);
      const stored = world.get(kind, namespace, name)?.stored;
      if (stored === undefined) continue;
      const path = pathOf(kind, namespace, name);
      if (known !== undefined) {
        const shown = shownOf(known);
        if (isOwnPolicy(known) && shown !== known) this.#latePolicies.add(id);
        const patience = patienceWith(shown, stored, this.#controllerName);
        yield { path, stored, status: shown.status, ...(patience === 0 ? {} : { patience }) };
      } else if (released) yield releasedTarget(path, stored, !hasClass(world, namespace, name));
      else if (this.#isOurs(stored)) yield { path, stored, status: withoutEntries(stored) };
    }
  }

  #mark(key: ObjectKey): void {
    this.#dirty.set(idOf(key), key);
  }

  #markKnown(id: string): void {
    const status = this.#statuses.get(id);
    if (status !== undefined) this.#dirty.set(id, status);
  }

  #isOurs({ kind, status }: StatusTarget['stored']): boolean {
    const entries = hasAncestors(kind) ? status?.ancestors : status?.parents;
    return entries?.some(({ controllerName }) => controllerName === this.#controllerName) ?? false;
  }
}

/** Whether there is a GatewayClass of the name that the Gateway has. */
function hasClass(world: World, namespace: string, name: string): boolean {
  const gateway = world.get('Gateway', namespace, name)?.resource;
  return gateway?.kind === 'Gateway' && world.get('GatewayClass', '', gateway.spec.gatewayClassName) !== undefined;
}

/** A status in which several controllers have entries, without ours. */
function withoutEntries({ kind }: StatusTarget['stored']): StatusTarget['status'] {
  return hasAncestors(kind) ? { ancestors: [] } : { parents: [] };
}

function hasAncestors(kind: string): boolean {
  return kind === 'BackendTLSPolicy' || isOwnPolicyKind(kind);
}

/** As the keys of a route's rules begin: `httproute/<namespace>/<name>`. */
function idOf({ kind, namespace, name }: ObjectKey): string {
  return `${kind.toLowerCase()}/${namespace}/${name}`;
}
