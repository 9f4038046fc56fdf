import type { Socket } from 'node:net';
import { BodyReader } from '../http1/body.ts';
import { DONE, MORE, REFUSED } from '../http1/fault.ts';
import { NO_BODY } from '../http1/framing.ts';
import { RequestHead } from '../http1/request-head.ts';
import type { MessageWriter } from '../http1/writer.ts';
import type { ProxyLimits } from '../options.ts';
import { normalisePath } from '../route/normalise.ts';
import type { Runtime, Site } from '../runtime.ts';
import { Timer, type TimerOwner } from '../timer-wheel.ts';
import { sendWriter } from './body-sender.ts';
import { ERRORS, faultError } from './error.ts';
import { Exchange } from './exchange.ts';
import { plainAddress } from './forwarding.ts';

/** Between requests, or inside of a head. */
const HEAD = 0;
/** Inside of a body that the exchange wants. */
const BODY = 1;
/** The request is complete, the response is not. */
const RESPONSE = 2;
/** The response is complete, and what is left of the body is thrown away. */
const DISCARD = 3;
const TUNNEL = 4;
/** Our half is ended; what still comes is thrown away, so that no RST overtakes the response (RFC 9112 section 9.6). */
const LINGER = 5;
const CLOSED = 6;

const LINGER_TIME = 2_000;
const NOTHING = Buffer.alloc(0);

/** One HTTP/1.1 connection of a client: it reads requests one after the other and gives each to its exchange. */
export class ClientConnection implements TimerOwner {
  readonly runtime: Runtime;
  readonly site: Site;
  readonly socket: Socket;
  /** Server name of the TLS handshake in lower case; null when there was none. */
  readonly sni: string | null;
  readonly peer: string;
  readonly head: RequestHead;
  readonly body: BodyReader;
  /** Requests begun. */
  served: number;
  /** Whether the client has ended its half. */
  isEnded: boolean;
  private readonly limits: ProxyLimits;
  private readonly exchange: Exchange;
  private readonly timer: Timer;
  private readonly onClosed: (connection: ClientConnection) => void;
  private state: number;
  /** What is to be read now. */
  private input: Buffer;
  private inputStart: number;
  private inputEnd: number;
  private isRunning: boolean;
  /** Bytes that could not be read yet: part of a head, or requests that came early. */
  private held: Buffer;
  private heldLength: number;
  /** The bytes of the current head, for as long as its exchange takes. */
  private headBytes: Buffer;
  private isPaused: boolean;
  private discarded: number;
  private progress: number;
  private written: number;

  constructor(
    runtime: Runtime,
    site: Site,
    socket: Socket,
    sni: string | null,
    onClosed: (connection: ClientConnection) => void,
  ) {
    this.runtime = runtime;
    this.site = site;
    this.socket = socket;
    this.sni = sni;
    this.peer = plainAddress(socket.remoteAddress ?? '');
    this.limits = runtime.options.limits;
    this.head = new RequestHead(this.limits.message, normalisePath);
    this.body = new BodyReader(this.limits.message);
    this.served = 0;
    this.isEnded = false;
    this.timer = new Timer(this);
    this.onClosed = onClosed;
    this.state = HEAD;
    this.input = NOTHING;
    this.inputStart = 0;
    this.inputEnd = 0;
    this.isRunning = false;
    this.held = NOTHING;
    this.heldLength = 0;
    this.headBytes = NOTHING;
    this.isPaused = false;
    this.discarded = 0;
    this.progress = 0;
    this.written = 0;
    this.exchange = new Exchange(this);
    runtime.metrics.connectionsTotal++;
    runtime.metrics.connectionsOpen++;
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('drain', () => this.drained());
    socket.on('end', () => this.ended());
    socket.on('error', () => this.lost());
    socket.on('close', () => this.lost());
    this.head.reset();
    this.await(this.limits.idleTimeout);
  }

  /** Whether more of the request is still to come. */
  get isReceiving(): boolean {
    return this.state === BODY;
  }

  /** Whether bytes of the request's body are here already and will be read next. */
  get hasInput(): boolean {
    return this.inputStart < this.inputEnd;
  }

  /** Whether the current input is memory that is used again: what is not copied is lost. */
  get isVolatile(): boolean {
    return this.input === this.held;
  }

  get isOpen(): boolean {
    return this.state < LINGER;
  }

  get isCongested(): boolean {
    return this.socket.writableNeedDrain;
  }

  /** Whether no exchange is under way. */
  get isIdle(): boolean {
    return this.state === HEAD && this.head.isEmpty;
  }

