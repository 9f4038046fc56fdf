/**
 * The controller: what the cluster says → routing tables to the proxies, and, from the replica that leads, statuses and
 * the proxies' own objects to the cluster. Every replica translates and serves tables; equal input gives equal revisions,
 * so a proxy may ask any of them.
 */
import type { Kind } from '../api/resources.ts';
import type { Installation } from '../infra/settings.ts';
import type { KubeClient } from '../kube/client.ts';
import type { EventRecorder } from '../kube/event.ts';
import type { ListWatchEvent } from '../kube/list-watch.ts';
import type { Logger } from '../observe/log.ts';
import type { SnapshotServer } from '../snapshot/server.ts';
import type { ProxyState } from '../snapshot/session.ts';
import { IncrementalTranslator } from '../translate/incremental/translator.ts';
import {
  DEFAULT_OPTIONS,
  listenerSetParent,
  type ObjectStatus,
  type TranslateOptions,
  type Translation,
} from '../translate/index.ts';
import type { Accounts } from '../translate/policy/account.ts';
import { GatewayAddresses, servicePorts } from './address.ts';
import { Batch } from './batch.ts';
import { Children } from './children.ts';
import { Hearing } from './hearing.ts';
import { InfrastructureBatch } from './infrastructure-batch.ts';
import { Lags } from './lags.ts';
import type { ControllerMetrics, Reading } from './metrics.ts';
import { ParametersReport } from './parameters/report.ts';
import { PinSecret } from './pin/pin-secret.ts';
import { type GatewayOf, shownStatus } from './programmed.ts';
import { Publisher } from './publisher.ts';
import { ReadyProxies } from './ready-proxies.ts';
import { isOfInfrastructure, PendingChanges } from './resource-changes.ts';
import { StatusBoard } from './status/board.ts';
import { CrdVersions } from './status/crd-versions.ts';
import { withSupportedVersion } from './status/supported-version.ts';
import { StatusWriter } from './status/writer.ts';
import { Warnings } from './warnings.ts';
import { GATEWAY_CRDS } from './watched.ts';
import { World } from './world.ts';

export type ControllerOptions = {
  readonly client: KubeClient;
  readonly log: Logger;
  readonly controllerName: string;
  /** Where this controller runs. */
  readonly namespace: string;
  readonly installation: Installation;
  readonly snapshots: SnapshotServer;
  readonly metrics: ControllerMetrics;
  readonly events: EventRecorder;
};

/** Milliseconds between two looks at what the statuses of GatewayParameters should be. */
const PARAMETERS_PACE = 500;

export class Controller {
  readonly #options: ControllerOptions;
  readonly #world: World;
  readonly #children: Children;
  readonly #statuses: StatusWriter;
  readonly #warnings: Warnings;
  readonly #batch: Batch;
  readonly #infrastructure: InfrastructureBatch;
  readonly #parameters: ParametersReport;
  /** By themselves: they follow every revision, which is worth telling only now and then. */
  readonly #parameterStatuses: Batch;
  readonly #translator = new IncrementalTranslator();
  readonly #changes = new PendingChanges();
  readonly #addresses = new GatewayAddresses();
  readonly #readyProxies = new ReadyProxies();
  readonly #lags: Lags;
  /** Tables that Gateways were rolled back to. */
  readonly pins: PinSecret;
  readonly publisher: Publisher;
  readonly #board: StatusBoard;
  readonly #versions: CrdVersions;
  #translateOptions: TranslateOptions;
  /** Null before the first. */
  #translation: Translation | null = null;
  #ready = false;
  #repinned = false;
  #leading = false;
  readonly #hearing = new Hearing();

