import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Snapshot } from '../ir/delta.ts';
import { Registry, type Serialised, toPrometheus, WorkerMetrics } from '../observe/metrics.ts';
import { addProcessMetrics } from '../observe/process-metrics.ts';
import { diff } from '../snapshot/diff.ts';
import { CertificateTimes } from './certificates.ts';
import type { SupervisorEvent } from './event.ts';
import { sharesPorts } from './listen/reuse-port.ts';
import { type ProxySettings, proxyOptions } from './options.ts';
import { inParts } from './parts.ts';
import { Priority } from './priority.ts';
import type { Address, FromWorker, ToWorker } from './worker-message.ts';

export type SupervisorOptions = ProxySettings & {
  /** Worker processes; default: one per core that may be used, or 1 where processes cannot share a port. */
  readonly workers?: number;
  /** Shown in metrics. */
  readonly version?: string;
  /** Told of workers that end, of bugs, and of certificates out of their time. */
  readonly onEvent?: (event: SupervisorEvent) => void;
};

const METRICS_TIMEOUT = 2_000;
const METRICS_INTERVAL = 10_000;
/** Milliseconds before a worker that ended is replaced: at once, and longer while new ones end soon. */
const RESTART_FIRST = 50;
const RESTART_LAST = 5_000;
const SHORT_LIFE = 10_000;
/**
 * MiB of a half of a worker's young generation. Requests leave so little behind that more would make none cheaper, and all
 * of it stays resident: 40 MiB less under load than with Node's default.
 */
const SEMI_SPACE = 8;
/**
 * By how many percent a worker's heap may grow between two full collections. Node lets it double and more, so that a worker
 * whose whole table was replaced a few times kept several tables' worth of memory.
 */
const GROWTH = 30;

type Waiting = { resolve: (answer: FromWorker) => void; reject: (error: Error) => void };

/** One place for a worker, filled by one process after another. */
class Seat {
  readonly index: number;
  child: ChildProcess | null;
  /** What the worker serves, by Gateway. */
  served: Map<string, Snapshot>;
  waiting: Map<number, Waiting>;
  startedAt: number;
  restartDelay: number;

  constructor(index: number) {
    this.index = index;
    this.child = null;
    this.served = new Map();
    this.waiting = new Map();
    this.startedAt = 0;
    this.restartDelay = RESTART_FIRST;
  }
}

/** Runs the workers: starts and replaces them, gives each the newest tables, and adds up their metrics. */
export class Supervisor {
  private readonly settings: ProxySettings;
  private readonly version: string;
  private readonly onEvent: (event: SupervisorEvent) => void;
  private readonly seats: readonly Seat[];
  private readonly registry: Registry;
  private readonly workerMetrics: WorkerMetrics;
  private readonly restarts: () => void;
  private readonly certificates: CertificateTimes;
  private readonly priority: Priority;
  /** The last good table of each Gateway. */
  private readonly good: Map<string, Snapshot>;
  /** Processes that have lost their seat and still finish requests. */
  private readonly leaving: Set<ChildProcess>;
  private nextId: number;
  private last: Promise<unknown>;
  private isStopping: boolean;
  private poll: NodeJS.Timeout | null;
  private stopMeasuring: () => void;
  private known: readonly Address[];

  /** Throws a RangeError when a setting is not valid. */
  constructor(options: SupervisorOptions = {}) {
    const {
      workers = sharesPorts() ? availableParallelism() : 1,
      version = 'unknown',
      onEvent = () => {},
      ...settings
    } = options;
    if (!Number.isInteger(workers) || workers < 1) {
      throw new RangeError(`workers: ${workers} is not a whole number of at least 1`);
    }
    if (workers > 1 && !sharesPorts()) {
      throw new RangeError(
        `workers: ${workers}, but processes cannot share a port on ${process.platform}: only 1 is allowed`,
      );
    }
    this.settings = { ...settings, ticketKeys: settings.ticketKeys ?? randomBytes(48) };
    this.version = version;
    this.onEvent = onEvent;
    this.seats = Array.from({ length: workers }, (_, index) => new Seat(index));
    this.registry = new Registry();
    this.workerMetrics = new WorkerMetrics();
    const ended = this.registry.counter('headgate_worker_restarts_total', 'Workers that ended and were replaced.');
    const series = ended.series([]);
    this.restarts = () => ended.inc(series);
    this.certificates = new CertificateTimes(this.registry, (certificate) =>
      this.onEvent({ kind: 'certificate', ...certificate }),
    );
    this.priority = new Priority();
    const count = this.registry.gauge('headgate_workers', 'Worker processes that serve.');
    const countSeries = count.series([]);
    this.registry.beforeCollect(() =>
      count.set(countSeries, this.seats.filter((seat) => seat.child !== null && seat.startedAt > 0).length),
    );
    this.good = new Map();
    this.leaving = new Set();
    this.nextId = 1;
    this.last = Promise.resolve();
    this.isStopping = false;
    this.poll = null;
    this.stopMeasuring = () => {};
    this.known = [];
  }

