/**
 * The controller: what the cluster says → routing tables to the proxies, and, from the replica that leads, statuses and
 * the proxies' own objects to the cluster. Every replica translates and serves tables; equal input gives equal revisions,
 * so a proxy may ask any of them.
 */
import type { Kind, Resources } from '../api/resources.ts';
import { childName } from '../infra/name.ts';
import type { ProxyParameters } from '../infra/parameters.ts';
import { Reconciler } from '../infra/reconcile.ts';
import { render } from '../infra/render.ts';
import type { Installation } from '../infra/settings.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Logger } from '../observe/log.ts';
import { snapshotOf } from '../snapshot/revision.ts';
import type { SnapshotServer } from '../snapshot/server.ts';
import { changesBetween } from '../translate/incremental/changes.ts';
import { IncrementalTranslator } from '../translate/incremental/translator.ts';
import { DEFAULT_OPTIONS, listenerSetParent, type ObjectStatus, type Translation } from '../translate/index.ts';
import { acknowledgement } from './acknowledged.ts';
import { gatewayAddresses } from './address.ts';
import { Batch } from './batch.ts';
import { Children } from './children.ts';
import { addRouteProgrammed, type GatewayOf, type ProgressOf, withholdProgrammed } from './programmed.ts';
import { readyProxies } from './ready-proxies.ts';
import { statusTargets } from './status/target.ts';
import { StatusWriter } from './status/writer.ts';
import { World } from './world.ts';

export type ControllerOptions = {
  readonly client: KubeClient;
  readonly log: Logger;
  readonly controllerName: string;
  readonly installation: Installation;
  readonly parameters: ProxyParameters;
  readonly snapshots: SnapshotServer;
};

/**
 * Milliseconds that a new leader waits for proxies that take traffic and have not told it what they serve. They have hardly
 * stopped serving because of the change of leaders, and saying so would be a guess.
 */
const HEARING = 15_000;

export class Controller {
  readonly #options: ControllerOptions;
  readonly #world: World;
  readonly #children: Children;
  readonly #reconciler: Reconciler;
  readonly #statuses: StatusWriter;
  readonly #batch: Batch;
  /** By itself: the API server is waited for, and tables must not be. */
  readonly #infrastructure: Batch;
  readonly #translator = new IncrementalTranslator();
  #translation: Translation = { tables: [], statuses: [] };
  /** What it was made of. */
  #read: { readonly resources: Resources; readonly addresses: string } | null = null;
  #published = new Set<string>();
  #leading = false;
  /** When a new leader writes statuses whatever it has heard; null once it has begun to. */
  #hearingUntil: number | null = null;

