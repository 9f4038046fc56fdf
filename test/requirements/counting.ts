/** The proxies of one Gateway as they are in a cluster: programs of their own, whose tables and counts go by a controller's snapshot server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { standaloneOptions } from '../../src/command/source.ts';
import { issueCertificate, type KeyPair, makeAuthority } from '../../src/controller/authority/certificate.ts';
import { ManifestFolder } from '../../src/files/manifest-folder.ts';
import type { Snapshot } from '../../src/ir/delta.ts';
import { snapshotOf } from '../../src/snapshot/revision.ts';
import { SnapshotServer } from '../../src/snapshot/server.ts';
import { changesBetween } from '../../src/translate/incremental/changes.ts';
import { IncrementalTranslator } from '../../src/translate/incremental/translator.ts';
import { freeOffset, ROOT } from '../standalone/headgate.ts';

/** The GatewayClass, and the Gateway `web` with one listener. */
function gatewayAt(port: number): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: headgate}
spec: {controllerName: headgate.dev/gateway-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web}
spec:
  gatewayClassName: headgate
  listeners: [{name: http, port: ${port}, protocol: HTTP}]
`;
}

export type Answer = {
  readonly status: number;
  readonly rateLimit: string | null;
  /** Milliseconds (`performance.now()`) when it came. */
  readonly at: number;
};

/** A proxy, at a loopback address of its own: all of them have the port of the Gateway's listener. */
export class CountingProxy {
  readonly #address: string;
  readonly #port: number;
  readonly #health: number;
  readonly #child: ChildProcess;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(address: string, port: number, health: number, child: ChildProcess) {
    this.#address = address;
    this.#port = port;
    this.#health = health;
    this.#child = child;
  }

  get(path = '/'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = request({ host: this.#address, port: this.#port, path, agent: this.#agent }, (response) => {
        response.resume().on('end', () => {
          const rateLimit = (response.headers.ratelimit as string | undefined) ?? null;
          resolve({ status: response.statusCode!, rateLimit, at: performance.now() });
        });
      });
      asked.on('error', reject).end();
    });
  }

  /** The sum of a metric's series. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`http://${this.#address}:${this.#health}/metrics`)).text();
    const values = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
    return values.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  async isReady(): Promise<boolean> {
    const answer = await fetch(`http://${this.#address}:${this.#health}/readyz`).catch(() => null);
    return answer?.status === 200;
  }

  /** With its workers, as the end of a container is. */
  kill(): void {
    this.#agent.destroy();
    if (this.#child.exitCode === null && this.#child.signalCode === null) process.kill(-this.#child.pid!, 'SIGKILL');
  }
}

export class CountingGateway {
  readonly proxies: CountingProxy[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'headgate-counting-'));
  readonly #authority: KeyPair;
  readonly #port: number;
  #snapshot: Snapshot | null = null;
  #controller: SnapshotServer | null = null;
  #controllerPort = 0;

  /** Use startCounting. */
  constructor(authority: KeyPair, port: number) {
    this.#authority = authority;
    this.#port = port;
    onTestFinished(async () => {
      for (const proxy of this.proxies) proxy.kill();
      await this.#controller?.close();
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  /** Translates manifests as a controller would. */
  translate(manifests: readonly string[]): void {
    const folder = join(this.#folder, 'manifests');
    mkdirSync(folder);
    [gatewayAt(this.#port), ...manifests].forEach((text, index) => {
      writeFileSync(join(folder, `${index}.yaml`), text);
    });
    const { problems, resources } = new ManifestFolder([folder], false).load();
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const translator = new IncrementalTranslator();
    const { tables } = translator.update(changesBetween(null, resources), standaloneOptions('127.0.0.1'));
    this.#snapshot = snapshotOf(tables[0]!);
  }

  async startController(): Promise<void> {
    this.#controller = new SnapshotServer({
      tls: await issueCertificate(this.#authority, ['127.0.0.1'], 1),
      authenticate: async (token) => (/^web-\d+$/.test(token) ? { gateway: 'default/web', proxy: token } : null),
    });
    this.#controllerPort = await this.#controller.listen(this.#controllerPort, '127.0.0.1');
    this.#controller.publish(this.#snapshot!);
  }

  async stopController(): Promise<void> {
    await this.#controller?.close();
  }

  /** Starts one more proxy; resolves when it is ready and, if it should, counts together with the others. */
  async startProxy(workers: number): Promise<CountingProxy> {
    const number = this.proxies.length + 1;
    const address = `127.0.0.${number + 1}`;
    const credentials = join(this.#folder, `web-${number}`);
    mkdirSync(credentials);
    writeFileSync(join(credentials, 'ca.crt'), this.#authority.cert);
    writeFileSync(join(credentials, 'token'), `web-${number}`);
    const health = this.#port + 1;
    const flags = {
      gateway: 'default/web',
      controller: `https://127.0.0.1:${this.#controllerPort}`,
      credentials,
      state: join(credentials, 'state'),
      address,
      'health-port': health,
      admin: 'off',
      workers,
      'log-level': 'silent',
    };
    const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
    const child = spawn(process.execPath, ['src/main.ts', 'proxy', ...args], {
      cwd: ROOT,
      stdio: 'inherit',
      detached: true,
    });
    const proxy = new CountingProxy(address, this.#port, health, child);
    this.proxies.push(proxy);
    await expect.poll(() => proxy.isReady(), { timeout: 20_000, interval: 50 }).toBe(true);
    return proxy;
  }

  /** Waits until every proxy counts through this many controllers. */
  async connected(controllers: number): Promise<void> {
    for (const proxy of this.proxies) {
      const count = () => proxy.metric('headgate_rate_limit_controllers').catch(() => -1);
      await expect.poll(count, { timeout: 20_000, interval: 50 }).toBe(controllers);
    }
  }
}

/** As many proxies of a Gateway `web` as there are numbers of workers, with a controller. */
export async function startCounting(
  manifests: readonly string[],
  workers: readonly number[],
): Promise<CountingGateway> {
  const gateway = new CountingGateway(await makeAuthority('test', 1), 80 + (await freeOffset()));
  gateway.translate(manifests);
  await gateway.startController();
  await Promise.all(workers.map((each) => gateway.startProxy(each)));
  return gateway;
}