  /** Starts the workers. Resolves when all of them are ready to take tables. */
  async start(): Promise<void> {
    await Promise.all(this.seats.map((seat) => this.fill(seat)));
    this.priority.giveWay();
    this.stopMeasuring = addProcessMetrics(this.registry, { process: 'supervisor', version: this.version });
    this.poll = setInterval(() => this.collect().catch(() => {}), METRICS_INTERVAL);
    this.poll.unref();
  }

  /**
   * Serves a table in every worker. Resolves when all have it; when one cannot serve it, rejects with its reason, and
   * all of them serve the Gateway's last good table again.
   */
  apply(snapshot: Snapshot): Promise<void> {
    return this.inTurn(async () => {
      const { gateway } = snapshot.table;
      const running = this.seats.filter((seat) => seat.child !== null);
      const outcomes = await Promise.allSettled(running.map((seat) => this.give(seat, snapshot)));
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed === undefined) {
        this.good.set(gateway, snapshot);
        this.certificates.serve(snapshot.table);
        return;
      }
      const good = this.good.get(gateway);
      await Promise.allSettled(
        running.map((seat) => (good === undefined ? this.take(seat, gateway) : this.give(seat, good))),
      );
      throw failed.reason;
    });
  }

  /** Stops serving a Gateway. */
  remove(gateway: string): Promise<void> {
    return this.inTurn(async () => {
      this.good.delete(gateway);
      this.certificates.remove(gateway);
      await Promise.allSettled(this.seats.map((seat) => this.take(seat, gateway)));
    });
  }

  /** Where tables are served. */
  get addresses(): readonly Address[] {
    return this.known;
  }

  /** The process ids of the workers that run. */
  get workers(): readonly number[] {
    return this.seats.flatMap((seat) => seat.child?.pid ?? []);
  }

  /** Whether every worker is up and has every table. */
  get isReady(): boolean {
    return this.seats.every((seat) =>
      [...this.good].every(([gateway, snapshot]) => seat.served.get(gateway) === snapshot),
    );
  }

  /** The metrics of all workers in Prometheus' text format. */
  async metrics(): Promise<string> {
    return toPrometheus(await this.collect());
  }

  /** Makes every worker open the file of its access log anew, after a rotation moved it. */
  reopenAccessLog(): void {
    for (const { child } of this.seats) if (child !== null) send(child, { kind: 'reopen' });
    for (const child of this.leaving) send(child, { kind: 'reopen' });
  }

  /** Ends gracefully (proxy.ts `drain`) and resolves when the last worker has gone. */
  async drain(): Promise<void> {
    this.isStopping = true;
    if (this.poll !== null) clearInterval(this.poll);
    this.stopMeasuring();
    const { drainDelay, drainTimeout } = proxyOptions(this.settings);
    await Promise.all(
      [...this.seats.map(({ child }) => child), ...this.leaving].map(async (child) => {
        if (child === null) return;
        const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
        send(child, { kind: 'drain' });
        const late = setTimeout(() => child.kill('SIGKILL'), drainDelay + drainTimeout + METRICS_TIMEOUT);
        await gone;
        clearTimeout(late);
      }),
    );
  }

  private fill(seat: Seat): Promise<void> {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const path = fileURLToPath(new URL(`./worker.${extension}`, import.meta.url));
    const child = fork(path, {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: [...process.execArgv, `--max-semi-space-size=${SEMI_SPACE}`, `--heap-growing-percent=${GROWTH}`],
    });
    seat.child = child;
    seat.startedAt = 0;
    seat.served = new Map();
    const started = new Promise<void>((resolve, reject) => {
      child.on('message', (message: FromWorker) => {
        if (message.kind === 'started') {
          seat.startedAt = performance.now();
          resolve();
        } else if (message.kind === 'leaving') {
          this.leaving.add(child);
          this.left(seat, child, null, null);
        } else this.hear(seat, message);
      });
      child.on('error', reject);
      child.on('exit', (code, signal) => {
        this.leaving.delete(child);
        reject(new Error(`worker ${seat.index} ended with ${signal ?? code}`));
        this.left(seat, child, code, signal);
      });
    });
    send(child, { kind: 'start', settings: { ...this.settings, name: `worker-${seat.index}` }, version: this.version });
    return started;
  }

  private left(seat: Seat, child: ChildProcess, code: number | null, signal: string | null): void {
    if (seat.child !== child) return;
    seat.child = null;
    seat.served = new Map();
    this.workerMetrics.ended(seat.index);
    for (const { reject } of seat.waiting.values())
      reject(new Error(`worker ${seat.index} ended with ${signal ?? code}`));
    seat.waiting.clear();
    if (this.isStopping) return;
    this.restarts();
    this.onEvent({ kind: 'worker-ended', worker: seat.index, code, signal });
    const lived = seat.startedAt === 0 ? 0 : performance.now() - seat.startedAt;
    seat.restartDelay = lived > SHORT_LIFE ? RESTART_FIRST : Math.min(seat.restartDelay * 2, RESTART_LAST);
    setTimeout(() => void this.refill(seat), seat.restartDelay);
  }

  /** Replaces a worker that ended, and brings it to the newest tables. */
  private async refill(seat: Seat): Promise<void> {
    if (this.isStopping) return;
    try {
      await this.fill(seat);
      if (seat.child?.pid !== undefined) this.priority.raise(seat.child.pid);
    } catch {
      // It ended before it started: `left` has set the next attempt going.
      return;
    }
    await this.inTurn(async () => {
      for (const snapshot of this.good.values()) await this.give(seat, snapshot);
    }).catch((error: unknown) => {
      // A worker that cannot serve what others do is no use; ending it starts the next attempt.
      this.onEvent({ kind: 'bug', worker: seat.index, error: String(error) });
      seat.child?.kill('SIGKILL');
    });
  }

  private hear(seat: Seat, message: FromWorker): void {
    if (message.kind === 'bug') {
      this.onEvent({ kind: 'bug', worker: seat.index, error: message.error });
      return;
    }
    if (message.kind === 'started' || message.kind === 'leaving') return;
    const waiting = seat.waiting.get(message.id);
    if (waiting === undefined) return;
    seat.waiting.delete(message.id);
    if (message.kind === 'rejected') waiting.reject(new Error(message.reason));
    else waiting.resolve(message);
  }

  /** Brings one worker from what it serves to the snapshot. */
  private async give(seat: Seat, snapshot: Snapshot): Promise<void> {
    const { gateway } = snapshot.table;
    const before = seat.served.get(gateway) ?? null;
    if (before === snapshot) return;
    const { parts, rest } = inParts(diff(before, snapshot));
    // One after the other: requests get their turn between two of them, however busy the worker is.
    for (const part of parts) await this.ask(seat, { kind: 'part', id: this.nextId++, ...part });
    const answer = await this.ask(seat, { kind: 'apply', id: this.nextId++, delta: rest });
    seat.served.set(gateway, snapshot);
    if (answer.kind === 'done') this.known = answer.addresses;
  }

  private async take(seat: Seat, gateway: string): Promise<void> {
    seat.served.delete(gateway);
    const answer = await this.ask(seat, { kind: 'remove', id: this.nextId++, gateway });
    if (answer.kind === 'done') this.known = answer.addresses;
  }

  private async collect(): Promise<Serialised> {
    await Promise.allSettled(
      this.seats.map(async (seat) => {
        if (seat.child === null || seat.startedAt === 0) return;
        const answer = await this.ask(seat, { kind: 'metrics', id: this.nextId++ }, METRICS_TIMEOUT);
        if (answer.kind === 'metrics') this.workerMetrics.report(seat.index, answer.metrics);
      }),
    );
    return this.workerMetrics.collect(this.registry.collect());
  }

  private ask(seat: Seat, message: ToWorker & { readonly id: number }, timeout = 0): Promise<FromWorker> {
    return new Promise((resolve, reject) => {
      if (seat.child === null) {
        reject(new Error(`worker ${seat.index} is not running`));
        return;
      }
      seat.waiting.set(message.id, { resolve, reject });
      if (timeout > 0) {
        setTimeout(() => {
          if (seat.waiting.delete(message.id))
            reject(new Error(`worker ${seat.index} did not answer in ${timeout} ms`));
        }, timeout).unref();
      }
      send(seat.child, message);
    });
  }

  private inTurn(step: () => Promise<void>): Promise<void> {
    const turn = this.last.then(step);
    this.last = turn.catch(() => {});
    return turn;
  }
}

/** A worker that is just ending does not take messages any more; its end is heard of by itself. */
function send(child: ChildProcess, message: ToWorker): void {
  if (child.connected) child.send(message, () => {});
}
