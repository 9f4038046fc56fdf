import type { Resource, Span } from './otlp/span.ts';
import type { Outbox } from './outbox.ts';

/** Spans of one request to the collector, and milliseconds until fewer go. */
const MAX_BATCH = 512;
const INTERVAL = 1_000;

export type Encode = (resource: Resource, spans: readonly Span[]) => Buffer;

/** Gathers spans and hands them to the outbox in batches. */
export class SpanBatch {
  readonly #outbox: Outbox;
  readonly #resource: Resource;
  readonly #encode: Encode;
  #spans: Span[];
  #timer: NodeJS.Timeout | null;

  constructor(outbox: Outbox, resource: Resource, encode: Encode) {
    this.#outbox = outbox;
    this.#resource = resource;
    this.#encode = encode;
    this.#spans = [];
    this.#timer = null;
  }

  add(span: Span): void {
    this.#spans.push(span);
    if (this.#spans.length >= MAX_BATCH) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), INTERVAL).unref();
  }

  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const spans = this.#spans;
    if (spans.length === 0) return;
    this.#spans = [];
    // A collector that is gone costs no encoding.
    if (this.#outbox.hasRoom(0)) this.#outbox.offer(this.#encode(this.#resource, spans), spans.length);
    else this.#outbox.drop(spans.length);
  }
}
