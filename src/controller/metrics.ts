/** What the controller counts of itself. */
import type { ListWatchEvent } from '../kube/list-watch.ts';
import type { Counter, Gauge, Histogram, Registry } from '../observe/metrics.ts';

/** Read when the metrics are asked for. */
export type Reading = {
  /** Objects that changed and are not looked at yet. */
  readonly queued: number;
  /** Objects that are known, by kind. */
  readonly objects: Iterable<readonly [string, number]>;
  /** Statuses that wait to be written. */
  readonly statuses: number;
  readonly leading: boolean;
  readonly gateways: number;
  readonly proxies: number;
  /** Of them, those that do not serve the newest table. */
  readonly behind: number;
  /** Clients whose requests proxies count together. */
  readonly countedClients: number;
};

/** Upper bounds of the number of objects in a batch. */
const BATCHES = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000];

export class ControllerMetrics {
  readonly #batches: Histogram;
  readonly #reconciling: Histogram;
  readonly #translating: Histogram;
  readonly #pushing: Histogram;
  readonly #failures: Counter;
  readonly #rejections: Counter;
  readonly #watches: Counter;
  readonly #statusWrites: Counter;
  readonly #infrastructure: Counter;
  readonly #events: Counter;
  readonly #series = new Map<string, number>();
  #read: (() => Reading) | null = null;

  constructor(registry: Registry) {
    this.#batches = registry.histogram(
      'headgate_controller_batch_objects',
      'Objects that changed, by batch.',
      [],
      BATCHES,
    );
    this.#reconciling = registry.histogram(
      'headgate_controller_reconcile_duration_seconds',
      'From a batch of changes to published tables.',
    );
    this.#translating = registry.histogram(
      'headgate_controller_translate_duration_seconds',
      'Translation of one batch.',
    );
    this.#pushing = registry.histogram(
      'headgate_controller_push_duration_seconds',
      'From a published table until a proxy serves it.',
    );
    this.#failures = registry.counter(
      'headgate_controller_reconcile_failures_total',
      'Batches that failed and are tried again.',
    );
    this.#rejections = registry.counter('headgate_controller_rejected_tables_total', 'Tables that a proxy refused.');
    this.#watches = registry.counter(
      'headgate_controller_watch_events_total',
      'Lists and watches that began, and how they failed, by kind.',
      ['kind', 'event'],
    );
    this.#statusWrites = registry.counter('headgate_controller_status_writes_total', 'Writes of statuses, by kind.', [
      'kind',
      'result',
    ]);
    this.#infrastructure = registry.counter(
      'headgate_controller_infrastructure_failures_total',
      'Objects of Gateways that could not be written.',
    );
    this.#events = registry.counter('headgate_controller_events_total', 'Events about objects.', ['type', 'result']);
    this.#addReadings(registry);
  }

  /** Where the numbers come from that are read and not counted. */
  readFrom(read: () => Reading): void {
    this.#read = read;
  }

  reconciled(objects: number, milliseconds: number): void {
    // Acknowledgements of proxies lead to work, too, and are no objects.
    if (objects > 0) this.#observe(this.#batches, objects);
    this.#observe(this.#reconciling, milliseconds / 1000);
  }

  failed(): void {
    this.#count(this.#failures);
  }

  translated(milliseconds: number): void {
    this.#observe(this.#translating, milliseconds / 1000);
  }

  /** @param milliseconds from the publication to the proxy's word. */
  pushed(milliseconds: number): void {
    this.#observe(this.#pushing, milliseconds / 1000);
  }

  rejected(): void {
    this.#count(this.#rejections);
  }

  watched(kind: string, event: ListWatchEvent): void {
    this.#count(this.#watches, kind, event);
  }

  statusWritten(kind: string, result: 'written' | 'failed'): void {
    this.#count(this.#statusWrites, kind, result);
  }

  infrastructureFailed(): void {
    this.#count(this.#infrastructure);
  }

  event(type: string, result: 'written' | 'failed' | 'dropped'): void {
    this.#count(this.#events, type, result);
  }

  #addReadings(registry: Registry): void {
    const queued = registry.gauge('headgate_controller_queued_objects', 'Objects that changed and wait for a batch.');
    const objects = registry.gauge('headgate_controller_objects', 'Objects that are known, by kind.', ['kind']);
    const statuses = registry.gauge('headgate_controller_queued_statuses', 'Statuses that wait to be written.');
    const leader = registry.gauge('headgate_controller_leader', '1 in the replica that writes, 0 in the others.');
    const gateways = registry.gauge('headgate_controller_gateways', 'Gateways that are served.');
    const proxies = registry.gauge('headgate_controller_proxies', 'Proxies that are connected.');
    const behind = registry.gauge(
      'headgate_controller_proxies_behind',
      'Connected proxies that do not serve the newest table.',
    );
    const clients = registry.gauge(
      'headgate_controller_rate_limit_clients',
      'Clients of whom proxies say what they have counted, for each limit that they keep together.',
    );
    const set = (one: Gauge, value: number, ...labels: string[]) => one.set(this.#indexOf(one, labels), value);
    registry.beforeCollect(() => {
      const now = this.#read?.();
      if (now === undefined) return;
      set(queued, now.queued);
      for (const [kind, number] of now.objects) set(objects, number, kind);
      set(statuses, now.statuses);
      set(leader, now.leading ? 1 : 0);
      set(gateways, now.gateways);
      set(proxies, now.proxies);
      set(behind, now.behind);
      set(clients, now.countedClients);
    });
  }

  #count(counter: Counter, ...labels: string[]): void {
    counter.inc(this.#indexOf(counter, labels));
  }

  #observe(histogram: Histogram, value: number): void {
    histogram.observe(this.#indexOf(histogram, []), value);
  }

  /** Taken once, and kept. */
  #indexOf(family: Counter | Gauge | Histogram, labels: readonly string[]): number {
    const id = `${family.name} ${labels.join(' ')}`;
    let index = this.#series.get(id);
    if (index === undefined) {
      index = family.series(labels);
      this.#series.set(id, index);
    }
    return index;
  }
}
