/** A gateway that manifests alone configure, and a client for it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Resources } from '../../src/api/resources.ts';
import { proxySettings } from '../../src/command/proxy-settings.ts';
import { standaloneOptions } from '../../src/command/source.ts';
import { standaloneParameters, withArguments } from '../../src/command/standalone/parameters.ts';
import { Publisher } from '../../src/command/standalone/publisher.ts';
import { parseSettings } from '../../src/config/flag.ts';
import { STANDALONE_FLAGS } from '../../src/config/standalone.ts';
import { lagFrom, withholdProgrammed } from '../../src/controller/programmed.ts';
import { ManifestFolder } from '../../src/files/manifest-folder.ts';
import { formatProblem } from '../../src/files/problem.ts';
import { scan } from '../../src/files/scan.ts';
import type { Condition } from '../../src/ir/status.ts';
import type { RoutingTable } from '../../src/ir/table.ts';
import { toPrometheus } from '../../src/observe/metrics.ts';
import { Proxy } from '../../src/proxy/proxy.ts';
import { changesBetween } from '../../src/translate/incremental/changes.ts';
import { IncrementalTranslator } from '../../src/translate/incremental/translator.ts';
import { listenerSetParent, type ObjectStatus } from '../../src/translate/index.ts';
import type { Accounts } from '../../src/translate/policy/account.ts';
import { Client, type ClientOptions } from '../fake/client.ts';
import { freeOffset } from '../standalone/headgate.ts';
import { type Received, type RequestOptions, send } from './request.ts';

export { GATEWAY, route } from '../standalone/manifests.ts';

export type GatewayOptions = {
  /** Flags of `headgate standalone` for what no manifest can say, such as `['--access-log', path]`. */
  readonly flags?: readonly string[];
  /** Manifests may be refused when they are read; `gateway.problems` has what was said. Otherwise that throws. */
  readonly refused?: boolean;
};

const ADDRESS = '127.0.0.1';

/**
 * Serves manifests as `headgate standalone` does, in this process, until the test ends. Ports below 1024 are moved to free
 * ones; use those only. Each text may have several documents.
 *
 *     const gateway = await startGateway([GATEWAY, backend.service('app'), ROUTE]);
 *     const { status, body } = await gateway.request('POST', 'http://shop.example/cart?x=1', {
 *       headers: [['X-A', '1'], ['x-a', '2']],
 *       body: 'text',
 *     });
 *     await gateway.reload([GATEWAY, backend.service('app'), OTHER_ROUTE]);
 *     gateway.condition('HTTPRoute', 'app', 'Accepted');   // { status: 'True', reason: …, message: … }
 *     gateway.metric('headgate_requests_total', { code: '200' });
 */
export async function startGateway(
  manifests: string | readonly string[],
  options: GatewayOptions = {},
): Promise<RequirementGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-row-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (let attempt = 1; ; attempt++) {
    const gateway = new RequirementGateway(folder, await freeOffset(), options);
    onTestFinished(() => gateway.close());
    try {
      await gateway.reload(manifests);
      return gateway;
    } catch (error) {
      await gateway.close();
      if (attempt === 3 || !/ is taken by another program/.test(String(error))) throw error;
    }
  }
}

