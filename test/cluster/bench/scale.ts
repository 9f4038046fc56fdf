/**
 * Many routes, each with its own Service and endpoint, and then a steady churn: what the controller and a proxy use, and how
 * much a proxy is sent. Endpoints are EndpointSlices that nobody's kubelet stands behind.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type KubeObject, makeNamespace, patch, removeNamespace } from '../installed/cluster.ts';
import { httpRoute, startGateway } from '../installed/shop.ts';
import { allProgrammed, inParallel, made } from './many.ts';
import type { Options } from './options.ts';
import { mean } from './statistics.ts';
import { cpuBetween, leaderUsage, proxyUsage, type Usage } from './usage.ts';

export type Used = {
  /** Cores, on average over the churn. */
  readonly cores: number;
  /** Largest resident memory that was read. */
  readonly residentBytes: number;
  readonly meanResidentBytes: number;
};

export type Scale = {
  readonly routes: number;
  readonly minutes: number;
  readonly controller: Used;
  readonly proxy: Used;
  /** Received by a proxy that has no client: what it is sent, acknowledgements of its own packets included. */
  readonly streamBytesPerSecond: number;
  /** CPU seconds of the controller while everything was made. */
  readonly controllerSecondsForAll: number;
};

/** Between two readings of memory. */
const READING = 15_000;
/** Before the churn counts: what was made is still being worked off. */
const CALM = 10_000;
/** kube-proxy leaves Services with this label alone; the cluster's nodes have nothing to do with fake endpoints. */
const NOT_FOR_NODES = { 'service.kubernetes.io/service-proxy-name': 'headgate-bench' };

export async function scale({ routes, minutes }: Options, say: (line: string) => void): Promise<Scale> {
  const namespace = await makeNamespace('bench-scale');
  try {
    await startGateway(namespace);
    const begin = await leaderUsage();
    await inParallel(routes, async (index) => {
      for (const object of objects(namespace, index)) await made(object);
    });
    await allProgrammed(namespace);
    await sleep(CALM);
    const controllerSecondsForAll = cpuBetween(begin, await leaderUsage());
    say(`  ${routes} routes are served, for ${controllerSecondsForAll.toFixed(1)} s of the controller's CPU`);

    const churn = new Churn(namespace, routes);
    const readings = await readUntil(namespace, performance.now() + minutes * 60_000);
    await churn.stop();
    const seconds = readings.seconds;
    const result: Scale = {
      routes,
      minutes,
      controller: usedOver(readings.controller, seconds),
      proxy: usedOver(readings.proxy, seconds),
      streamBytesPerSecond: (readings.proxy.at(-1)!.receivedBytes - readings.proxy[0]!.receivedBytes) / seconds,
      controllerSecondsForAll,
    };
    say(
      `  ${churn.changes} route changes and ${churn.replacements} pod replacements in ${Math.round(seconds)} s: ` +
        `controller ${text(result.controller)}, proxy ${text(result.proxy)}, ` +
        `stream ${(result.streamBytesPerSecond / 1000).toFixed(1)} kB/s`,
    );
    return result;
  } finally {
    await removeNamespace(namespace);
  }
}

function name(index: number): string {
  return `app-${index}`;
}

function objects(namespace: string, index: number): KubeObject[] {
  const service = name(index);
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace, name: service, labels: NOT_FOR_NODES },
      spec: { ports: [{ port: 80, targetPort: 8080 }] },
    },
    slice(namespace, index, 0),
    httpRoute(namespace, service, `/${service}`, service),
  ];
}

/** @param generation of the pod behind it. */
function slice(namespace: string, index: number, generation: number): KubeObject {
  const service = name(index);
  const address = `10.${64 + (generation % 64)}.${(index >> 8) & 255}.${index & 255}`;
  const pod = `${service}-${generation}`;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace,
      name: service,
      labels: { ...NOT_FOR_NODES, 'kubernetes.io/service-name': service },
    },
    addressType: 'IPv4',
    ports: [{ name: '', port: 8080, protocol: 'TCP' }],
    endpoints: [
      {
        addresses: [address],
        conditions: { ready: true, serving: true, terminating: false },
        nodeName: `fake-${index % 50}`,
        targetRef: { kind: 'Pod', namespace, name: pod },
      },
    ],
  } as KubeObject;
}

/** One route is changed a second, and every two seconds one pod is replaced by another. */
class Churn {
  readonly #namespace: string;
  readonly #routes: number;
  readonly #stop = new AbortController();
  readonly #running: Promise<unknown>;
  changes = 0;
  replacements = 0;

  constructor(namespace: string, routes: number) {
    this.#namespace = namespace;
    this.#routes = routes;
    this.#running = Promise.all([
      this.#every(1_000, (turn) => this.#change(turn)),
      this.#every(2_000, (turn) => this.#replace(turn)),
    ]);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #every(milliseconds: number, work: (turn: number) => Promise<void>): Promise<void> {
    const begin = performance.now();
    for (let turn = 0; !this.#stop.signal.aborted; turn++) {
      await work(turn);
      const wait = begin + (turn + 1) * milliseconds - performance.now();
      await sleep(Math.max(0, wait), undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }

  async #change(turn: number): Promise<void> {
    const service = name((turn * 7) % this.#routes);
    const { spec } = httpRoute(this.#namespace, service, `/${service}`, service);
    const value = String(turn);
    const filters = [{ type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x-turn', value }] } }];
    await patch('HTTPRoute', this.#namespace, service, { spec: { rules: [{ ...spec.rules[0], filters }] } });
    this.changes += 1;
  }

  /** As a rollout does it: the new pod comes ready, then the old one is gone. */
  async #replace(turn: number): Promise<void> {
    const index = (turn * 11) % this.#routes;
    const before = slice(this.#namespace, index, turn) as KubeObject & { endpoints: object[] };
    const after = slice(this.#namespace, index, turn + 1) as KubeObject & { endpoints: object[] };
    const endpoints = [...before.endpoints, ...after.endpoints];
    await patch('EndpointSlice', this.#namespace, name(index), { endpoints });
    await patch('EndpointSlice', this.#namespace, name(index), { endpoints: after.endpoints });
    this.replacements += 1;
  }
}

async function readUntil(namespace: string, end: number) {
  const controller: Usage[] = [];
  const proxy: Usage[] = [];
  const begin = performance.now();
  for (;;) {
    controller.push(await leaderUsage());
    proxy.push(await proxyUsage(namespace));
    const seconds = (performance.now() - begin) / 1000;
    const left = end - performance.now();
    if (left <= 0) return { controller, proxy, seconds };
    await sleep(Math.min(READING, left));
  }
}

function usedOver(readings: readonly Usage[], seconds: number): Used {
  const resident = readings.map(({ residentBytes }) => residentBytes);
  return {
    cores: cpuBetween(readings[0]!, readings.at(-1)!) / seconds,
    residentBytes: Math.max(...resident),
    meanResidentBytes: mean(resident),
  };
}

function text({ cores, residentBytes }: Used): string {
  return `${cores.toFixed(3)} cores and ${Math.round(residentBytes / (1 << 20))} MiB`;
}
