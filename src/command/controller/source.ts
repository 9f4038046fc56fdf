/** What the controller's admin server answers. */
import {
  type ControllerSource,
  type ExplainRequest,
  type Readiness,
  type ShownProxy,
  type ShownStatus,
  SourceError,
} from '../../admin/source.ts';
import type { Controller } from '../../controller/controller.ts';
import { makePin } from '../../controller/pin/pin.ts';
import { PinError } from '../../controller/pin/pin-secret.ts';
import type { Snapshot } from '../../ir/delta.ts';
import { isEndpointsOnly, type PublishedSnapshot } from '../../snapshot/history.ts';
import type { SnapshotServer } from '../../snapshot/server.ts';
import type { ProxyState } from '../../snapshot/session.ts';
import { FLUSH_ANNOTATION } from '../../translate/policy/cache-policy.ts';
import { policiesOfRegion } from '../cache-regions.ts';
import { explainRequest } from '../request.ts';
import { changesBetween, type EntryChange } from './changes.ts';

export type ShownHistory = {
  readonly gateway: string;
  /** What the proxies are to serve. */
  readonly published: string;
  /** What the cluster's objects say. */
  readonly configured: string;
  readonly pinned: { readonly revision: string; readonly at: string } | null;
  /** Newest first. */
  readonly revisions: readonly ShownRevision[];
};

export type ShownRevision = {
  readonly revision: string;
  /** RFC 3339. */
  readonly at: string;
  readonly endpointsOnly: boolean;
  /** Keys by collection; null for the first that is known. */
  readonly changed: PublishedSnapshot['changed'];
};

export type ShownDiff = {
  readonly gateway: string;
  readonly from: string;
  readonly to: string;
  readonly changes: readonly EntryChange[];
};

/** Sets annotations of a CachePolicy, `namespace/name`. */
type Annotate = (policy: string, annotations: Readonly<Record<string, string>>) => Promise<void>;

/** As short as a revision may be named. */
const SHORTEST = 4;

export class ControllerAnswers implements ControllerSource {
  readonly #controller: Controller;
  readonly #snapshots: SnapshotServer;
  readonly #metrics: () => Promise<string>;
  readonly #annotate: Annotate;

  constructor(controller: Controller, snapshots: SnapshotServer, metrics: () => Promise<string>, annotate: Annotate) {
    this.#annotate = annotate;
    this.#controller = controller;
    this.#snapshots = snapshots;
    this.#metrics = metrics;
  }

  get controllerName(): string {
    return this.#controller.controllerName;
  }

  readiness(): Readiness {
    const { ready } = this.#controller;
    return { ready, reasons: ready ? [] : ['not all kinds are listed yet'] };
  }

  metrics(): Promise<string> {
    return this.#metrics();
  }

  snapshots(): readonly Snapshot[] {
    return this.#controller.gateways.flatMap((gateway) => this.#snapshots.newest(gateway) ?? []);
  }

  statuses(): readonly ShownStatus[] {
    return this.#controller.statuses;
  }

