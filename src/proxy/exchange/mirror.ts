import type { Backend } from '../backend/backend.ts';
import type { BackendConnection } from '../backend/connection.ts';
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
  mirror: Mirror,
  head: RequestHead,
  match: CompiledMatch,
  forwarding: Forwarding,
  body: RetainedBody,
): void {
  const pool = backend.next([]);
  if (pool === null || backend.entry.protocol !== 'http1' || runtime.mirrors >= runtime.options.limits.mirrors) {
    runtime.metrics.mirrorsDropped++;
    return;
  }
  const { writer } = runtime;
  const { rewrite } = mirror;
  const path = rewrite === null ? null : rewrite.path(head.path, match);
  writer.reset();
  forwarding.expectsContinue = false;
  writeRequestHead(
    writer,
    head,
    path,
    rewrite === null ? null : rewrite.hostname,
    pool.name,
    mirror.request,
    forwarding,
  );
  if (body.length > 0) writer.bytes(body.bytes, 0, body.length);
  const request = writer.copy();
  writer.reset();
  new MirroredRequest(runtime, head.method, request).start(pool);
}

class MirroredRequest implements ResponseSink, TimerOwner {
  readonly method: string;
  readonly decodesChunks: boolean;
  private readonly runtime: Runtime;
  private readonly request: Buffer;
  private readonly timer: Timer;
  private pool: EndpointPool | null;
  private connection: BackendConnection | null;

  constructor(runtime: Runtime, method: string, request: Buffer) {
    this.method = method;
    this.decodesChunks = true;
    this.runtime = runtime;
    this.request = request;
    this.timer = new Timer(this);
    this.pool = null;
    this.connection = null;
  }

  start(pool: EndpointPool): void {
    const { runtime } = this;
    runtime.mirrors++;
    runtime.metrics.mirrored++;
    runtime.wheel.set(this.timer, MIRROR_TIME);
    this.pool = pool;
    const connection = pool.reuse(this);
    if (connection !== null) this.connected(connection);
    else if (!pool.connect(this)) {
      runtime.metrics.mirrorsDropped++;
      this.end();
    }
  }

  connecting(connection: BackendConnection): void {
    this.connection = connection;
  }

  connected(connection: BackendConnection): void {
    this.connection = connection;
    connection.socket.write(this.request);
    connection.awaitResponse();
  }

  interim(): void {}

  answered(connection: BackendConnection): void {
    // An upgrade leads nowhere without a client.
    if (connection.head.status === 101) this.giveUp();
  }

  responseBody(): void {}

  responseEnd(connection: BackendConnection): void {
    this.connection = null;
    this.end();
    connection.release(true);
  }

  backendDrained(): void {}

  backendFailed(): void {
    this.connection = null;
    this.end();
  }

  crashed(): void {
    this.connection = null;
    this.end();
  }

  timeout(): void {
    this.giveUp();
  }

  private giveUp(): void {
    const { connection } = this;
    this.connection = null;
    if (connection !== null) connection.destroy();
    else this.pool?.cancel(this);
    this.end();
  }

  private end(): void {
    this.runtime.wheel.remove(this.timer);
    this.runtime.mirrors--;
  }
}
