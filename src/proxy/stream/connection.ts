import type { Socket } from 'node:net';
import { connectTo } from '../backend/connect.ts';
import type { RunnableStream } from '../compile/stream.ts';
import { plainAddress } from '../peer.ts';
import { introduce } from '../proxy-protocol/introduce.ts';
import type { Runtime } from '../runtime.ts';
import type { TimerOwner } from '../timer-wheel.ts';
import { readInto, reset } from '../wire.ts';
import { Attempts, failureOf } from './attempt.ts';
import { StreamClock } from './clock.ts';
import { STREAM_ENDS, type StreamEnd } from './end.ts';
import { Flow } from './flow.ts';
import { logStream, type StreamRecord } from './log.ts';
import type { StreamSeries } from './series.ts';
import type { StreamSite } from './site.ts';

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 2;

/** How a connection came: what the listener knows about it. */
export type Arrival = {
  /** Paused, with nothing read but `early`; or decrypted already. */
  readonly socket: Socket;
  readonly isTls: boolean;
  readonly protocol: 'TLS' | 'TCP';
  /** In lower case; null when the client sent none. */
  readonly serverName: string | null;
  /** What was read to find the stream, and goes to the backend before everything else. */
  readonly early: Buffer | null;
};

/** One connection of a client to an endpoint: bytes go both ways until both sides have ended, or one is lost. */
export class StreamConnection implements TimerOwner, StreamRecord {
  readonly protocol: 'TLS' | 'TCP';
  readonly client: string;
  readonly serverName: string;
  readonly rule: string;
  readonly startedAt: number;
  readonly attempts: Attempts;
  private readonly runtime: Runtime;
  private readonly series: StreamSeries;
  private readonly isTls: boolean;
  private readonly clock: StreamClock;
  private readonly onClosed: (connection: StreamConnection) => void;
  private readonly up: Flow;
  private readonly down: Flow;
  private socket: Socket;
  private backend: Socket | null;
  private isBackendTls: boolean;
  private early: Buffer | null;
  private state: number;
  /** Which of the two sockets have sent and received all there was. */
  private isClientDone: boolean;
  private isBackendDone: boolean;

  constructor(
    runtime: Runtime,
    site: StreamSite,
    arrival: Arrival,
    stream: RunnableStream,
    onClosed: (connection: StreamConnection) => void,
  ) {
    this.protocol = arrival.protocol;
    this.client = plainAddress(arrival.socket.remoteAddress ?? '');
    this.serverName = arrival.serverName ?? '';
    this.rule = stream.key;
    this.startedAt = performance.now();
    this.attempts = new Attempts();
    this.runtime = runtime;
    this.series = runtime.streams.of(stream);
    this.isTls = arrival.isTls;
    this.clock = new StreamClock(this, runtime.options, runtime.wheel);
    this.onClosed = onClosed;
    this.up = new Flow(runtime);
    this.down = new Flow(runtime);
    this.socket = arrival.socket;
    this.backend = null;
    this.isBackendTls = false;
    this.early = arrival.early;
    this.state = CONNECTING;
    this.isClientDone = false;
    this.isBackendDone = false;
    this.socket.on('error', this.clientLost);
    this.socket.on('close', this.clientClosed);
    runtime.metrics.connectionsTotal++;
    runtime.metrics.connectionsOpen++;
    this.series.began();
    const reference = stream.split.next();
    this.attempts.backend = reference.backend === null ? null : (site.backends.get(reference.backend) ?? null);
    if (this.attempts.backend === null) this.abort(STREAM_ENDS.invalidBackend);
    else this.connect();
  }

  get isOpen(): boolean {
    return this.state !== CLOSED;
  }

  get bytesIn(): number {
    return this.up.bytes;
  }

  get bytesOut(): number {
    return this.down.bytes;
  }

  /** Lets it go on for that many milliseconds at most. */
  drain(time: number): void {
    if (this.state !== CLOSED) this.clock.drain(time);
  }

  /** Ends it at once. */
  destroy(): void {
    this.abort(STREAM_ENDS.draining);
  }

  // Getting to a backend

  private connect(): void {
    const pool = this.attempts.next();
    if (pool === null) {
      this.abort(STREAM_ENDS.noEndpoint);
      return;
    }
    // What passes through is encrypted already.
    const isSecured = this.isTls || this.protocol === 'TCP';
    const backend = connectTo(
      pool.endpoint,
      isSecured ? pool.security : null,
      null,
      this.down.memory,
      this.fromBackend,
    );
    this.backend = backend;
    this.isBackendTls = isSecured && pool.security !== null;
    let isReached = false;
    backend.once('connect', () => {
      isReached = true;
    });
    backend.once(this.isBackendTls ? 'secureConnect' : 'connect', () => {
      if (this.backend === backend) this.guarded(this.opened);
    });
    backend.on('error', (error) => {
      if (this.backend !== backend) return;
      if (this.state === CONNECTING) this.again(failureOf(error, isReached));
      else this.abort(STREAM_ENDS.backendReset);
    });
    this.clock.awaitConnection();
  }

