import type { Backend } from '../backend/backend.ts';
import type { Carrier } from '../backend/carrier.ts';
import type { EndpointPool } from '../backend/endpoint-pool.ts';
import type { ResponseSink } from '../backend/response-sink.ts';
import type { FieldSection } from '../http1/field-section.ts';
import { LENGTH, NO_BODY } from '../http1/framing.ts';
import type { Runtime } from '../runtime.ts';
import { Timer, type TimerOwner } from '../timer-wheel.ts';
import { ERRORS, type ProxyError } from './error.ts';
import { RetainedBody } from './retained-body.ts';

/** A request of the proxy's own. */
export type SubrequestOptions = {
  /** Key of the table's backends. */
  readonly backend: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Without Host and Content-Length, unless `host` is `''`: then it is the backend's name. */
  readonly host: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer | null;
  /** Milliseconds for all of it. */
  readonly timeout: number;
  /** Bytes of the response's body; a longer one is a failure. */
  readonly maxBody: number;
  /** Whether it goes in HTTP/2 whatever the backend's protocol is, as gRPC does. */
  readonly http2?: boolean;
};

export type SubrequestResponse = {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  readonly trailers: readonly (readonly [name: string, value: string])[];
};

/** `failure` is a reason of error.ts, or `no-backend`, `too-large` or `bad-request`. */
export type SubrequestDone = (result: SubrequestResponse | { readonly failure: string }) => void;

// What would end the line, or the section.
const NOT_IN_LINES = /[\0\r\n]/;

/** One request to a backend whose response is wanted as a whole. */
export class Subrequest implements ResponseSink, TimerOwner {
  readonly method: string;
  readonly decodesChunks: boolean;
  readonly speaksHttp2: boolean;
  private readonly runtime: Runtime;
  private readonly options: SubrequestOptions;
  private readonly done: SubrequestDone;
  private readonly timer: Timer;
  private readonly parts: Buffer[];
  private length: number;
  private backend: Backend | null;
  private pool: EndpointPool | null;
  private carrier: Carrier | null;
  private hasRaced: boolean;
  private isOver: boolean;

  constructor(runtime: Runtime, options: SubrequestOptions, done: SubrequestDone) {
    this.method = options.method;
    this.decodesChunks = true;
    this.speaksHttp2 = options.http2 ?? false;
    this.runtime = runtime;
    this.options = options;
    this.done = done;
    this.timer = new Timer(this);
    this.parts = [];
    this.length = 0;
    this.backend = null;
    this.pool = null;
    this.carrier = null;
    this.hasRaced = false;
    this.isOver = false;
  }

  /** To be called once. */
  start(backend: Backend): void {
    const { headers, host, method, path, timeout } = this.options;
    const lines = [method, path, host, ...headers.flat()];
    if (lines.some((line) => NOT_IN_LINES.test(line)) || /[ \t]/.test(path)) {
      this.end({ failure: 'bad-request' });
      return;
    }
    this.backend = backend;
    this.runtime.wheel.set(this.timer, timeout);
    this.attempt();
  }

  /** Ends it without a word to `done`. */
  cancel(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.release();
  }

  private attempt(): void {
    const pool = this.backend!.next([]);
    if (pool === null) {
      this.end({ failure: ERRORS.noEndpoint.reason });
      return;
    }
    this.pool = pool;
    const carrier = this.hasRaced ? null : pool.reuse(this);
    if (carrier !== null) this.connected(carrier);
    else if (!pool.connect(this)) this.end({ failure: ERRORS.overflow.reason });
  }

  connecting(carrier: Carrier): void {
    this.carrier = carrier;
  }

  connected(carrier: Carrier): void {
    this.carrier = carrier;
    const { body, headers, host, method, path } = this.options;
    const { writer } = this.runtime;
    writer.reset();
    writer.text(`${method} ${path} HTTP/1.1\r\nHost: ${host === '' ? carrier.pool.name : host}\r\n`);
    for (const [name, value] of headers) writer.text(`${name}: ${value}\r\n`);
    if (body !== null) writer.text(`Content-Length: ${body.length}\r\n`);
    writer.text('\r\n');
    const retained = new RetainedBody();
    retained.isComplete = true;
    retained.framing = body === null ? NO_BODY : LENGTH;
    if (body !== null) {
      retained.bytes = body;
      retained.length = body.length;
    }
    carrier.sendHead(writer, retained);
    carrier.awaitResponse();
  }

  interim(): void {}

  answered(carrier: Carrier, buffer: Buffer): void {
    if (carrier.head.status === 101) this.fail(ERRORS.badResponse.reason);
    else this.responseBody(carrier, buffer);
  }

  responseBody({ body }: Carrier, buffer: Buffer): void {
    for (let index = 0; index < body.segmentCount; index++) {
      const part = buffer.subarray(body.segments[index * 2]!, body.segments[index * 2 + 1]!);
      this.length += part.length;
      if (this.length > this.options.maxBody) {
        this.fail('too-large');
        return;
      }
      this.parts.push(Buffer.from(part));
    }
  }

  responseEnd(carrier: Carrier): void {
    const { body, head } = carrier;
    const trailers = body.hasTrailers ? fieldsOf(body.trailers) : [];
    const response = { status: head.status, headers: fieldsOf(head.fields), body: Buffer.concat(this.parts), trailers };
    this.carrier = null;
    carrier.release(true);
    this.end(response);
  }

  backendDrained(): void {}

  backendFailed(error: ProxyError): void {
    const { carrier } = this;
    this.carrier = null;
    if (
      error === ERRORS.backendClosed &&
      carrier !== null &&
      !carrier.answered &&
      carrier.requests > 1 &&
      !this.hasRaced
    ) {
      // A kept connection that the endpoint had closed already.
      this.hasRaced = true;
      this.attempt();
      return;
    }
    this.end({ failure: error.reason });
  }

  crashed(): void {
    this.carrier = null;
    this.end({ failure: ERRORS.internal.reason });
  }

  timeout(): void {
    this.fail(ERRORS.requestTimeout.reason);
  }

  private fail(failure: string): void {
    this.release();
    this.end({ failure });
  }

  private release(): void {
    const { carrier } = this;
    this.carrier = null;
    this.runtime.wheel.remove(this.timer);
    if (carrier !== null) carrier.destroy();
    else this.pool?.cancel(this);
  }

  private end(result: SubrequestResponse | { readonly failure: string }): void {
    if (this.isOver) return;
    this.isOver = true;
    this.runtime.wheel.remove(this.timer);
    this.done(result);
  }
}

function fieldsOf(fields: FieldSection): [string, string][] {
  return Array.from({ length: fields.count }, (_, index) => [fields.name(index), fields.value(index)]);
}