/** What is said of manifests when they are read, one sentence for each fault: `field: what is wrong`. Empty: nothing. */
export function refusals(manifests: string | readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-row-'));
  try {
    [manifests].flat().forEach((text, i) => {
      writeFileSync(join(folder, `${i}.yaml`), text);
    });
    const { problems } = new ManifestFolder([folder], false).load();
    return problems.filter(({ severity }) => severity === 'error').map(({ field, message }) => `${field}: ${message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export class RequirementGateway {
  /** What was said of the manifests when they were read, as `file:line field: what is wrong`. */
  problems: readonly string[] = [];
  /** What translation made of them, before `Programmed` is withheld. */
  tables: readonly RoutingTable[] = [];
  readonly #path: string;
  readonly #options: GatewayOptions;
  readonly #portOffset: number;
  readonly #folder: ManifestFolder;
  readonly #translator = new IncrementalTranslator();
  readonly #clients: Client[] = [];
  #proxy: Proxy | null = null;
  #publisher: Publisher | null = null;
  #files: string[] = [];
  #generation = 0;
  #resources: Resources | null = null;
  #statuses: readonly ObjectStatus[] = [];

  /** Use startGateway. */
  constructor(path: string, portOffset: number, options: GatewayOptions) {
    this.#path = path;
    this.#portOffset = portOffset;
    this.#options = options;
    this.#folder = new ManifestFolder([path], false);
  }

  /** The data path itself. */
  get proxy(): Proxy {
    if (this.#proxy === null) throw new Error('the gateway has not started');
    return this.#proxy;
  }

  /** What the objects say of a place, for explanations. */
  get accounts(): Accounts {
    return this.#translator.accounts;
  }

  /** Serves these manifests in place of those before; resolves when they are served. */
  async reload(manifests: string | readonly string[]): Promise<void> {
    this.#write([manifests].flat());
    const load = await this.#folder.loadSliced(scan([this.#path], false));
    this.problems = load.problems.filter(({ severity }) => severity === 'error').map(formatProblem);
    if (this.problems.length > 0 && this.#options.refused !== true) throw new Error(this.problems.join('\n'));
    this.#proxy ??= await this.#start(load.resources);
    this.#publisher ??= new Publisher(this.#proxy, { address: ADDRESS, portOffset: this.#portOffset });
    const changed = changesBetween(this.#resources, load.resources);
    const { tables, statuses } = this.#translator.update(changed, standaloneOptions(ADDRESS));
    this.#resources = load.resources;
    this.tables = tables;
    this.#statuses = statuses;
    const failures = await this.#publisher.publish(tables);
    if (failures.size > 0) throw new Error(Array.from(failures, ([gateway, why]) => `${gateway}: ${why}`).join('\n'));
  }

  /** The port that a listener's port was moved to. */
  port(listener = 80): number {
    return listener < 1024 ? listener + this.#portOffset : listener;
  }

  /**
   * Sends one request on a connection of its own. `url` is a path, sent to `a.example`, or has a scheme and a host; its
   * port is the listener's (80, and 443 with https). Path and query are sent as they stand.
   */
  request(method: string, url: string, options: RequestOptions = {}): Promise<Received> {
    return send((listener) => this.port(listener), method, url, options);
  }

  /** A raw connection: says what it is told to. Closed when the gateway is. */
  async connect(options: ClientOptions & { readonly listener?: number } = {}): Promise<Client> {
    const listener = options.listener ?? (options.servername === undefined ? 80 : 443);
    const client = await Client.connect(this.port(listener), options);
    this.#clients.push(client);
    return client;
  }

  /** The statuses of all objects, as `headgate standalone` prints them. */
  statuses(): ObjectStatus[] {
    return this.#statuses.map((object) => {
      if (object.kind !== 'Gateway' && object.kind !== 'ListenerSet') return object;
      const gateway = this.#gatewayOf(object);
      return withholdProgrammed(object, lagFrom(gateway === null ? null : this.#publisher!.progressOf(gateway)));
    });
  }

  /** The status of an object; null when nobody says anything of it. `name` may have a namespace before it: `shop/cart`. */
  status(kind: string, name: string): ObjectStatus['status'] | null {
    const isMeant = (object: ObjectStatus): boolean =>
      name.includes('/') ? `${object.namespace}/${object.name}` === name : object.name === name;
    const found = this.statuses().filter((object) => object.kind === kind && isMeant(object));
    if (found.length > 1) throw new Error(`several objects are a ${kind} ${name}; write its namespace`);
    return found[0]?.status ?? null;
  }

  /** All conditions of an object: its own, its parents' or ancestors', its listeners', in this order. */
  conditions(kind: string, name: string): Condition[] {
    const status = this.status(kind, name) as unknown as Partial<Record<string, readonly unknown[]>> | null;
    if (status === null) return [];
    const parts = [status, ...['parents', 'ancestors', 'listeners'].flatMap((part) => status[part] ?? [])];
    return parts.flatMap((part) => (part as { conditions?: readonly Condition[] }).conditions ?? []);
  }

  /** The first condition of this type; undefined without. */
  condition(kind: string, name: string, type: string): Condition | undefined {
    return this.conditions(kind, name).find((condition) => condition.type === type);
  }

  /** The text of `/metrics`. */
  metrics(): string {
    return toPrometheus(this.proxy.metrics());
  }

  /** The sum of a metric's series that have these labels. */
  metric(name: string, labels: Readonly<Record<string, string>> = {}): number {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
    let sum = 0;
    for (const line of this.metrics().split('\n')) {
      const match = /^([^#{ ]+)(?:\{(.*)\})? (\S+)$/.exec(line);
      if (match?.[1] !== name) continue;
      const given = `,${match[2] ?? ''},`;
      if (wanted.every((pair) => given.includes(`,${pair},`))) sum += Number(match[3]);
    }
    return sum;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.#proxy?.close();
  }

  async #start(resources: Resources): Promise<Proxy> {
    const parameters = standaloneParameters(resources);
    const given = ['-f', this.#path, '--port-offset', String(this.#portOffset), ...(this.#options.flags ?? [])];
    const args = withArguments(STANDALONE_FLAGS, given, {}, parameters.args);
    const { settings } = parseSettings(STANDALONE_FLAGS, args, {});
    const proxy = new Proxy({ ...proxySettings(settings), drainDelay: 0 }, (error) => {
      throw error;
    });
    await proxy.listen();
    return proxy;
  }

  /** Files get new names, so that none passes for an old one. */
  #write(texts: readonly string[]): void {
    for (const file of this.#files) rmSync(file);
    this.#generation++;
    this.#files = texts.map((text, i) => {
      const file = join(this.#path, `${this.#generation}-${i}.yaml`);
      writeFileSync(file, text);
      return file;
    });
  }

  #gatewayOf({ kind, namespace, name }: ObjectStatus): string | null {
    if (kind === 'Gateway') return `${namespace}/${name}`;
    const known = this.#resources?.listenerSets.find(
      ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
    );
    return known === undefined ? null : listenerSetParent(known);
  }
}

/** The lines of an access log's file, parsed. */
export function accessLines(path: string): Record<string, unknown>[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
}