  constructor(options: ControllerOptions) {
    const { client, log } = options;
    const changed = () => this.#batch.changed();
    this.#options = options;
    this.#batch = new Batch(
      () => this.#reconcile(),
      (error) => log.error({ err: error }, 'reconciling failed; the last good tables stay'),
    );
    this.#infrastructure = new Batch(
      () => this.#applyInfrastructure(),
      (error) => log.error({ err: error }, 'the objects of Gateways could not be brought to what they should be'),
    );
    this.#world = new World({
      client,
      changed,
      observe: (kind, event, message) => this.#observed(kind, event, message),
      refused: (message) => log.warn(message),
    });
    this.#children = new Children(client, options.installation.instance, changed);
    this.#reconciler = new Reconciler({
      client,
      fieldManager: options.installation.instance,
      live: (kind, namespace, name) => this.#children.get(kind, namespace, name),
      failed: (what, error) => log.error({ err: error }, `${what} could not be brought to what it should be`),
    });
    this.#statuses = new StatusWriter({
      client,
      controllerName: options.controllerName,
      failed: (path, error) => log.warn({ err: error }, `the status of ${path} could not be written`),
    });
  }

  /** Runs until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const running = Promise.all([this.#world.run(signal), this.#children.run(signal)]);
    await Promise.race([Promise.all([this.#world.synced(), this.#children.synced()]), running]);
    if (signal.aborted) return;
    this.#options.log.info('all kinds are listed');
    this.#batch.start();
    this.#infrastructure.start();
    await running;
    this.#batch.stop();
    this.#infrastructure.stop();
  }

  /** Becomes the replica that writes, until `signal` aborts. */
  lead(signal: AbortSignal): void {
    this.#options.log.info('this replica leads');
    this.#leading = true;
    this.#hearingUntil = performance.now() + HEARING;
    this.#batch.changed();
    const heard = setTimeout(() => this.#batch.changed(), HEARING + 1);
    signal.addEventListener('abort', () => {
      this.#options.log.info('this replica no longer leads');
      this.#leading = false;
      clearTimeout(heard);
      this.#statuses.clear();
    });
  }

  /** A proxy came, went or acknowledged: statuses may have become true. */
  proxiesChanged(): void {
    this.#batch.changed();
  }

  /** The Gateway whose proxies run as this ServiceAccount: `namespace/name`, or null. */
  gatewayOf(namespace: string, serviceAccount: string): string | null {
    for (const { gateway } of this.#translation.tables) {
      const [home, name] = gateway.split('/') as [string, string];
      if (home === namespace && childName(name) === serviceAccount) return gateway;
    }
    return null;
  }

  get statuses(): readonly ObjectStatus[] {
    return this.#shown();
  }

  #reconcile(): void {
    const { controllerName, snapshots } = this.#options;
    this.#translate();
    const present = new Set(this.#translation.tables.map(({ gateway }) => gateway));
    for (const gone of this.#published) if (!present.has(gone)) snapshots.forget(gone);
    this.#published = present;
    if (!this.#leading) return;
    if (this.#hasHeard()) {
      const paths = new Set<string>();
      for (const target of statusTargets(this.#world, this.#shown(), controllerName)) {
        paths.add(target.path);
        this.#statuses.write(target);
      }
      this.#statuses.retain(paths);
    }
    this.#infrastructure.changed();
  }

  /** Again only when there is something new to read: most changes are acknowledgements and our own statuses. */
  #translate(): void {
    const { controllerName, snapshots } = this.#options;
    const resources = this.#world.resources();
    const addresses = gatewayAddresses(this.#world);
    const read = JSON.stringify(addresses);
    if (this.#read?.resources === resources && this.#read.addresses === read) return;
    const options = { ...DEFAULT_OPTIONS, controllerName, addresses };
    const step = this.#translator.update(changesBetween(this.#read?.resources ?? null, resources), options);
    this.#read = { resources, addresses: read };
    this.#translation = step;
    for (const change of step.changes.tables) snapshots.publish(snapshotOf(change.table, change));
  }

  /** Whether every proxy that takes traffic has told this leader what it serves, or had the time to. */
  #hasHeard(): boolean {
    if (this.#hearingUntil === null) return true;
    const known = new Set(this.#options.snapshots.proxies().map(({ gateway, proxy }) => `${gateway} ${proxy}`));
    const heard = this.#translation.tables.every(({ gateway }) =>
      [...readyProxies(this.#world, gateway)].every((proxy) => known.has(`${gateway} ${proxy}`)),
    );
    if (!heard && performance.now() < this.#hearingUntil) return false;
    this.#hearingUntil = null;
    return true;
  }

  /** The statuses as they may be shown: nothing is programmed before every ready proxy says so. */
  #shown(): ObjectStatus[] {
    const { snapshots } = this.#options;
    const states = snapshots.proxies();
    const progressOf: ProgressOf = (gateway) => {
      const desired = snapshots.newest(gateway);
      return desired === null ? null : acknowledgement(desired, readyProxies(this.#world, gateway), states);
    };
    const gatewayOf: GatewayOf = (listenerSet) => {
      const [namespace, name] = listenerSet.split('/') as [string, string];
      const known = this.#world.get('ListenerSet', namespace, name)?.resource;
      return known?.kind === 'ListenerSet' ? listenerSetParent(known) : null;
    };
    const held = withholdProgrammed(this.#translation.statuses, progressOf, gatewayOf);
    return addRouteProgrammed(held, progressOf, gatewayOf);
  }

  async #applyInfrastructure(): Promise<void> {
    // Whoever does not know the Gateways must not take what was made for them for left over.
    if (!this.#leading || this.#read === null) return;
    const { installation, parameters } = this.#options;
    const wanted = new Set<string>();
    for (const { gateway, ports } of this.#ourGateways()) {
      const objects = render(gateway, parameters, installation, ports);
      for (const { object } of objects)
        wanted.add(`${object.kind}/${object.metadata.namespace}/${object.metadata.name}`);
      await this.#reconciler.apply(objects);
    }
    await this.#reconciler.prune(this.#children.all(), wanted);
  }

  *#ourGateways() {
    for (const { gateway, listeners } of this.#translation.tables) {
      const [namespace, name] = gateway.split('/') as [string, string];
      const known = this.#world.get('Gateway', namespace, name)?.resource;
      if (known?.kind !== 'Gateway' || known.metadata.deletionTimestamp !== undefined) continue;
      // Nothing can be made in a namespace that is being deleted.
      const home = this.#world.get('Namespace', '', namespace)?.resource.metadata;
      if (home?.deletionTimestamp !== undefined) continue;
      const ports = Object.entries(listeners).flatMap(([key, { port, protocol }]) =>
        key.startsWith('listenerset/') ? [{ port, protocol }] : [],
      );
      yield { gateway: known, ports };
    }
  }

  #observed(kind: Kind, event: string, message: string): void {
    if (event === 'failure') this.#options.log.warn(`watching ${kind} failed and is tried again: ${message}`);
  }
}
