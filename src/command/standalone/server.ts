/** A folder of manifests, served: read, translated, published, reloaded, reported. What `standalone` and `demo` run. */
import { AdminServer } from '../../admin/http.ts';
import type { AdminSource, ExplainRequest, Readiness, ShownStatus } from '../../admin/source.ts';
import type { Resources } from '../../api/resources.ts';
import type { HostPort } from '../../config/value.ts';
import { VERSION } from '../../config/version.ts';
import { isOwnPolicy, shownPolicy } from '../../controller/policy-programmed.ts';
import { lagFrom, withholdProgrammed } from '../../controller/programmed.ts';
import { type Load, ManifestFolder } from '../../files/manifest-folder.ts';
import { type Scan, scan } from '../../files/scan.ts';
import { ManifestWatch } from '../../files/watch.ts';
import type { Snapshot } from '../../ir/delta.ts';
import { createLog, type Logger, type LogLevel } from '../../observe/log.ts';
import { EVENTS } from '../../proxy/event.ts';
import type { ProxySettings } from '../../proxy/options.ts';
import { Supervisor } from '../../proxy/supervisor.ts';
import { changesBetween } from '../../translate/incremental/changes.ts';
import { IncrementalTranslator } from '../../translate/incremental/translator.ts';
import { listenerSetParent, type ObjectStatus, type Translation } from '../../translate/index.ts';
import { policiesOfRegion } from '../cache-regions.ts';
import { explainRequest } from '../request.ts';
import { standaloneOptions } from '../source.ts';
import { socketText, urlsOf, whyTaken } from './ports.ts';
import { Publisher } from './publisher.ts';
import { ReloadMetrics } from './reload-metrics.ts';
import { Report } from './report.ts';

export type ServerOptions = {
  readonly files: readonly string[];
  readonly recursive: boolean;
  readonly address: string;
  readonly portOffset: number;
  /** Null: no admin server. */
  readonly admin: HostPort | null;
  /** Undefined: as many as there are cores. */
  readonly workers: number | undefined;
  readonly logLevel: LogLevel;
  readonly proxy: ProxySettings;
  /** Takes one line at a time for the user. */
  readonly say: (line: string) => void;
};

/** Milliseconds until a Gateway that could not be served is tried again. */
const RETRY = 2_000;

