/** What an operator of `standalone` wants to be woken for: manifests that are wrong, Gateways that are not served. */
import { Registry, toPrometheus } from '../../observe/metrics.ts';

export class ReloadMetrics {
  readonly #registry = new Registry();
  readonly #reloads = this.#registry.counter('headgate_reloads_total', 'Times that changed manifests were read.');
  readonly #faults = this.#registry.gauge(
    'headgate_manifest_faults',
    'Bad documents, conditions that are not as they should be, and objects that nobody serves.',
  );
  readonly #behind = this.#registry.gauge(
    'headgate_gateways_behind',
    'Gateways whose newest table the workers do not serve.',
  );

  constructor() {
    // All of them are there from the start, at zero.
    this.#reloads.series([]);
    this.set(0, 0);
  }

  reloaded(): void {
    this.#reloads.inc(this.#reloads.series([]));
  }

  set(faults: number, behind: number): void {
    this.#faults.set(this.#faults.series([]), faults);
    this.#behind.set(this.#behind.series([]), behind);
  }

  /** Prometheus' text. */
  text(): string {
    return toPrometheus(this.#registry.collect());
  }
}
