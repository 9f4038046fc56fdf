/** One proxy of a Gateway in a cluster: its table comes from the controller, and stays when the controller does not. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AdminServer } from '../../admin/http.ts';
import type { AdminSource, ExplainRequest, Readiness, ShownStatus } from '../../admin/source.ts';
import type { HostPort } from '../../config/value.ts';
import { VERSION } from '../../config/version.ts';
import type { Snapshot } from '../../ir/delta.ts';
import type { Policy } from '../../ir/policy/policy.ts';
import type { RateLimit } from '../../ir/policy/rate-limit.ts';
import type { RoutingTable } from '../../ir/table.ts';
import { mapsOf } from '../../ir/table-maps.ts';
import { createLog, type Logger, type LogLevel } from '../../observe/log.ts';
import { EVENTS } from '../../proxy/event.ts';
import type { ProxySettings } from '../../proxy/options.ts';
import { Supervisor } from '../../proxy/supervisor.ts';
import { SnapshotClient } from '../../snapshot/client.ts';
import { CountClient } from '../../snapshot/count/client.ts';
import { EveryReplica } from '../../snapshot/every-replica.ts';
import { Reporter } from '../../snapshot/reporter.ts';
import { TableFile } from '../../snapshot/table-file.ts';
import { policiesOfRegion } from '../cache-regions.ts';
import { explainRequest } from '../request.ts';
import { usableAddress } from './address.ts';

export type ProxyServerOptions = {
  /** `namespace/name`. */
  readonly gateway: string;
  /** URL of the controller's snapshot server. */
  readonly controller: string;
  /** Folder of `token` and `ca.crt`. */
  readonly credentials: string;
  /** Folder of the last good table. */
  readonly state: string;
  readonly address: string;
  /** On `address`; 0 is any free one. */
  readonly healthPort: number;
  /** Null: no admin server. */
  readonly admin: HostPort | null;
  readonly workers: number | undefined;
  readonly logLevel: LogLevel;
  readonly proxy: ProxySettings;
};

export class ProxyServer implements AdminSource {
  readonly #options: ProxyServerOptions;
  readonly #log: Logger;
  readonly #file: TableFile;
  readonly #stop = new AbortController();
  #supervisor: Supervisor | null = null;
  #counts: CountClient | null = null;
  #servers: AdminServer[] = [];
  #following: Promise<unknown> = Promise.resolve();
  #served: Snapshot | null = null;
  #stopping = false;

  constructor(options: ProxyServerOptions) {
    this.#options = options;
    this.#log = createLog({ level: options.logLevel, name: 'proxy' });
    this.#file = new TableFile(join(options.state, 'table'));
  }

  /** Resolves when the saved table, if there is one, is served, and the controller is being asked. */
  async start(): Promise<{ readonly health: HostPort; readonly admin: HostPort | null }> {
    const { address: wanted, admin, healthPort, workers, proxy, state } = this.#options;
    await mkdir(state, { recursive: true });
    const address = await usableAddress(wanted);
    const supervisor = new Supervisor({
      ...proxy,
      address,
      ...(workers === undefined ? {} : { workers }),
      version: VERSION,
      onEvent: ({ kind, ...event }) => this.#log[kind === 'certificate' ? 'warn' : 'error'](event, EVENTS[kind]),
      onCounted: (key) => this.#counts?.changed(key),
    });
    this.#supervisor = supervisor;
    this.#counts = new CountClient(supervisor.sharing!);
    const health = await this.#listen({ address, port: healthPort }, true);
    const adminAt = admin === null ? null : await this.#listen(admin, false);
    await supervisor.start();
    await this.#serveSaved();
    this.#following = this.#follow();
    return { health, admin: adminAt };
  }

