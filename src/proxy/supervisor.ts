import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { Snapshot } from '../ir/delta.ts';
import { Registry, type Serialised, toPrometheus, WorkerMetrics } from '../observe/metrics.ts';
import { addProcessMetrics } from '../observe/process-metrics.ts';
import { CertificateTimes } from './certificates.ts';
import type { SupervisorEvent } from './event.ts';
import { sharesPorts } from './listen/reuse-port.ts';
import { type ProxySettings, proxyOptions } from './options.ts';
import type { ToLessee } from './policy/rate-limit/lease.ts';
import { PodLedger } from './policy/rate-limit/ledger.ts';
import { Lending } from './policy/rate-limit/lending.ts';
import { Sharing } from './policy/rate-limit/shared/sharing.ts';
import { Priority } from './priority.ts';
import { Seat, send } from './seat.ts';
import type { Address, Desk, FromWorker } from './worker-message.ts';

export type SupervisorOptions = ProxySettings & {
  /** Worker processes; default: one per core that may be used, or 1 where processes cannot share a port. */
  readonly workers?: number;
  /** Shown in metrics. */
  readonly version?: string;
  /** Told of workers that end, of bugs, and of certificates out of their time. */
  readonly onEvent?: (event: SupervisorEvent) => void;
  /**
   * Set: there may be other proxies to count with, and this is told of keys of which there is something to tell them; see
   * `sharing`.
   */
  readonly onCounted?: (key: string) => void;
};

const METRICS_TIMEOUT = 2_000;
const METRICS_INTERVAL = 10_000;
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
  private readonly lending: Lending;
  /** What is counted together with other proxies; null: nothing, there are none. */
  readonly sharing: Sharing | null;
  /** The last good table of each Gateway. */
  private readonly good: Map<string, Snapshot>;
  /** Processes that have lost their seat and still finish requests. */
  private readonly leaving: Set<ChildProcess>;
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
      onCounted,
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
    const lend = (from: Desk) => (worker: number, message: ToLessee) => {
      const child = this.seats[worker]?.child ?? null;
      if (child !== null) send(child, { kind: 'lent', from, message });
    };
    this.lending = new Lending(workers, new PodLedger(), lend('pod'));
    this.sharing = onCounted === undefined ? null : new Sharing(workers, lend('gateway'), onCounted, this.registry);
    const count = this.registry.gauge('headgate_workers', 'Worker processes that serve.');
    const countSeries = count.series([]);
    this.registry.beforeCollect(() => count.set(countSeries, this.seats.filter((seat) => seat.isUp).length));
    this.good = new Map();
    this.leaving = new Set();
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
    this.poll = setInterval(() => void this.hearMetrics(), METRICS_INTERVAL);
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

  /** Empties a region of the cache, `namespace/name`, in every worker. */
  flushCache(region: string): void {
    for (const { child } of this.seats) if (child !== null) send(child, { kind: 'flush', region });
    for (const child of this.leaving) send(child, { kind: 'flush', region });
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
    const child = seat.fill();
    const started = new Promise<void>((resolve, reject) => {
      child.on('message', (message: FromWorker) => {
        if (message.kind === 'started') {
          seat.started();
          resolve();
        } else if (message.kind === 'leaving') {
          this.leaving.add(child);
          this.left(seat, child, null, null);
        } else this.hear(seat, child, message);
      });
      child.on('error', reject);
      child.on('exit', (code, signal) => {
        this.leaving.delete(child);
        reject(new Error(`worker ${seat.index} ended with ${signal ?? code}`));
        this.left(seat, child, code, signal);
      });
    });
    const settings = { ...this.share, name: `worker-${seat.index}` };
    const shares = this.sharing !== null;
    send(child, { kind: 'start', settings, version: this.version, workers: this.seats.length, shares });
    return started;
  }

  /** What one worker has of the bounds that hold for all of them together. */
  private get share(): ProxySettings {
    const { cacheBytes } = proxyOptions(this.settings).limits;
    const limits = { ...this.settings.limits, cacheBytes: Math.floor(cacheBytes / this.seats.length) };
    return { ...this.settings, limits };
  }

  private left(seat: Seat, child: ChildProcess, code: number | null, signal: string | null): void {
    if (seat.child !== child) return;
    seat.empty(String(signal ?? code));
    this.workerMetrics.ended(seat.index);
    this.lending.lost(seat.index);
    this.sharing?.lost(seat.index);
    if (this.isStopping) return;
    this.restarts();
    this.onEvent({ kind: 'worker-ended', worker: seat.index, code, signal });
    setTimeout(() => void this.refill(seat), seat.nextDelay());
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

  private hear(seat: Seat, child: ChildProcess, message: FromWorker): void {
    if (message.kind === 'bug') this.onEvent({ kind: 'bug', worker: seat.index, error: message.error });
    else if (message.kind === 'lend') {
      // One that has lost its seat would be taken for the next one there.
      if (seat.child !== child) return;
      if (message.to === 'pod') this.lending.hear(seat.index, message.message);
      else this.sharing?.heard(seat.index, message.message);
    } else if ('id' in message) seat.answered(message);
  }

  private async give(seat: Seat, snapshot: Snapshot): Promise<void> {
    this.known = (await seat.give(snapshot)) ?? this.known;
  }

  private async take(seat: Seat, gateway: string): Promise<void> {
    this.known = (await seat.take(gateway)) ?? this.known;
  }

  private async collect(): Promise<Serialised> {
    await this.hearMetrics();
    return this.workerMetrics.collect(this.registry.collect());
  }

  /** Asks every worker for its metrics, which are all that is left of it should it end before it is asked again. */
  private async hearMetrics(): Promise<void> {
    await Promise.allSettled(
      this.seats.map(async (seat) => {
        if (!seat.isUp) return;
        const answer = await seat.ask((id) => ({ kind: 'metrics', id }), METRICS_TIMEOUT);
        if (answer.kind === 'metrics') this.workerMetrics.report(seat.index, answer.metrics);
      }),
    );
  }

  private inTurn(step: () => Promise<void>): Promise<void> {
    const turn = this.last.then(step);
    this.last = turn.catch(() => {});
    return turn;
  }
}