  constructor(options: ControllerOptions) {
    const { client, log, metrics } = options;
    metrics.readFrom(() => this.#reading());
    const changed = () => this.#batch.changed();
    this.#options = options;
    this.#translateOptions = { ...DEFAULT_OPTIONS, controllerName: options.controllerName };
    this.pins = new PinSecret({
      client,
      namespace: options.namespace,
      name: `${options.installation.instance}-pins`,
      changed: () => this.#pinsChanged(),
      failed: (uid, error) => log.error({ err: error }, `the pin of the Gateway with uid ${uid} cannot be used`),
    });
    this.publisher = new Publisher({
      snapshots: options.snapshots,
      pins: () => this.pins.all().filter(({ gateway, uid }) => this.uidOf(gateway) === uid),
      endpointsOf: (backend) => this.#translator.endpointsOf(backend),
    });
    this.#board = new StatusBoard(options.controllerName);
    this.#versions = new CrdVersions({
      client,
      names: GATEWAY_CRDS,
      changed: () => {
        this.#board.otherVersions();
        changed();
      },
      failed: (error) => log.warn({ err: error }, "the versions of the Gateway API's CRDs are not known"),
    });
    this.#lags = new Lags({
      snapshots: options.snapshots,
      ready: (gateway) => this.readyProxies(gateway),
      reached: (gateway) => servicePorts(this.#world, gateway),
      pinned: (gateway) => {
        const pin = this.pins.get(this.uidOf(gateway) ?? '');
        return pin === null ? null : { pin, configured: this.publisher.configured(gateway) };
      },
    });
    this.#batch = new Batch(
      () => this.#reconcile(),
      (error) => {
        metrics.failed();
        log.error({ err: error }, 'reconciling failed; the last good tables stay');
      },
    );
    this.#parameterStatuses = new Batch(
      () => this.#writeParameterStatuses(),
      (error) => log.error({ err: error }, 'the statuses of GatewayParameters could not be made'),
      PARAMETERS_PACE,
    );
    this.#world = new World({
      client,
      changed,
      observe: (kind, event, message) => this.#observed(kind, event, message),
      refused: (message) => log.warn(message),
    });
    this.#children = new Children(client, options.installation.instance, () => this.#infrastructure.changed());
    this.#infrastructure = new InfrastructureBatch({
      client,
      log,
      metrics,
      world: this.#world,
      children: this.#children,
      installation: options.installation,
      tables: () => (this.#leading ? (this.#translation?.tables ?? null) : null),
      pin: (gateway) => this.publisher.pin(gateway),
      applied: (asked) => {
        this.#parameters.asked(asked);
        changed();
      },
      failed: (gateway, what, error) => this.#warnings.infrastructureFailed(gateway, what, error),
    });
    this.#parameters = new ParametersReport({
      controllerName: options.controllerName,
      world: this.#world,
      children: this.#children,
      ready: this.#readyProxies,
      snapshots: options.snapshots,
    });
    this.#statuses = new StatusWriter({
      client,
      controllerName: options.controllerName,
      failed: ({ path, stored }, error) => {
        metrics.statusWritten(stored.kind, 'failed');
        log.warn({ err: error }, `the status of ${path} could not be written`);
      },
      written: (target) => {
        metrics.statusWritten(target.stored.kind, 'written');
        this.#warnings.statusWritten(target);
      },
    });
    const leading = () => this.#leading;
    this.#warnings = new Warnings({
      events: options.events,
      world: this.#world,
      snapshots: options.snapshots,
      leading,
    });
  }

  /** Runs until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const parts = [this.#world, this.#children, this.pins, this.#versions];
    const running = Promise.all(parts.map((part) => part.run(signal)));
    const synced = Promise.all([this.#world.synced(), this.#children.synced(), this.pins.synced, this.#versions.asked]);
    await Promise.race([synced, running]);
    if (signal.aborted) return;
    this.#options.log.info('all kinds are listed');
    this.#batch.start();
    this.#infrastructure.start();
    this.#parameterStatuses.start();
    this.#warnings.run(signal);
    await running;
    this.#batch.stop();
    this.#infrastructure.stop();
    this.#parameterStatuses.stop();
  }

  /** Becomes the replica that writes, until `signal` aborts. */
  lead(signal: AbortSignal): void {
    this.#options.log.info('this replica leads');
    this.#leading = true;
    this.#board.all(this.#world);
    this.#batch.changed();
    this.#infrastructure.changed();
    const stopHearing = this.#hearing.begin(() => this.#batch.changed());
    signal.addEventListener('abort', () => {
      this.#options.log.info('this replica no longer leads');
      this.#leading = false;
      stopHearing();
      this.#statuses.clear();
    });
  }

  /** Other authorities: every proxy is told. */
  trust(caBundle: string): void {
    this.#infrastructure.trust(caBundle);
  }

  /** A proxy came, went or acknowledged: statuses may have become true. */
  proxiesChanged(state: ProxyState): void {
    this.#warnings.answered(state);
    this.#lags.heardOf(state.gateway);
    this.#batch.changed();
  }

  /** The Gateway whose proxies run as this ServiceAccount: `namespace/name`, or null. It has the name of their Service. */
  gatewayOf(namespace: string, serviceAccount: string): string | null {
    const gateway = this.#addresses.gatewayOf(`${namespace}/${serviceAccount}`);
    return gateway !== null && this.#options.snapshots.newest(gateway) !== null ? gateway : null;
  }

  /** Whether everything that there is was read, and published. */
  get ready(): boolean {
    return this.#ready;
  }

  get leading(): boolean {
    return this.#leading;
  }

  get controllerName(): string {
    return this.#options.controllerName;
  }

  /** `namespace/name` of each that is served. */
  get gateways(): readonly string[] {
    return this.#tables.map(({ gateway }) => gateway);
  }

  /** Names of the pods that clients of a Gateway can reach. */
  readyProxies(gateway: string): ReadonlySet<string> {
    return this.#readyProxies.of(gateway);
  }

  /** Null for a Gateway that is not there. */
  uidOf(gateway: string): string | null {
    const [namespace, name] = gateway.split('/') as [string, string];
    return this.#world.get('Gateway', namespace, name)?.resource.metadata.uid ?? null;
  }

  /** As they may be shown: nothing is programmed before every ready proxy says so. */
  get statuses(): readonly ObjectStatus[] {
    return (this.#translation?.statuses ?? []).map(this.#shown);
  }

  /** Of the objects as they are now. */
  get accounts(): Accounts {
    return this.#translator.accounts;
  }

  readonly #shown = (status: ObjectStatus): ObjectStatus => {
    const shown = shownStatus(status, (gateway) => this.#lags.of(gateway), this.#gatewayOfSet);
    return withSupportedVersion(shown, this.#versions.found);
  };

  readonly #gatewayOfSet: GatewayOf = (listenerSet) => {
    const [namespace, name] = listenerSet.split('/') as [string, string];
    const known = this.#world.get('ListenerSet', namespace, name)?.resource;
    return known?.kind === 'ListenerSet' ? listenerSetParent(known) : null;
  };

  #reconcile(): void {
    const begin = performance.now();
    const changes = this.#world.take();
    this.#changes.add(changes);
    this.#addresses.take(changes, this.#world);
    this.#board.stored(changes);
    const services = this.#readyProxies.take(changes);
    for (const { kind, key } of changes) if (kind === 'Service') services.add(key);
    for (const service of services) {
      const gateway = this.#addresses.gatewayOf(service);
      if (gateway !== null) this.#lags.heardOf(gateway);
    }
    if (changes.some(isOfInfrastructure)) this.#infrastructure.changed();
    this.#translate();
    this.publisher.publish();
    this.#ready = true;
    // Which ports lead to the proxies depends on what they serve.
    if (this.#repinned) this.#infrastructure.changed();
    this.#repinned = false;
    this.#board.served(this.#lags.update());
    if (!this.#leading) this.#board.clear();
    else if (this.#hearing.hasHeard(() => this.#areAllHeard())) this.#writeStatuses();
    if (this.#leading) this.pins.dropUnless(({ gateway, uid }) => this.uidOf(gateway) === uid);
    this.#options.metrics.reconciled(changes.length, performance.now() - begin);
  }

  #reading(): Reading {
    const { snapshots } = this.#options;
    const proxies = snapshots.proxies();
    return {
      queued: this.#world.pending,
      objects: this.#world.counts(),
      statuses: this.#statuses.pending,
      leading: this.#leading,
      gateways: this.#tables.length,
      proxies: proxies.length,
      behind: proxies.filter(({ proxy }) => snapshots.behindSince(proxy) !== null).length,
      countedClients: snapshots.countedClients,
    };
  }

  #pinsChanged(): void {
    for (const { gateway } of this.#tables) this.#lags.heardOf(gateway);
    this.#repinned = true;
    this.#batch.changed();
  }

  #writeStatuses(): void {
    for (const target of this.#board.take(this.#world, this.#shown)) this.#statuses.write(target);
    this.#parameterStatuses.changed();
  }

  #writeParameterStatuses(): void {
    if (!this.#leading || !this.#hearing.isOver) return;
    for (const target of this.#parameters.targets()) this.#statuses.write(target);
  }

  /** Again only when there is something new to read: most changes are acknowledgements and our own statuses. */
  #translate(): void {
    const { all: addresses, ofCluster: clusterAddresses } = this.#addresses;
    const before = this.#translateOptions;
    const same = before.addresses === addresses && before.clusterAddresses === clusterAddresses;
    if (this.#translation !== null && same && this.#changes.count === 0) return;
    if (!same) this.#translateOptions = { ...before, addresses, clusterAddresses };
    const begin = performance.now();
    const step = this.#translator.update(this.#changes.changes, this.#translateOptions);
    this.#options.metrics.translated(performance.now() - begin);
    this.#changes.clear();
    this.#translation = step;
    this.publisher.endpointsChanged();
    this.#board.translated(step.changes);
    this.#parameters.translated(step.changes);
    for (const change of step.changes.tables) {
      this.publisher.add(change);
      this.#lags.published(change);
    }
    for (const gateway of step.changes.goneTables) {
      this.publisher.forget(gateway);
      this.#lags.forget(gateway);
    }
    if (step.changes.goneTables.length > 0) this.#infrastructure.changed();
  }

  /** Whether every proxy that takes traffic has told this replica what it serves. */
  #areAllHeard(): boolean {
    const known = new Set(this.#options.snapshots.proxies().map(({ gateway, proxy }) => `${gateway} ${proxy}`));
    return this.#tables.every(({ gateway }) =>
      [...this.#readyProxies.of(gateway)].every((proxy) => known.has(`${gateway} ${proxy}`)),
    );
  }

  get #tables(): Translation['tables'] {
    return this.#translation?.tables ?? [];
  }

  #observed(kind: Kind, event: ListWatchEvent, message: string): void {
    this.#options.metrics.watched(kind, event);
    if (event === 'failure') this.#options.log.warn(`watching ${kind} failed and is tried again: ${message}`);
  }
}
