/**
 * The controller: what the cluster says → routing tables to the proxies, and, from the replica that leads, statuses and
 * the proxies' own objects to the cluster. Every replica translates and serves tables; equal input gives equal revisions,
 * so a proxy may ask any of them.
 */
import type { Kind } from '../api/resources.ts';
import { Reconciler } from '../infra/reconcile.ts';
import type { Installation } from '../infra/settings.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Logger } from '../observe/log.ts';
import type { SnapshotServer } from '../snapshot/server.ts';
import { IncrementalTranslator } from '../translate/incremental/translator.ts';
import { DEFAULT_OPTIONS, type ObjectStatus, type TranslateOptions, type Translation } from '../translate/index.ts';
import { GatewayAddresses } from './address.ts';
import { Batch } from './batch.ts';
import { Children } from './children.ts';
import { Infrastructure } from './infrastructure.ts';
import { Lags } from './lags.ts';
import { ParametersReport } from './parameters/report.ts';
import { shownStatus } from './programmed.ts';
import { Publisher } from './publisher.ts';
import { ReadyProxies } from './ready-proxies.ts';
import { PendingChanges } from './resource-changes.ts';
import { StatusBoard } from './status/board.ts';
import { StatusWriter } from './status/writer.ts';
import { World, type WorldChange } from './world.ts';

export type ControllerOptions = {
  readonly client: KubeClient;
  readonly log: Logger;
  readonly controllerName: string;
  readonly installation: Installation;
  readonly snapshots: SnapshotServer;
};

/**
 * Milliseconds that a new leader waits for proxies that take traffic and have not told it what they serve. They have hardly
 * stopped serving because of the change of leaders, and saying so would be a guess.
 */
const HEARING = 15_000;

/** Milliseconds between two looks at what the statuses of GatewayParameters should be. */
const PARAMETERS_PACE = 500;

export class Controller {
  readonly #options: ControllerOptions;
  readonly #world: World;
  readonly #children: Children;
  readonly #statuses: StatusWriter;
  readonly #batch: Batch;
  /** By itself: the API server is waited for, and tables must not be. */
  readonly #infrastructure: Batch;
  readonly #made: Infrastructure;
  readonly #parameters: ParametersReport;
  /** By themselves: they follow every revision, which is worth telling only now and then. */
  readonly #parameterStatuses: Batch;
  readonly #translator = new IncrementalTranslator();
  #installation: Installation;
  readonly #changes = new PendingChanges();
  readonly #addresses = new GatewayAddresses();
  readonly #readyProxies = new ReadyProxies();
  readonly #lags: Lags;
  readonly #publisher: Publisher;
  readonly #board: StatusBoard;
  #translateOptions: TranslateOptions;
  /** Null before the first. */
  #translation: Translation | null = null;
  #leading = false;
  /** When a new leader writes statuses whatever it has heard; null once it has begun to. */
  #hearingUntil: number | null = null;