  // Writing

  send(writer: MessageWriter): void {
    if (this.state < LINGER) sendWriter(this.socket, writer);
  }

  /** Sends bytes that nobody will change afterwards. */
  sendBytes(bytes: Buffer): void {
    if (this.state < LINGER) this.socket.write(bytes);
  }

  // Reading

  pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    this.socket.pause();
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.progress = this.runtime.wheel.now;
    this.socket.resume();
  }

  private receive(chunk: Buffer): void {
    try {
      this.progress = this.runtime.wheel.now;
      if (this.heldLength === 0) {
        this.input = chunk;
        this.inputStart = 0;
        this.inputEnd = chunk.length;
      } else {
        this.hold(chunk, 0, chunk.length);
        this.input = this.held;
        this.inputEnd = this.heldLength;
      }
      this.run();
    } catch (error) {
      this.runtime.bug(error);
      this.destroy();
    }
  }

  /** Reads input for as long as somebody wants it, and holds what nobody does. */
  private run(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    while (this.inputStart < this.inputEnd && this.step()) {}
    this.isRunning = false;
    this.holdRest();
    if (this.isEnded) this.endRequest();
  }

  /** Nothing more will come. Half of a head is no request, and half of a body is no body. */
  private endRequest(): void {
    if (this.state === BODY) this.exchange.refuse(ERRORS.bodyIncomplete);
    else if (this.state === HEAD || this.state === DISCARD) this.linger();
  }

  /** False when the rest of the input has to wait. */
  private step(): boolean {
    switch (this.state) {
      case HEAD:
        return this.readHead();
      case BODY:
        return this.readBody();
      case DISCARD:
        return this.discardBody();
      case TUNNEL: {
        const start = this.inputStart;
        this.inputStart = this.inputEnd;
        this.exchange.tunnelledFromClient(this.input, start, this.inputEnd);
        return true;
      }
      case RESPONSE:
        return false;
      default:
        this.inputStart = this.inputEnd;
        return false;
    }
  }

  private readHead(): boolean {
    const head = this.head;
    const wasEmpty = head.isEmpty;
    if (wasEmpty) this.exchange.startedAt = performance.now();
    const result = head.parse(this.input, this.inputStart, this.inputEnd);
    if (result === MORE) {
      if (wasEmpty && !head.isEmpty) this.await(this.limits.headTimeout);
      return false;
    }
    this.served++;
    if (result === REFUSED) {
      this.inputStart = this.inputEnd;
      this.state = RESPONSE;
      this.exchange.refuse(faultError(head.fault!));
      return true;
    }
    this.keepHead();
    this.body.start(head.framing, head.bodyLength, true);
    this.state = head.framing === NO_BODY ? RESPONSE : BODY;
    this.awaitProgress();
    this.exchange.begin();
    return true;
  }

  private readBody(): boolean {
    const result = this.body.read(this.input, this.inputStart, this.inputEnd);
    this.inputStart = this.body.position;
    if (result === REFUSED) {
      this.inputStart = this.inputEnd;
      this.exchange.refuse(faultError(this.body.fault!));
      return true;
    }
    if (result === DONE) this.state = RESPONSE;
    this.exchange.requestBody(this.input, result === DONE);
    return true;
  }

  private discardBody(): boolean {
    const start = this.inputStart;
    const result = this.body.read(this.input, start, this.inputEnd);
    this.inputStart = this.body.position;
    this.discarded += this.inputStart - start;
    if (result === REFUSED || this.discarded > this.limits.discardBody) this.linger();
    else if (result === DONE) this.nextRequest();
    return true;
  }

  /** The exchange needs the head until its end, and the input does not live that long. */
  private keepHead(): void {
    const { length } = this.head;
    if (this.headBytes.length < length) this.headBytes = Buffer.allocUnsafeSlow(Math.max(1_024, length));
    this.input.copy(this.headBytes, 0, this.inputStart, this.inputStart + length);
    this.head.rebase(this.headBytes, 0);
    this.inputStart += length;
  }

  private hold(source: Buffer, start: number, end: number): void {
    const length = this.heldLength + end - start;
    if (this.held.length < length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(1_024, length * 2));
      this.held.copy(grown, 0, 0, this.heldLength);
      this.held = grown;
    }
    source.copy(this.held, this.heldLength, start, end);
    this.heldLength = length;
  }

  private holdRest(): void {
    const { input, inputStart, inputEnd } = this;
    const left = inputEnd - inputStart;
    if (input === this.held) {
      if (inputStart > 0 && left > 0) input.copy(input, 0, inputStart, inputEnd);
      this.heldLength = left;
    } else if (left > 0) {
      this.hold(input, inputStart, inputEnd);
    }
    if (left === 0) {
      this.input = NOTHING;
      if (this.held.length > 16_384) this.held = NOTHING;
    } else {
      this.input = this.held;
    }
    this.inputStart = 0;
    this.inputEnd = left;
    if (left > this.limits.message.headBytes && this.state === RESPONSE) this.pause();
  }

  // The end of an exchange

  /** The response is complete. Without `keepAlive` the connection ends with it. */
  finished(keepAlive: boolean): void {
    if (this.state === CLOSED) return;
    if (!keepAlive) this.linger();
    else if (this.state === BODY) {
      this.state = DISCARD;
      this.discarded = 0;
      this.awaitProgress();
      this.resume();
      this.run();
    } else this.nextRequest();
  }

  private nextRequest(): void {
    this.state = HEAD;
    this.head.reset();
    if (this.isPaused) this.resume();
    this.await(this.hasInput ? this.limits.headTimeout : this.limits.idleTimeout);
    this.run();
  }

  /** Ends our half, and waits a moment for the client to do so too. */
  linger(): void {
    if (this.state >= LINGER) return;
    this.state = LINGER;
    this.heldLength = 0;
    this.socket.end();
    if (this.isEnded && this.socket.writableLength === 0) {
      this.destroy();
      return;
    }
    this.runtime.wheel.set(this.timer, LINGER_TIME);
    this.isPaused = false;
    this.socket.resume();
  }

  /** Ends the connection at once. */
  destroy(): void {
    if (this.state === CLOSED) return;
    this.state = CLOSED;
    this.runtime.wheel.remove(this.timer);
    this.runtime.metrics.connectionsOpen--;
    this.socket.destroy();
    this.exchange.clientLost();
    this.onClosed(this);
  }

  /** Ends an idle connection; one with an exchange ends after it. */
  drain(): void {
    if (this.isIdle) this.linger();
  }

  // Upgraded connections

  startTunnel(): void {
    this.state = TUNNEL;
    this.progress = this.runtime.wheel.now;
    this.await(this.limits.tunnelTimeout);
    this.resume();
    this.run();
  }

  /** The backend has ended its half of the tunnel. */
  endTunnel(): void {
    this.socket.end();
  }

  // Events

  private drained(): void {
    this.written = this.runtime.wheel.now;
    this.exchange.clientDrained();
  }

  private ended(): void {
    this.isEnded = true;
    if (this.state === TUNNEL) this.exchange.tunnelEndedByClient();
    else if (this.state === LINGER && this.socket.writableLength === 0) this.destroy();
    else this.endRequest();
  }

  private lost(): void {
    this.destroy();
  }

  timeout(): void {
    const { now } = this.runtime.wheel;
    switch (this.state) {
      case HEAD:
        if (this.head.isEmpty) {
          this.linger();
          return;
        }
        this.state = RESPONSE;
        this.exchange.refuse(ERRORS.headTimeout);
        return;
      case BODY:
        // A client that is not read cannot make progress.
        if (!this.isPaused && this.limits.bodyTimeout > 0 && now - this.progress >= this.limits.bodyTimeout) {
          this.exchange.refuse(ERRORS.bodyTimeout);
        } else this.watch(now);
        return;
      case RESPONSE:
        this.watch(now);
        return;
      case TUNNEL:
        if (now - Math.max(this.progress, this.written) >= this.limits.tunnelTimeout) this.destroy();
        else this.await(this.limits.tunnelTimeout);
        return;
      default:
        this.destroy();
    }
  }

  /** Ends the connection of a client that takes nothing of what waits for it. */
  private watch(now: number): void {
    const { writeTimeout } = this.limits;
    if (writeTimeout > 0 && this.isCongested && now - Math.max(this.written, this.progress) >= writeTimeout) {
      this.exchange.clientStalled();
      return;
    }
    this.awaitProgress();
  }

  /** Sets the time at which client and response are looked at. */
  private awaitProgress(): void {
    const { bodyTimeout, writeTimeout } = this.limits;
    this.await(bodyTimeout > 0 && writeTimeout > 0 ? Math.min(bodyTimeout, writeTimeout) : bodyTimeout + writeTimeout);
  }

  private await(time: number): void {
    if (time > 0) this.runtime.wheel.set(this.timer, time);
    else this.runtime.wheel.clear(this.timer);
  }
}
