import type { Tracing } from '../../../ir/policy/telemetry.ts';
import { newSpanId } from '../../../observe/trace.ts';
import type { StageContext } from '../kinds.ts';
import { ORDER, PASS, type Stage } from '../stage.ts';
import type { Visit } from '../visit.ts';
import { spansToJson } from './otlp/encode-json.ts';
import { spansToProtobuf } from './otlp/encode-protobuf.ts';
import type { Attribute, Span } from './otlp/span.ts';
import { Outbox } from './outbox.ts';
import { Sampler } from './sampler.ts';
import { senderTo } from './send.ts';
import { SpanBatch } from './span-batch.ts';

/** Batches that may wait for a slow collector, in each process. */
const MOST_BATCHES = 16;
const MOST_BYTES = 16_777_216;
const CONCURRENCY = 2;
const RETRIES = 3;
const BACKOFF = 1_000;
const TIMEOUT = 10_000;

const TYPES = { protobuf: 'application/x-protobuf', json: 'application/json' } as const;

/** What is known of a request's span before it ends. */
type Begun = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly traceState: string;
};

/** Makes a span of every request that is sampled, which is the parent of what the backend does. */
export class TraceStage implements Stage {
  readonly order = ORDER.telemetry;
  readonly bodyLimit = 0;
  private readonly tracing: Tracing;
  private readonly sampler: Sampler;
  private readonly batch: SpanBatch;
  private readonly begun: WeakMap<Visit, Begun>;

  constructor(tracing: Tracing, context: StageContext) {
    const { metrics, options } = context.runtime;
    const headers = [['Content-Type', TYPES[tracing.encoding]] as const, ...tracing.headers];
    const outbox = new Outbox(
      senderTo({ ...tracing, headers, timeout: TIMEOUT }, context),
      (outcome, items) => {
        if (outcome === 'sent') metrics.spans += items;
        else metrics.spansDropped += items;
      },
      { concurrency: CONCURRENCY, maxMessages: MOST_BATCHES, maxBytes: MOST_BYTES, retries: RETRIES, backoff: BACKOFF },
    );
    const { serviceName } = tracing;
    this.tracing = tracing;
    this.sampler = new Sampler(tracing);
    this.batch = new SpanBatch(
      outbox,
      { serviceName, version: options.version },
      tracing.encoding === 'json' ? spansToJson : spansToProtobuf,
    );
    this.begun = new WeakMap();
  }

  enter(visit: Visit): number {
    const { isNewTrace, traceparent } = visit;
    if (!this.sampler.samples(isNewTrace ? null : traceparent)) return PASS;
    const spanId = newSpanId();
    const flags = (Number.parseInt(traceparent.slice(53, 55), 16) | 1).toString(16).padStart(2, '0');
    this.begun.set(visit, {
      traceId: traceparent.slice(3, 35),
      spanId,
      parentId: isNewTrace ? '' : traceparent.slice(36, 52),
      traceState: isNewTrace ? '' : (visit.head.header('tracestate') ?? ''),
    });
    visit.traceparent = `00-${traceparent.slice(3, 35)}-${spanId}-${flags}`;
    return PASS;
  }

  ended(visit: Visit, status: number, reason: string): void {
    const begun = this.begun.get(visit);
    if (begun === undefined) return;
    const { head } = visit;
    const start = performance.timeOrigin + visit.startedAt;
    this.batch.add({
      ...begun,
      name: this.tracing.spanName ?? `${head.method} ${visit.match.rule.key}`,
      start,
      end: start + performance.now() - visit.startedAt,
      attributes: this.attributes(visit, status, reason),
      isError: status >= 500 || status === 0,
    } satisfies Span);
  }

  /** By the semantic conventions for HTTP servers (OpenTelemetry 1.27), and our own. */
  private attributes(visit: Visit, status: number, reason: string): Attribute[] {
    const { head } = visit;
    const all: Attribute[] = [
      ['http.request.method', head.method],
      ['url.scheme', visit.scheme],
      ['url.path', head.path],
      ['server.address', head.host],
      ['client.address', visit.clientAddress],
      ['network.protocol.name', 'http'],
      ['network.protocol.version', visit.protocol.replace('HTTP/', '')],
      ['headgate.rule', visit.match.rule.key],
      ['headgate.request_id', visit.requestId],
    ];
    if (status > 0) all.push(['http.response.status_code', status]);
    // The reasons of redirects and direct responses are no errors.
    if (reason !== '' && (status === 0 || status >= 400)) all.push(['error.type', reason]);
    if (visit.triedBackend !== '') all.push(['headgate.backend', visit.triedBackend]);
    if (visit.triedEndpoint !== '') all.push(['headgate.endpoint', visit.triedEndpoint]);
    const agent = head.header('user-agent');
    if (agent !== null) all.push(['user_agent.original', agent]);
    for (const [name, value] of Object.entries(visit.match.rule.rule.metadata ?? {})) {
      all.push([`headgate.metadata.${name}`, value]);
    }
    for (const attribute of this.tracing.attributes) {
      const value = attribute.kind === 'literal' ? attribute.value : head.header(attribute.header);
      if (value !== null) all.push([attribute.name, value]);
    }
    return all;
  }
}
