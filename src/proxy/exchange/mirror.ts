import type { Backend } from '../backend/backend.ts';
import type { Carrier } from '../backend/carrier.ts';
import type { EndpointPool } from '../backend/endpoint-pool.ts';
import type { ResponseSink } from '../backend/response-sink.ts';
import type { CompiledMatch, Mirror } from '../compile/compiled.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { Runtime } from '../runtime.ts';
import { Timer, type TimerOwner } from '../timer-wheel.ts';
import { type Forwarding, writeRequestHead } from './request-writer.ts';
import type { RetainedBody } from './retained-body.ts';

/** Nobody waits for it, so a slow mirror is not worth more than this. */
const MIRROR_TIME = 15_000;

/** Sends a copy of a complete request. Whatever comes of it, the request itself never notices. */
export function startMirror(
  runtime: Runtime,
  backend: Backend,
  mirror: Pick<Mirror, 'request' | 'rewrite'>,
  head: RequestHead,
  match: CompiledMatch,
  forwarding: Forwarding,
  body: RetainedBody,
  isGrpc: boolean,
): void {
  const pool = backend.next([]);
  if (pool === null || runtime.mirrors >= runtime.options.limits.mirrors) {
    runtime.metrics.mirrorsDropped++;
    return;
  }
  const { writer } = runtime;
  const { rewrite } = mirror;
  const speaksHttp2 = isGrpc || backend.entry.protocol === 'h2c';
  const path = rewrite === null ? null : rewrite.path(head.path, match);
  writer.reset();
  forwarding.expectsContinue = false;
  writeRequestHead(
    writer,
    head,
    null,
    path,
    null,
    rewrite === null ? null : rewrite.hostname,
    pool.name,
    mirror.request,
    forwarding,
  );
  const copy = writer.copy();
  writer.reset();
  new MirroredRequest(runtime, head.method, copy, body.copy(), speaksHttp2).start(pool);
}

class MirroredRequest implements ResponseSink, TimerOwner {
  readonly method: string;
  readonly decodesChunks: boolean;
  readonly speaksHttp2: boolean;
  private readonly runtime: Runtime;
  private readonly head: Buffer;
  private readonly body: RetainedBody;
  private readonly timer: Timer;
  private pool: EndpointPool | null;
  private carrier: Carrier | null;

  constructor(runtime: Runtime, method: string, head: Buffer, body: RetainedBody, speaksHttp2: boolean) {
    this.method = method;
    this.decodesChunks = true;
    this.speaksHttp2 = speaksHttp2;
    this.runtime = runtime;
    this.head = head;
    this.body = body;
    this.timer = new Timer(this);
    this.pool = null;
    this.carrier = null;
  }

  start(pool: EndpointPool): void {
    const { runtime } = this;
    runtime.mirrors++;
    runtime.metrics.mirrored++;
    runtime.wheel.set(this.timer, MIRROR_TIME);
    this.pool = pool;
    const carrier = pool.reuse(this);
    if (carrier !== null) this.connected(carrier);
    else if (!pool.connect(this)) {
      runtime.metrics.mirrorsDropped++;
      this.end();
    }
  }

  connecting(carrier: Carrier): void {
    this.carrier = carrier;
  }

  connected(carrier: Carrier): void {
    const { writer } = this.runtime;
    this.carrier = carrier;
    writer.reset();
    writer.bytes(this.head, 0, this.head.length);
    carrier.sendHead(writer, this.body);
    carrier.awaitResponse();
  }

  interim(): void {}

  answered(carrier: Carrier): void {
    // An upgrade leads nowhere without a client.
    if (carrier.head.status === 101) this.giveUp();
  }

  responseBody(): void {}

  responseEnd(carrier: Carrier): void {
    this.carrier = null;
    this.end();
    carrier.release(true);
  }

  backendDrained(): void {}

  backendFailed(): void {
    this.carrier = null;
    this.end();
  }

  crashed(): void {
    this.carrier = null;
    this.end();
  }

  timeout(): void {
    this.giveUp();
  }

  private giveUp(): void {
    const { carrier } = this;
    this.carrier = null;
    if (carrier !== null) carrier.destroy();
    else this.pool?.cancel(this);
    this.end();
  }

  private end(): void {
    this.runtime.wheel.remove(this.timer);
    this.runtime.mirrors--;
  }
}
