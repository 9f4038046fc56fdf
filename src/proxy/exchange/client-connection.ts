import type { Socket } from 'node:net';
import type { PeerCertificate } from 'node:tls';
import type { ClientValidation } from '../../ir/table.ts';
import { certificateOf } from '../client-certificate/certificate.ts';
import { isPreface, type OnHttp2 } from '../h2/preface.ts';
import type { BodyReader } from '../http1/body.ts';
import { DONE, MORE, REFUSED } from '../http1/fault.ts';
import { NO_BODY } from '../http1/framing.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { MessageWriter } from '../http1/writer.ts';
import type { ProxyLimits } from '../options.ts';
import { plainAddress } from '../peer.ts';
import type { DigestedCredential } from '../policy/access/digest.ts';
import { NORMALISE } from '../route/normalise.ts';
import type { Runtime, Site } from '../runtime.ts';
import type { TimerOwner } from '../timer-wheel.ts';
import type { Client, ClientTunnel, UpgradableClient } from './client.ts';
import { ClientClock } from './client-clock.ts';
import { ClientSocket, type SocketOwner } from './client-socket.ts';
import { ConnectionResponse } from './connection-response.ts';
import { ERRORS, faultError } from './error.ts';
import { Exchange } from './exchange.ts';
import type { Input } from './input.ts';
import { RequestReader } from './request-reader.ts';

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

/** One HTTP/1.1 connection of a client: what it is at, and which request its exchange gets next. */
export class ClientConnection implements Client, UpgradableClient, TimerOwner, SocketOwner {
  readonly runtime: Runtime;
  readonly site: Site;
  readonly socket: Socket;
  readonly isTls: boolean;
  readonly sni: string | null;
  readonly peer: string;
  readonly isFramed: boolean;
  lastCredential: DigestedCredential | null;
  readonly head: RequestHead;
  readonly body: BodyReader;
  /** Requests begun. */
  served: number;
  /** Whether the client has ended its half. */
  isEnded: boolean;
  /** Whether nothing follows the exchange under way: the listener is gone, or the process is stopping. */
  isLast: boolean;
  private readonly wire: ClientSocket;
  private readonly limits: ProxyLimits;
  private readonly exchange: Exchange;
  private readonly clock: ClientClock;
  private readonly onClosed: (connection: ClientConnection) => void;
  private readonly onHttp2: OnHttp2;
  private readonly reader: RequestReader;
  private readonly input: Input;
  private state: number;
  private tunnel: ClientTunnel | null;
  private isRunning: boolean;

  /** `accepted` is paused when it is plaintext. */
  constructor(
    runtime: Runtime,
    site: Site,
    accepted: Socket,
    sni: string | null,
    onClosed: (connection: ClientConnection) => void,
    onHttp2: OnHttp2,
  ) {
    this.runtime = runtime;
    this.site = site;
    this.isTls = site.scheme === 'https';
    this.sni = sni;
    this.wire = new ClientSocket(accepted, this.isTls, runtime.reads, this);
    this.socket = this.wire.socket;
    this.limits = runtime.options.limits;
    this.peer = plainAddress(this.socket.remoteAddress ?? '');
    this.isFramed = true;
    this.lastCredential = null;
    this.reader = new RequestReader(this.limits, NORMALISE[runtime.options.encodedSlash]);
    this.head = this.reader.head;
    this.head.origin = this;
    this.body = this.reader.body;
    this.input = this.reader.input;
    this.served = 0;
    this.isEnded = false;
    this.isLast = false;
    this.clock = new ClientClock(this, this.limits, runtime.wheel);
    this.onClosed = onClosed;
    this.onHttp2 = onHttp2;
    this.state = HEAD;
    this.tunnel = null;
    this.isRunning = false;
    this.exchange = new Exchange(this, (exchange) => new ConnectionResponse(this, exchange));
    runtime.metrics.connectionsTotal++;
    runtime.metrics.connectionsOpen++;
    this.wire.start();
    this.head.reset();
    this.clock.awaitRequest();
  }

  clientCertificate(validation: ClientValidation | null): PeerCertificate | null {
    return certificateOf(this.socket, validation);
  }

  get protocol(): string {
    return `HTTP/1.${this.head.minor}`;
  }

  get upgradable(): UpgradableClient {
    return this;
  }

  get isReceiving(): boolean {
    return this.state === BODY;
  }

  get hasInput(): boolean {
    return !this.input.isEmpty;
  }

  get isVolatile(): boolean {
    return this.input.isHeld || this.wire.isShared(this.input.buffer);
  }

  get isCongested(): boolean {
    return this.wire.isCongested;
  }

  // Writing

  send(writer: MessageWriter): void {
    if (this.state < LINGER) this.wire.send(writer);
  }

  sendBytes(bytes: Buffer): void {
    this.clock.hasTaken();
    if (this.state < LINGER) this.wire.write(bytes);
  }

  // Reading

  pause(): void {
    this.wire.pause();
  }

  resume(): void {
    if (!this.wire.isPaused) return;
    this.clock.hasSent();
    this.wire.resume();
  }

  lend(): void {
    this.wire.lend();
  }

  received(chunk: Buffer, count: number): void {
    this.clock.hasSent();
    this.input.feed(chunk, count);
    this.run();
  }

  /** A bug costs this connection only. */
  crashed(error: unknown): void {
    this.runtime.bug(error);
    this.destroy();
  }

