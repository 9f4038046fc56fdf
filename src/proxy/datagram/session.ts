import type { Socket } from 'node:dgram';
import type { Backend } from '../backend/backend.ts';
import type { EndpointPool } from '../backend/endpoint-pool.ts';
import type { RunnableStream } from '../compile/stream.ts';
import { plainAddress } from '../peer.ts';
import type { Runtime } from '../runtime.ts';
import { Attempts } from '../stream/attempt.ts';
import { STREAM_ENDS, type StreamEnd } from '../stream/end.ts';
import { logStream, type StreamRecord } from '../stream/log.ts';
import type { StreamSeries } from '../stream/series.ts';
import { Timer, type TimerOwner } from '../timer-wheel.ts';
import { isCongested, socketFor } from './socket.ts';

/** Datagrams that wait until the socket to the endpoint is ready. */
const MOST_WAITING = 64;
/** A session that is to end does so when it was silent for that many milliseconds. */
const DRAIN_SILENCE = 1_000;
/** A session has one endpoint at a time, and does not remember those before. */
const NOT_TRIED: readonly EndpointPool[] = [];

/** What a session needs of the port that its client sends to. */
export interface SessionOwner {
  /** Sends a datagram to a client. */
  reply(message: Buffer, port: number, address: string): boolean;
  closed(session: DatagramSession): void;
}

/** All datagrams of one client: they go to one endpoint, and what that answers goes back. */
export class DatagramSession implements TimerOwner, StreamRecord {
  readonly key: string;
  readonly stream: RunnableStream;
  readonly backend: Backend;
  readonly protocol: 'UDP';
  readonly client: string;
  readonly serverName: string;
  readonly rule: string;
  readonly startedAt: number;
  readonly attempts: Attempts;
  bytesIn: number;
  bytesOut: number;
  private readonly runtime: Runtime;
  private readonly owner: SessionOwner;
  private readonly series: StreamSeries;
  private readonly address: string;
  private readonly port: number;
  private readonly timer: Timer;
  private socket: Socket | null;
  private isReady: boolean;
  private isClosed: boolean;
  private waiting: Buffer[];
  /** On the wheel's clock. */
  private activeAt: number;
  private silence: number;
  /** When it has to be over; 0: never. */
  private deadline: number;

  constructor(
    runtime: Runtime,
    owner: SessionOwner,
    key: string,
    address: string,
    port: number,
    stream: RunnableStream,
    backend: Backend,
  ) {
    this.key = key;
    this.stream = stream;
    this.backend = backend;
    this.protocol = 'UDP';
    this.client = plainAddress(address);
    this.serverName = '';
    this.rule = stream.key;
    this.startedAt = performance.now();
    this.attempts = new Attempts();
    this.attempts.backend = backend;
    this.bytesIn = 0;
    this.bytesOut = 0;
    this.runtime = runtime;
    this.owner = owner;
    this.series = runtime.streams.of(stream);
    this.address = address;
    this.port = port;
    this.timer = new Timer(this);
    this.socket = null;
    this.isReady = false;
    this.isClosed = false;
    this.waiting = [];
    this.activeAt = runtime.wheel.now;
    this.silence = runtime.options.streams.sessionTimeout;
    this.deadline = 0;
    this.series.began();
    this.arm();
  }

  /** The endpoint that its datagrams go to. */
  get pool(): EndpointPool | null {
    return this.attempts.pool;
  }

  /** Takes a datagram of the client. */
  send(message: Buffer): void {
    this.activeAt = this.runtime.wheel.now;
    this.bytesIn += message.length;
    this.series.receivedDatagram(message.length);
    if (this.socket === null && !this.connect()) {
      this.series.dropped(STREAM_ENDS.noEndpoint);
    } else if (this.isReady) {
      this.forward(message);
    } else if (this.waiting.length < MOST_WAITING) {
      this.waiting.push(message);
    } else {
      this.series.dropped(STREAM_ENDS.overflow);
    }
  }

  /** Its endpoint takes no more: the next datagram goes to another one. */
  move(): void {
    this.isReady = false;
    this.socket?.close();
    this.socket = null;
  }

  /** Ends when it was silent for a moment, and in so many milliseconds at the latest. */
  drain(time: number): void {
    if (this.deadline !== 0) return;
    this.silence = Math.min(this.silence, DRAIN_SILENCE);
    this.deadline = performance.now() + time;
    this.arm();
  }

  close(reason: StreamEnd): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.move();
    this.waiting = [];
    this.runtime.wheel.remove(this.timer);
    this.series.ended(reason);
    logStream(this.runtime, this, reason);
    this.owner.closed(this);
  }

  timeout(): void {
    const now = performance.now();
    if (this.deadline !== 0 && now >= this.deadline) this.close(STREAM_ENDS.draining);
    else if (now - this.activeAt >= this.silence) this.close(STREAM_ENDS.done);
    else this.arm();
  }

  private arm(): void {
    const now = performance.now();
    let wait = this.activeAt + this.silence - now;
    if (this.deadline !== 0) wait = Math.min(wait, this.deadline - now);
    this.runtime.wheel.set(this.timer, Math.max(1, wait));
  }

  private connect(): boolean {
    const pool = this.attempts.next();
    if (pool === null) return false;
    const { address, port } = pool.endpoint;
    const socket = socketFor(address, false);
    this.socket = socket;
    socket.on('message', (message) => {
      if (this.socket === socket) this.answered(message);
    });
    socket.on('error', () => {
      if (this.socket === socket) this.refused();
    });
    socket.on('connect', () => {
      if (this.socket === socket) this.ready();
    });
    socket.connect(port, address);
    return true;
  }

  private ready(): void {
    const { waiting } = this;
    this.isReady = true;
    this.attempts.pool?.opened();
    this.waiting = [];
    for (const message of waiting) this.forward(message);
  }

  private forward(message: Buffer): void {
    const socket = this.socket!;
    if (isCongested(socket)) this.series.dropped(STREAM_ENDS.overflow);
    else socket.send(message);
  }

  private answered(message: Buffer): void {
    this.activeAt = this.runtime.wheel.now;
    if (!this.owner.reply(message, this.port, this.address)) {
      this.series.dropped(STREAM_ENDS.overflow);
      return;
    }
    this.bytesOut += message.length;
    this.series.sentDatagram(message.length);
  }

  /** The endpoint's host says that nobody has the port (ICMP), or cannot be reached: what was sent is lost. */
  private refused(): void {
    const { pool } = this;
    this.series.dropped(STREAM_ENDS.connectFailed);
    pool?.connectFailed();
    if (!this.isReady || (pool !== null && this.backend.hasOther(pool, NOT_TRIED))) this.move();
  }
}