  proxies(): readonly ShownProxy[] {
    return this.#controller.gateways.flatMap((gateway) => {
      const states = new Map(this.#snapshots.proxiesOf(gateway).map((state) => [state.proxy, state]));
      const ready = this.#controller.readyProxies(gateway);
      return [...new Set([...states.keys(), ...ready])].sort().map((proxy) => {
        return this.#proxy(gateway, proxy, ready.has(proxy), states.get(proxy));
      });
    });
  }

  history(gateway: string): ShownHistory {
    const pin = this.#controller.publisher.pin(gateway);
    return {
      gateway,
      published: this.#published(gateway).revision,
      configured: this.#configured(gateway).revision,
      pinned: pin === null ? null : { revision: pin.revision, at: pin.at },
      revisions: this.#snapshots
        .history(gateway)
        .list()
        .map((one) => ({
          revision: one.snapshot.revision,
          at: new Date(one.at).toISOString(),
          endpointsOnly: isEndpointsOnly(one),
          changed: one.changed,
        }))
        .reverse(),
    };
  }

  diff(gateway: string, from: string, to: string | null): ShownDiff {
    const before = this.revision(gateway, from);
    const after = to === null ? this.#configured(gateway) : this.revision(gateway, to);
    return { gateway, from: before.revision, to: after.revision, changes: changesBetween(before, after) };
  }

  revision(gateway: string, revision: string): Snapshot {
    const configured = this.#configured(gateway);
    if (!/^[0-9a-f]+$/.test(revision) || revision.length < SHORTEST) {
      throw new SourceError(`revision: ${JSON.stringify(revision)} must be at least ${SHORTEST} hexadecimal digits`);
    }
    const known = [
      ...this.#snapshots
        .history(gateway)
        .list()
        .map(({ snapshot }) => snapshot),
      configured,
    ];
    const found = new Map<string, Snapshot>();
    for (const one of known) if (one.revision.startsWith(revision)) found.set(one.revision, one);
    // A controller that started since has the pinned configuration only with the endpoints that it is served with.
    const pinned = this.#controller.publisher.pin(gateway)?.revision;
    if (pinned?.startsWith(revision) && !found.has(pinned)) found.set(pinned, this.#published(gateway));
    const [one, another] = found.values();
    if (one === undefined) {
      throw new SourceError(
        `revision: ${revision} of Gateway ${gateway} is not known to this controller; headgate history ${gateway} lists those that are`,
      );
    }
    if (another !== undefined) {
      throw new SourceError(
        `revision: ${[...found.keys()].join(' and ')} both begin with ${revision}; write more of it`,
      );
    }
    return one;
  }

  explain({ gateway, revision, ...request }: ExplainRequest): unknown {
    const isEarlier = gateway !== undefined && revision !== undefined;
    const snapshots = isEarlier ? [this.revision(gateway, revision)] : this.snapshots();
    // What objects say now does not say what they said then.
    const accounts = isEarlier ? null : this.#controller.accounts;
    return explainRequest(
      snapshots.map(({ table }) => table),
      request,
      { portOffset: 0, gateway: gateway ?? null, accounts },
    );
  }

  async rollback(gateway: string, revision: string): Promise<Pick<ShownHistory, 'gateway' | 'pinned'>> {
    const snapshot = this.revision(gateway, revision);
    const at = new Date().toISOString();
    const pin = makePin(snapshot.table, { uid: this.#uidOf(gateway), revision: snapshot.revision, at });
    await stored(this.#controller.pins.pin(pin));
    return { gateway, pinned: { revision: pin.revision, at } };
  }

  async resume(gateway: string): Promise<Pick<ShownHistory, 'gateway' | 'pinned'>> {
    await stored(this.#controller.pins.remove([this.#uidOf(gateway)]));
    return { gateway, pinned: null };
  }

  /** Written to the policies, so that all replicas and proxies learn of it as of any other change. */
  async flush(region: string): Promise<readonly string[]> {
    const tables = this.snapshots().map(({ table }) => table);
    const policies = policiesOfRegion(tables, region);
    const at = new Date().toISOString();
    await Promise.all(policies.map((policy) => this.#annotate(policy, { [FLUSH_ANNOTATION]: at })));
    return policies;
  }

  #proxy(gateway: string, proxy: string, ready: boolean, state: ProxyState | undefined): ShownProxy {
    const since = this.#snapshots.behindSince(proxy);
    const rejected = state?.rejected ?? null;
    return {
      gateway,
      proxy,
      ready,
      revision: state?.revision ?? '',
      wanted: this.#snapshots.newest(gateway)?.revision ?? '',
      behindSince: since === null ? null : new Date(since).toISOString(),
      rejected: rejected === null ? null : { revision: rejected.revision, reason: rejected.rejected ?? '' },
    };
  }

  #configured(gateway: string): Snapshot {
    const configured = this.#controller.publisher.configured(gateway);
    if (configured !== null) return configured;
    const known = this.#controller.gateways.join(', ') || 'none';
    throw new SourceError(`gateway: there is no ${JSON.stringify(gateway)} here; there are: ${known}`);
  }

  #published(gateway: string): Snapshot {
    return this.#snapshots.newest(gateway) ?? this.#configured(gateway);
  }

  #uidOf(gateway: string): string {
    const uid = this.#controller.uidOf(gateway);
    if (uid !== null && uid !== '') return uid;
    throw new SourceError(`gateway: there is no ${JSON.stringify(gateway)} in the cluster`);
  }
}

async function stored(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (error instanceof PinError) throw new SourceError(error.message);
    throw error;
  }
}
