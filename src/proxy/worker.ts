/** A worker process: one proxy that does what the supervisor says. Started by supervisor.ts only. */
import type { Delta, Snapshot } from '../ir/delta.ts';
import { inSlices } from '../ir/steps.ts';
import type { Collection } from '../ir/table.ts';
import { reportOf } from '../observe/metrics.ts';
import { addProcessMetrics } from '../observe/process-metrics.ts';
import { following } from '../snapshot/apply.ts';
import type { ProxySettings } from './options.ts';
import { lowerHelpers } from './priority.ts';
import { type Lender, Proxy } from './proxy.ts';
import { holdTickShape } from './tick-shape.ts';
import type { Desk, FromWorker, ToWorker } from './worker-message.ts';

holdTickShape();

class Worker {
  private readonly proxy: Proxy;
  /** Entries that came ahead of their delta. */
  private parts: Partial<Record<Collection, Record<string, object>>>;

  constructor(settings: ProxySettings, version: string, workers: number, shares: boolean) {
    const lender = (to: Desk): Lender => ({ workers, send: (message) => tell({ kind: 'lend', to, message }) });
    this.proxy = new Proxy({ ...settings, version }, (error) => report(error), {
      pod: workers > 1 ? lender('pod') : null,
      gateway: shares ? lender('gateway') : null,
    });
    this.parts = {};
    addProcessMetrics(this.proxy.registry, { process: settings.name ?? 'worker', version });
  }

  async start(): Promise<void> {
    lowerHelpers();
    await this.proxy.listen();
    tell({ kind: 'started' });
  }

  take(message: ToWorker): void {
    switch (message.kind) {
      case 'part':
        this.parts[message.collection] = Object.assign(this.parts[message.collection] ?? {}, message.entries);
        tell({ kind: 'taken', id: message.id });
        break;
      case 'apply':
        this.answer(message.id, this.apply(message.delta));
        break;
      case 'remove':
        this.answer(message.id, this.proxy.remove(message.gateway));
        break;
      case 'metrics':
        tell({ kind: 'metrics', id: message.id, metrics: reportOf(this.proxy.metrics()) });
        break;
      case 'lent':
        this.proxy.hearLender(message.from, message.message);
        break;
      case 'reopen':
        this.proxy.reopenAccessLog();
        break;
      case 'flush':
        this.proxy.flushCache(message.region);
        break;
      case 'drain':
        this.drain();
        break;
      default:
        break;
    }
  }

  /** For the end of the process, whatever led to it. */
  flush(): void {
    this.proxy.flushAccessLog();
  }

  drain(): void {
    this.proxy.drain().then(leave, leave);
  }

  private async apply(delta: Delta): Promise<void> {
    const set = { ...delta.set, ...this.parts } as Delta['set'];
    this.parts = {};
    const before: Snapshot | null = this.proxy.snapshot(delta.gateway);
    await this.proxy.apply(await inSlices(following(before, { ...delta, set })));
  }

  private answer(id: number, work: Promise<void>): void {
    work.then(
      () => tell({ kind: 'done', id, addresses: this.proxy.addresses }),
      (error: unknown) =>
        tell({ kind: 'rejected', id, reason: error instanceof Error ? error.message : String(error) }),
    );
  }
}

function tell(message: FromWorker): void {
  if (process.connected) process.send!(message);
}

function report(error: unknown): void {
  tell({ kind: 'bug', error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}

function leave(): void {
  process.exit(0);
}

let worker: Worker | null = null;

process.on('message', (message: ToWorker) => {
  if (message.kind === 'start') {
    worker = new Worker(message.settings, message.version, message.workers, message.shares);
    worker.start().catch((error) => {
      report(error);
      process.exit(1);
    });
  } else {
    worker?.take(message);
  }
});

process.on('exit', () => worker?.flush());

// The supervisor says when to stop; a terminal's Ctrl-C reaches the whole group.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

// Without a supervisor nobody would ever stop or update this process.
process.on('disconnect', () => {
  if (worker === null) leave();
  else worker.drain();
});

// What the request path did not catch has left the process in a state that nobody knows: finish, and be replaced.
process.on('uncaughtException', (error) => {
  report(error);
  tell({ kind: 'leaving' });
  if (worker === null) process.exit(1);
  else worker.drain();
});