  /** Not ready at once, served on until load balancers have noticed, then drained; tables are followed to the end. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#supervisor?.drain();
    this.#stop.abort();
    await this.#following;
    await Promise.all(this.#servers.map((server) => server.close()));
  }

  readiness(): Readiness {
    const reasons: string[] = [];
    if (this.#stopping) reasons.push('the proxy is stopping');
    if (this.#served === null) reasons.push('there is no routing table yet');
    if (this.#supervisor === null || this.#supervisor.workers.length === 0) reasons.push('no worker runs');
    return { ready: reasons.length === 0, reasons };
  }

  async metrics(): Promise<string> {
    return this.#supervisor === null ? '' : this.#supervisor.metrics();
  }

  snapshots(): readonly Snapshot[] {
    return this.#served === null ? [] : [this.#served];
  }

  /** The controller has them. */
  statuses(): readonly ShownStatus[] {
    return [];
  }

  explain(request: ExplainRequest): unknown {
    const tables = this.snapshots().map(({ table }) => table);
    return explainRequest(tables, request, { portOffset: 0, gateway: this.#options.gateway, accounts: null });
  }

  async flush(region: string): Promise<readonly string[]> {
    const policies = policiesOfRegion(
      this.snapshots().map(({ table }) => table),
      region,
    );
    this.#supervisor?.flushCache(region);
    return policies;
  }

  async #listen(at: HostPort, healthOnly: boolean): Promise<HostPort> {
    const server = new AdminServer({ ...at, healthOnly, source: this, log: this.#log });
    const bound = await server.listen();
    this.#servers.push(server);
    return bound;
  }

  async #serveSaved(): Promise<void> {
    const saved = await this.#file.load();
    if (saved === null || saved.table.gateway !== this.#options.gateway) return;
    try {
      await this.#supervisor!.apply(saved);
      this.#took(saved);
      this.#log.info({ revision: saved.revision }, 'the saved table is served');
    } catch (error) {
      this.#log.warn({ err: error }, 'the saved table cannot be served');
    }
  }

  async #follow(): Promise<void> {
    const { credentials, controller } = this.#options;
    const access = {
      address: controller,
      ca: () => readFile(join(credentials, 'ca.crt'), 'utf8'),
      token: async () => (await readFile(join(credentials, 'token'), 'utf8')).trim(),
    };
    const reporter = new Reporter(() => this.#served?.revision ?? '');
    const replicas = new EveryReplica({ ...access, conversations: [reporter, this.#counts!] });
    const client = new SnapshotClient({
      ...access,
      initial: this.#served,
      apply: (snapshot) => this.#apply(snapshot),
      answered: (answer) => reporter.report(answer),
      log: (event, message) => {
        const level = event === 'connected' ? 'info' : 'warn';
        this.#log[level](`controller: ${event}: ${message}`);
      },
    });
    await Promise.all([client.run(this.#stop.signal), replicas.run(this.#stop.signal)]);
  }

  async #apply(snapshot: Snapshot): Promise<void> {
    const { gateway } = snapshot.table;
    if (gateway !== this.#options.gateway) throw new Error(`a table of Gateway ${gateway} is not for this proxy`);
    await this.#supervisor!.apply(snapshot);
    this.#took(snapshot);
    this.#log.debug({ revision: snapshot.revision }, 'a new table is served');
    // What is served is served, saved or not.
    this.#file.save(snapshot).catch((error: unknown) => this.#log.warn({ err: error }, 'the table cannot be saved'));
  }

  #took(snapshot: Snapshot): void {
    this.#served = snapshot;
    if (this.#counts?.isWanted === false && sharesCounts(snapshot.table)) this.#counts.want();
  }
}

/** Whether it has limits that the proxies of the Gateway keep together. */
function sharesCounts(table: RoutingTable): boolean {
  for (const [, entry] of mapsOf(table).policies.entries()) {
    const policy = entry as Policy & Partial<RateLimit>;
    if (policy.kind === 'RateLimitPolicy' && policy.shared?.kind === 'proxies') return true;
  }
  return false;
}