  private opened(): void {
    const { attempts, backend, down, early, runtime, up } = this;
    if (this.state !== CONNECTING || backend === null) return;
    attempts.pool?.opened();
    this.state = OPEN;
    this.clock.awaitBytes();
    if (!this.isTls) {
      const accepted = this.socket;
      accepted.off('error', this.clientLost);
      accepted.off('close', this.clientClosed);
      accepted.on('error', () => {});
      this.socket = readInto(accepted, up.memory, this.fromClient);
      this.socket.on('error', this.clientLost);
      this.socket.on('close', this.clientClosed);
    }
    const client = this.socket;
    up.connect(client, backend, this.isBackendTls);
    down.connect(backend, client, this.isTls);
    backend.on('close', this.backendClosed);
    backend.on('end', this.backendEnded);
    backend.on('drain', this.backendDrained);
    client.on('end', this.clientEnded);
    client.on('drain', this.clientDrained);
    if (this.isTls) client.on('data', this.fromTlsClient);
    if (this.isBackendTls) backend.on('data', this.fromTlsBackend);
    const { proxyProtocol } = runtime.options.streams;
    // With TLS it would have to come before the handshake.
    if (proxyProtocol !== null && !this.isBackendTls) introduce(client, backend, proxyProtocol);
    this.early = null;
    if (early !== null) this.fromClient(early, early.length);
    client.resume();
    backend.resume();
  }

  private again(reason: StreamEnd): void {
    const { attempts, backend } = this;
    attempts.pool?.connectFailed();
    this.backend = null;
    backend?.destroy();
    if (attempts.mayRepeat) this.connect();
    else this.abort(reason);
  }

  // Bytes

  private readonly fromClient = (buffer: Buffer, count: number): void => {
    if (this.state !== OPEN) return;
    this.clock.touch();
    this.series.received(count);
    try {
      this.up.take(buffer, count);
    } catch (error) {
      this.crashed(error);
    }
  };

  private readonly fromTlsClient = (chunk: Buffer): void => this.fromClient(chunk, chunk.length);

  private readonly fromBackend = (buffer: Buffer, count: number): void => {
    if (this.state !== OPEN) return;
    this.clock.touch();
    this.series.sent(count);
    try {
      this.down.take(buffer, count);
    } catch (error) {
      this.crashed(error);
    }
  };

  private readonly fromTlsBackend = (chunk: Buffer): void => this.fromBackend(chunk, chunk.length);

  private readonly clientDrained = (): void => {
    this.clock.touch();
    this.down.drained();
  };

  private readonly backendDrained = (): void => {
    this.clock.touch();
    this.up.drained();
  };

  // The end

  private readonly clientEnded = (): void => this.up.end();

  private readonly backendEnded = (): void => this.down.end();

  private readonly clientLost = (): void => this.abort(STREAM_ENDS.clientReset);

  private readonly clientClosed = (): void => {
    this.isClientDone = true;
    this.sideClosed(STREAM_ENDS.clientReset);
  };

  private readonly backendClosed = (): void => {
    this.isBackendDone = true;
    this.sideClosed(STREAM_ENDS.backendReset);
  };

  /** A socket closes when both halves have ended and been sent. The other one may still have bytes on their way. */
  private sideClosed(reason: StreamEnd): void {
    if (!this.up.hasEnded || !this.down.hasEnded) this.abort(reason);
    else if (this.isClientDone && this.isBackendDone) this.close(STREAM_ENDS.done);
  }

  private guarded(step: () => void): void {
    try {
      step.call(this);
    } catch (error) {
      this.crashed(error);
    }
  }

  /** A bug costs this connection only. */
  private crashed(error: unknown): void {
    this.runtime.bug(error);
    this.abort(STREAM_ENDS.internal);
  }

  timeout(): void {
    const { clock } = this;
    if (clock.isDrained) this.abort(STREAM_ENDS.draining);
    else if (this.state === CONNECTING) {
      if (this.runtime.options.limits.connectTimeout > 0) this.again(STREAM_ENDS.connectTimeout);
    } else if (clock.isSilent) this.abort(STREAM_ENDS.idleTimeout);
    else clock.arm();
  }

  /** Both sides learn that the bytes are not all that there would have been: RST, or in TLS no close_notify. */
  private abort(reason: StreamEnd): void {
    if (this.state === CLOSED) return;
    if (!this.isTls) reset(this.socket);
    if (this.backend?.connecting === false && !this.isBackendTls) reset(this.backend);
    this.close(reason);
  }

  private close(reason: StreamEnd): void {
    if (this.state === CLOSED) return;
    this.state = CLOSED;
    const { runtime, series, up, down } = this;
    this.clock.remove();
    this.socket.destroy();
    this.backend?.destroy();
    up.close();
    down.close();
    runtime.metrics.connectionsOpen--;
    series.ended(reason);
    logStream(runtime, this, reason);
    this.onClosed(this);
  }
}