export class StandaloneServer implements AdminSource {
  readonly #options: ServerOptions;
  readonly #folder: ManifestFolder;
  readonly #log: Logger;
  readonly #supervisor: Supervisor;
  readonly #publisher: Publisher;
  readonly #translator = new IncrementalTranslator();
  readonly #report = new Report();
  readonly #metrics = new ReloadMetrics();
  readonly #admin: AdminServer | null;
  #watch: ManifestWatch | null = null;
  #retry: NodeJS.Timeout | null = null;
  /** What the translation is of. */
  #translated: Resources | null = null;
  #translation: Translation = { tables: [], statuses: [] };
  /** What the last attempt could not serve, by Gateway. */
  #failures: ReadonlyMap<string, string> = new Map();
  /** The newest scan that waits until the reload under way is done. */
  #next: Scan | null = null;
  #reloading: Promise<void> | null = null;
  /** The addresses of each Gateway as they were last told. */
  readonly #told = new Map<string, string>();
  #started = false;
  #stopping = false;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#folder = new ManifestFolder(options.files, options.recursive);
    this.#log = createLog({ level: options.logLevel, name: 'standalone' });
    this.#supervisor = new Supervisor({
      ...options.proxy,
      ...(options.workers === undefined ? {} : { workers: options.workers }),
      version: VERSION,
      onEvent: ({ kind, ...event }) => this.#log[kind === 'certificate' ? 'warn' : 'error'](event, EVENTS[kind]),
    });
    this.#publisher = new Publisher(this.#supervisor, options);
    const { admin } = options;
    this.#admin = admin === null ? null : new AdminServer({ ...admin, source: this, log: this.#log });
  }

  /** Resolves when everything that can be served is served. Rejects when a path or the admin port cannot be had. */
  async start(): Promise<{ readonly admin: HostPort | null }> {
    const found = scan(this.#options.files, this.#options.recursive);
    const missing = found.unreadable.find(({ path }) => this.#options.files.includes(path));
    if (missing !== undefined) throw new Error(`${missing.path}: cannot be read: ${missing.reason}`);
    const admin = await this.#listenAdmin();
    await this.#supervisor.start();
    const load = await this.#folder.loadSliced(found);
    await this.#serve(load);
    for (const line of this.#report.start(load, this.#translation, this.shown())) this.#options.say(line);
    this.#metrics.set(this.#report.faults, this.#failures.size);
    this.#tellFailures();
    this.#tellAddresses();
    this.#started = true;
    this.#watch = new ManifestWatch(
      { paths: this.#options.files, recursive: this.#options.recursive, onChange: (scanned) => this.#reload(scanned) },
      found,
    );
    return { admin };
  }

  /** Stops taking requests, lets those under way finish, and ends the workers. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#watch?.close();
    if (this.#retry !== null) clearTimeout(this.#retry);
    await this.#reloading;
    await this.#supervisor.drain();
    await this.#admin?.close();
  }

  /** For a rotation of the access log's file. */
  reopenAccessLog(): void {
    this.#supervisor.reopenAccessLog();
  }

  get translation(): Translation {
    return this.#translation;
  }

  /** The statuses as they may be shown: nothing is programmed that the workers do not serve. */
  shown(): ObjectStatus[] {
    return this.#translation.statuses.map((object) => {
      const lagOf = (gateway: string) => lagFrom(this.#publisher.progressOf(gateway));
      if (isOwnPolicy(object)) return shownPolicy(object, lagOf);
      if (object.kind !== 'Gateway' && object.kind !== 'ListenerSet') return object;
      const gateway = this.#gatewayOf(object);
      return withholdProgrammed(object, gateway === null ? lagFrom(null) : lagOf(gateway));
    });
  }

  #gatewayOf({ kind, namespace, name }: ObjectStatus): string | null {
    if (kind === 'Gateway') return `${namespace}/${name}`;
    const known = this.#translated?.listenerSets.find(
      ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
    );
    return known === undefined ? null : listenerSetParent(known);
  }

  readiness(): Readiness {
    const reasons: string[] = [];
    if (this.#stopping) reasons.push('the process is stopping');
    else if (!this.#started) reasons.push('the manifests are not served yet');
    else if (this.#translation.tables.length === 0) reasons.push('the manifests have no Gateway to serve');
    const served = new Set(this.#publisher.served.map(({ table }) => table.gateway));
    for (const [gateway, reason] of this.#failures) {
      if (!served.has(gateway)) reasons.push(`Gateway ${gateway} is not served: ${reason}`);
    }
    return { ready: reasons.length === 0, reasons };
  }

  async metrics(): Promise<string> {
    return (await this.#supervisor.metrics()) + this.#metrics.text();
  }

  snapshots(): readonly Snapshot[] {
    return this.#publisher.served;
  }

  statuses(): readonly ShownStatus[] {
    return this.shown();
  }

  explain(request: ExplainRequest): unknown {
    const tables = this.#publisher.served.map(({ table }) => table);
    return explainRequest(tables, request, {
      portOffset: this.#options.portOffset,
      gateway: null,
      accounts: this.#translator.accounts,
    });
  }

  async flush(region: string): Promise<readonly string[]> {
    const policies = policiesOfRegion(
      this.#publisher.served.map(({ table }) => table),
      region,
    );
    this.#supervisor.flushCache(region);
    return policies;
  }

  async #listenAdmin(): Promise<HostPort | null> {
    const { admin } = this.#options;
    if (this.#admin === null || admin === null) return null;
    const taken = await whyTaken(socketText(admin.address, admin.port));
    if (taken !== '') throw new Error(`--admin: ${taken}; choose another, or off for none`);
    return this.#admin.listen();
  }

  async #serve(load: Load): Promise<void> {
    const changed = changesBetween(this.#translated, load.resources);
    const { tables, statuses } = this.#translator.update(changed, standaloneOptions(this.#options.address));
    this.#translated = load.resources;
    this.#translation = { tables, statuses };
    this.#failures = await this.#publisher.publish(tables);
    if (this.#failures.size > 0 && !this.#stopping) {
      this.#retry ??= setTimeout(() => {
        this.#retry = null;
        this.#reload(scan(this.#options.files, this.#options.recursive));
      }, RETRY);
    }
  }

  /** One reload at a time; of those that come meanwhile only the newest counts. */
  #reload(found: Scan): void {
    this.#next = found;
    this.#reloading ??= this.#reloadAll().finally(() => {
      this.#reloading = null;
    });
  }

  async #reloadAll(): Promise<void> {
    while (this.#next !== null && !this.#stopping) {
      const found = this.#next;
      this.#next = null;
      const failed = this.#failures;
      const load = await this.#folder.loadSliced(found);
      await this.#serve(load);
      for (const line of this.#report.reload(load, this.#translation)) this.#options.say(line);
      this.#metrics.reloaded();
      this.#metrics.set(this.#report.faults, this.#failures.size);
      this.#tellFailures(failed);
      this.#tellAddresses();
    }
  }

  /** Where each Gateway listens, when that is new. */
  #tellAddresses(): void {
    const served = this.#publisher.served;
    for (const gateway of this.#told.keys()) {
      if (!served.some(({ table }) => table.gateway === gateway)) this.#told.delete(gateway);
    }
    for (const { table } of served) {
      const urls = urlsOf(table, this.#options).join(' ');
      if (this.#told.get(table.gateway) === urls) continue;
      this.#told.set(table.gateway, urls);
      if (urls !== '') this.#options.say(`Gateway ${table.gateway}: ${urls}`);
    }
  }

  #tellFailures(before: ReadonlyMap<string, string> = new Map()): void {
    for (const [gateway, reason] of this.#failures) {
      if (before.get(gateway) === reason) continue;
      const served = this.#publisher.served.some(({ table }) => table.gateway === gateway);
      const effect = served ? 'its last good table keeps serving' : 'it is not served';
      this.#options.say(`Gateway ${gateway}: ${reason}; ${effect}, trying again every ${RETRY / 1_000} s`);
    }
    for (const gateway of before.keys()) {
      if (!this.#failures.has(gateway)) this.#options.say(`Gateway ${gateway}: is served as configured again`);
    }
  }
}