  constructor(options: ControllerOptions) {
    const { client, log } = options;
    const changed = () => this.#batch.changed();
    this.#options = options;
    this.#installation = options.installation;
    this.#translateOptions = { ...DEFAULT_OPTIONS, controllerName: options.controllerName };
    this.#publisher = new Publisher(options.snapshots);
    this.#board = new StatusBoard(options.controllerName);
    this.#lags = new Lags({ snapshots: options.snapshots, ready: (gateway) => this.#readyProxies.of(gateway) });
    this.#batch = new Batch(
      () => this.#reconcile(),
      (error) => log.error({ err: error }, 'reconciling failed; the last good tables stay'),
    );
    this.#infrastructure = new Batch(
      () => this.#applyInfrastructure(),
      (error) => log.error({ err: error }, 'the objects of Gateways could not be brought to what they should be'),
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
    const reconciler = new Reconciler({
      client,
      fieldManager: options.installation.instance,
      live: (kind, namespace, name) => this.#children.get(kind, namespace, name),
      failed: (what, error) => log.error({ err: error }, `${what} could not be brought to what it should be`),
    });
    this.#made = new Infrastructure({
      world: this.#world,
      children: this.#children,
      reconciler,
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
    this.#parameterStatuses.start();
    await running;
    this.#batch.stop();
    this.#infrastructure.stop();
    this.#parameterStatuses.stop();
  }

  /** Becomes the replica that writes, until `signal` aborts. */
  lead(signal: AbortSignal): void {
    this.#options.log.info('this replica leads');
    this.#leading = true;
    this.#hearingUntil = performance.now() + HEARING;
    this.#board.all(this.#world);
    this.#batch.changed();
    this.#infrastructure.changed();
    const heard = setTimeout(() => this.#batch.changed(), HEARING + 1);
    signal.addEventListener('abort', () => {
      this.#options.log.info('this replica no longer leads');
      this.#leading = false;
      clearTimeout(heard);
      this.#statuses.clear();
    });
  }

  /** Other authorities: every proxy is told. */
  trust(caBundle: string): void {
    this.#installation = { ...this.#installation, caBundle };
    this.#infrastructure.changed();
  }

  /** A proxy of the Gateway came, went or acknowledged: statuses may have become true. */
  proxiesChanged(gateway: string): void {
    this.#lags.heardOf(gateway);
    this.#batch.changed();
  }

  /** The Gateway whose proxies run as this ServiceAccount: `namespace/name`, or null. It has the name of their Service. */
  gatewayOf(namespace: string, serviceAccount: string): string | null {
    const gateway = this.#addresses.gatewayOf(`${namespace}/${serviceAccount}`);
    return gateway !== null && this.#options.snapshots.newest(gateway) !== null ? gateway : null;
  }

  /** As they may be shown: nothing is programmed before every ready proxy says so. */
  get statuses(): readonly ObjectStatus[] {
    return (this.#translation?.statuses ?? []).map((status) =>
      shownStatus(status, (gateway) => this.#lags.of(gateway)),
    );
  }

  #reconcile(): void {
    const changes = this.#world.take();
    this.#changes.add(changes);
    this.#addresses.take(changes, this.#world);
    this.#board.stored(changes);
    for (const service of this.#readyProxies.take(changes)) {
      const gateway = this.#addresses.gatewayOf(service);
      if (gateway !== null) this.#lags.heardOf(gateway);
    }
    if (changes.some(isOfInfrastructure)) this.#infrastructure.changed();
    this.#translate();
    this.#publisher.publish();
    this.#board.served(this.#lags.update());
    if (!this.#leading) this.#board.clear();
    else if (this.#hasHeard()) this.#writeStatuses();
  }

  #writeStatuses(): void {
    for (const target of this.#board.take(this.#world, (gateway) => this.#lags.of(gateway))) {
      this.#statuses.write(target);
    }
    this.#parameterStatuses.changed();
  }

  #writeParameterStatuses(): void {
    if (!this.#leading || this.#hearingUntil !== null) return;
    for (const target of this.#parameters.targets()) this.#statuses.write(target);
  }

  /** Again only when there is something new to read: most changes are acknowledgements and our own statuses. */
  #translate(): void {
    const addresses = this.#addresses.all;
    const same = this.#translateOptions.addresses === addresses;
    if (this.#translation !== null && same && this.#changes.count === 0) return;
    if (!same) this.#translateOptions = { ...this.#translateOptions, addresses };
    const step = this.#translator.update(this.#changes.changes, this.#translateOptions);
    this.#changes.clear();
    this.#translation = step;
    this.#board.translated(step.changes);
    this.#parameters.translated(step.changes);
    for (const change of step.changes.tables) {
      this.#publisher.add(change);
      this.#lags.published(change);
    }
    for (const gateway of step.changes.goneTables) {
      this.#publisher.forget(gateway);
      this.#lags.forget(gateway);
    }
    if (step.changes.goneTables.length > 0) this.#infrastructure.changed();
  }

  /** Whether every proxy that takes traffic has told this leader what it serves, or had the time to. */
  #hasHeard(): boolean {
    if (this.#hearingUntil === null) return true;
    const known = new Set(this.#options.snapshots.proxies().map(({ gateway, proxy }) => `${gateway} ${proxy}`));
    const heard = this.#tables.every(({ gateway }) =>
      [...this.#readyProxies.of(gateway)].every((proxy) => known.has(`${gateway} ${proxy}`)),
    );
    if (!heard && performance.now() < this.#hearingUntil) return false;
    this.#hearingUntil = null;
    return true;
  }

  get #tables(): Translation['tables'] {
    return this.#translation?.tables ?? [];
  }

  async #applyInfrastructure(): Promise<void> {
    // Whoever does not know the Gateways must not take what was made for them for left over.
    if (!this.#leading || this.#translation === null) return;
    const gateways = this.#tables.map(({ gateway }) => gateway);
    this.#parameters.asked(await this.#made.apply(gateways, this.#installation));
    this.#batch.changed();
  }

  #observed(kind: Kind, event: string, message: string): void {
    if (event === 'failure') this.#options.log.warn(`watching ${kind} failed and is tried again: ${message}`);
  }
}

/** Kinds of which nothing is read when a Gateway's own objects are rendered, and which change most. */
const TRAFFIC_KINDS: ReadonlySet<Kind> = new Set(['HTTPRoute', 'Service', 'EndpointSlice', 'Secret']);

function isOfInfrastructure({ kind, before, object }: WorldChange): boolean {
  return !TRAFFIC_KINDS.has(kind) && before?.resource !== object?.resource;
}
