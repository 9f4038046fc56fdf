/**
 * How long it takes until a new route is served, at several numbers of routes, and what it costs the controller. The floor,
 * in the same run: the time until a bare watch sees the same object.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import { create, kube, makeNamespace, pathOf, removeNamespace } from '../installed/cluster.ts';
import { ask } from '../installed/load.ts';
import { httpRoute, startBackend, startGateway } from '../installed/shop.ts';
import { allProgrammed, fill } from './many.ts';
import type { Options } from './options.ts';
import { mean, type Spread, spreadOf } from './statistics.ts';
import { cpuBetween, leaderUsage } from './usage.ts';

export type Propagation = {
  readonly routes: number;
  /** Milliseconds from the API server's answer to the first 200. */
  readonly served: Spread;
  /** Milliseconds from the API server's answer until a bare watch saw the route; 0 when it was faster than the answer. */
  readonly watched: Spread;
  /** Both from the moment that the request was sent: serving divided by seeing, of the means. */
  readonly timesFloor: number;
  /** Answers other than 404 before and 200 at last. */
  readonly errors: number;
  /** CPU milliseconds of the controller that leads, for each route, above what it uses when nothing happens. */
  readonly controllerCpuMillis: number;
};

/** Milliseconds between two requests for a route that is not served yet, as in gateway-api-bench. */
const POLL = 5;
const IDLE = 5_000;
/** After a fill, for what it left to be collected. */
const SETTLE = 10_000;
/**
 * Routes made one after another before anything is counted. V8 compiles what runs a few times for each route only after hundreds
 * of them; a controller that has just started spends two to three times as much on its first.
 */
const WARM_UP = 600;

export async function propagation(options: Options, say: (line: string) => void): Promise<Propagation[]> {
  const namespace = await makeNamespace('bench-propagation');
  const agent = new Agent({ connections: 4 });
  const watch = new BareWatch(namespace);
  try {
    const [address] = await Promise.all([startGateway(namespace), startBackend(namespace, 'echo', 1)]);
    const results: Propagation[] = [];
    let there = 0;
    const series = (routes: number, name: string, count: number) =>
      measure(routes, count, (index) =>
        one(namespace, `${name}-${index}`, `http://${address}/${name}-${index}`, agent, watch),
      );
    say(`  ${line(await series(0, 'first', WARM_UP))}: the first ${WARM_UP}, not judged`);
    for (const size of options.sizes) {
      await fill(namespace, there, size);
      there = Math.max(there, size);
      await allProgrammed(namespace);
      await sleep(SETTLE);
      const result = await series(size, `sample-${size}`, options.samples);
      results.push(result);
      say(`  ${line(result)}`);
    }
    return results;
  } finally {
    watch.stop();
    await agent.close();
    await removeNamespace(namespace);
  }
}

type Sample = { readonly sent: number; readonly answered: number; readonly seen: number; readonly served: number };
type Outcome = Sample & { readonly errors: number };

async function measure(
  routes: number,
  samples: number,
  sample: (index: number) => Promise<Outcome>,
): Promise<Propagation> {
  const idle = await leaderUsage();
  const idleBegin = performance.now();
  await sleep(IDLE);
  const before = await leaderUsage();
  const idleShare = cpuBetween(idle, before) / (performance.now() - idleBegin);
  const begin = performance.now();
  const outcomes: Outcome[] = [];
  for (let index = 0; index < samples; index++) outcomes.push(await sample(index));
  // Statuses are written a moment after a route is served, and belong to its price.
  await sleep(1_000);
  const busy = cpuBetween(before, await leaderUsage());
  const cpu = Math.max(0, busy - idleShare * (performance.now() - begin));
  const since = (from: keyof Sample, to: keyof Sample) => outcomes.map((one) => Math.max(0, one[to] - one[from]));
  return {
    routes,
    served: spreadOf(since('answered', 'served')),
    watched: spreadOf(since('answered', 'seen')),
    timesFloor: mean(since('sent', 'served')) / mean(since('sent', 'seen')),
    errors: outcomes.reduce((sum, { errors }) => sum + errors, 0),
    controllerCpuMillis: (cpu * 1000) / samples,
  };
}

async function one(namespace: string, name: string, url: string, agent: Agent, watch: BareWatch): Promise<Outcome> {
  let errors = 0;
  const polled = (async () => {
    for (const end = performance.now() + 60_000; performance.now() < end; await sleep(POLL)) {
      const { status } = await ask(agent, url);
      if (status === 200) return performance.now();
      if (status !== 404) errors += 1;
    }
    throw new Error(`${url} was not served within a minute`);
  })();
  const sent = performance.now();
  await create(httpRoute(namespace, name, new URL(url).pathname));
  const answered = performance.now();
  const [served, seen] = await Promise.all([polled, watch.sees(name)]);
  return { sent, answered, seen, served, errors };
}

/** A watch of the namespace's routes that notes when it first saw each. */
class BareWatch {
  readonly #seen = new Map<string, number>();
  readonly #stop = new AbortController();

  constructor(namespace: string) {
    void this.#run(pathOf('HTTPRoute', namespace));
  }

  async sees(name: string): Promise<number> {
    for (const end = performance.now() + 30_000; performance.now() < end; await sleep(2)) {
      const at = this.#seen.get(name);
      if (at !== undefined) return at;
    }
    throw new Error(`the bare watch did not see ${name}`);
  }

  stop(): void {
    this.#stop.abort();
  }

  /** A watch in which nothing happens is ended now and then; a new one begins with all that there is. */
  async #run(path: string): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#follow(path).catch(() => sleep(100));
    }
  }

  async #follow(path: string): Promise<void> {
    for await (const line of kube.lines(path, { watch: true }, this.#stop.signal)) {
      const at = performance.now();
      const name = (JSON.parse(line) as { object: { metadata: { name: string } } }).object.metadata.name;
      if (!this.#seen.has(name)) this.#seen.set(name, at);
    }
  }
}

function line({ routes, served, watched, timesFloor, errors, controllerCpuMillis }: Propagation): string {
  const text = ({ mean, p50, p99, max }: Spread) => [mean, p50, p99, max].map((one) => one.toFixed(1)).join(' / ');
  return (
    `${routes} routes: served after ${text(served)} ms (mean / p50 / p99 / max), a bare watch ${text(watched)}, ` +
    `${timesFloor.toFixed(1)} × the floor; ${controllerCpuMillis.toFixed(1)} ms of the controller's CPU a route; ${errors} errors`
  );
}