  /** Reads input for as long as somebody wants it, and holds what nobody does. */
  private run(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    while (!this.input.isEmpty && this.step()) {}
    this.isRunning = false;
    this.input.keep();
    if (this.state === RESPONSE && this.input.length > this.limits.message.headBytes) this.pause();
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
      case TUNNEL:
        this.readTunnel();
        return true;
      case RESPONSE:
        return false;
      default:
        this.input.drop();
        return false;
    }
  }

  private readHead(): boolean {
    const head = this.head;
    const wasEmpty = head.isEmpty;
    if (wasEmpty) this.exchange.startedAt = performance.now();
    const result = this.reader.readHead();
    if (result === MORE) {
      if (wasEmpty && !head.isEmpty) this.clock.awaitHead();
      return false;
    }
    this.served++;
    if (result === REFUSED) {
      if (this.served === 1 && isPreface(this.input) && !this.isTls) {
        this.handOver();
        return false;
      }
      this.input.drop();
      this.state = RESPONSE;
      this.exchange.refuse(faultError(head.fault!));
      return true;
    }
    if (this.reader.isMuch) this.wire.expectMuch();
    this.state = head.framing === NO_BODY ? RESPONSE : BODY;
    this.clock.awaitProgress();
    this.exchange.begin();
    return true;
  }

  /** The client speaks HTTP/2 without having asked (RFC 9113 section 3.3): the socket goes to a session of that. */
  private handOver(): void {
    const { onHttp2, runtime, site, sni } = this;
    const received = this.input.take();
    this.state = CLOSED;
    this.clock.remove();
    runtime.metrics.connectionsOpen--;
    runtime.metrics.connectionsTotal--;
    this.onClosed(this);
    onHttp2(site, this.wire.release(received), sni);
  }

  private readBody(): boolean {
    const result = this.reader.readBody();
    if (result === REFUSED) {
      this.exchange.refuse(faultError(this.body.fault!));
      return true;
    }
    if (result === DONE) this.state = RESPONSE;
    this.exchange.request.received(this.input.buffer, result === DONE);
    return true;
  }

  private discardBody(): boolean {
    const result = this.reader.discardBody();
    if (result === REFUSED) this.linger();
    else if (result === DONE) this.nextRequest();
    return true;
  }

  private readTunnel(): void {
    const bytes = this.input.take();
    this.tunnel?.fromClient(bytes);
  }

  // The end of an exchange

  finished(keepAlive: boolean): void {
    if (this.state === CLOSED) return;
    if (!keepAlive) this.linger();
    else if (this.state === BODY) {
      this.state = DISCARD;
      this.clock.awaitProgress();
      this.resume();
      this.run();
    } else this.nextRequest();
  }

  private nextRequest(): void {
    this.state = HEAD;
    this.head.reset();
    // The response may have promised to keep the connection before there was a reason not to.
    if (this.isLast && !this.hasInput) {
      this.linger();
      return;
    }
    this.wire.expectLittle();
    this.resume();
    if (this.hasInput) this.clock.awaitHead();
    else this.clock.awaitRequest();
    this.run();
  }

  /** Ends our half, and waits a moment for the client to do so too. */
  linger(): void {
    if (this.state >= LINGER) return;
    this.state = LINGER;
    this.input.drop();
    this.wire.end();
    if (this.isEnded && this.wire.isFlushed) {
      this.destroy();
      return;
    }
    this.clock.awaitEnd();
    this.wire.resume();
  }

  destroy(): void {
    if (this.state === CLOSED) return;
    this.state = CLOSED;
    this.clock.remove();
    this.runtime.metrics.connectionsOpen--;
    this.wire.destroy();
    this.exchange.clientLost();
    this.onClosed(this);
  }

  /**
   * Ends the connection with RST: to a client that reads until its end, FIN would say that the response is complete
   * (RFC 9112 section 8). In TLS the missing close_notify says it.
   */
  reset(): void {
    if (this.state === CLOSED) return;
    this.wire.reset();
    this.destroy();
  }

  /** Ends an idle connection; one with an exchange ends after it. */
  drain(): void {
    this.isLast = true;
    if (this.state === HEAD && this.head.isEmpty) this.linger();
  }

  // Upgraded connections

  startTunnel(tunnel: ClientTunnel): void {
    this.state = TUNNEL;
    this.tunnel = tunnel;
    this.clock.hasSent();
    this.clock.awaitTunnel();
    this.resume();
    this.run();
  }

  endTunnel(): void {
    this.wire.end();
  }

  // Events

  drained(): void {
    this.clock.hasTaken();
    this.exchange.clientDrained();
  }

  ended(): void {
    this.isEnded = true;
    if (this.state === TUNNEL) this.tunnel?.clientEnded();
    else if (this.state === LINGER && this.wire.isFlushed) this.destroy();
    else this.endRequest();
  }

  timeout(): void {
    const { clock, exchange } = this;
    switch (this.state) {
      case HEAD:
        if (this.head.isEmpty) this.linger();
        else {
          this.state = RESPONSE;
          exchange.refuse(ERRORS.headTimeout);
        }
        return;
      case BODY:
      case RESPONSE:
        // A client that is not read cannot make progress.
        if (this.isReceiving && !this.wire.isPaused && clock.isBodyStalled) exchange.refuse(ERRORS.bodyTimeout);
        else if (this.isCongested && clock.isResponseStalled) exchange.breakOff(ERRORS.clientStalled);
        else clock.awaitProgress();
        return;
      case TUNNEL:
        if (clock.isTunnelSilent) this.destroy();
        else clock.awaitTunnel();
        return;
      default:
        this.destroy();
    }
  }
}
