import { constants, performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { PeerCertificate } from 'node:tls';
import type { ClientValidation } from '../../ir/table.ts';
import { certificateOf } from '../client-certificate/certificate.ts';
import { plainAddress } from '../peer.ts';
import type { Runtime, Site } from '../runtime.ts';
import { Timer, type TimerOwner } from '../timer-wheel.ts';
import { ClientStream } from './client-stream.ts';
import { sessionOptions } from './limits.ts';

/** Streams that wait to be used again; more are made when they are needed. */
const SPARES = 32;

/** One HTTP/2 connection of a client. */
export class ClientSession implements TimerOwner {
  readonly runtime: Runtime;
  readonly site: Site;
  readonly sni: string | null;
  readonly peer: string;
  private readonly session: ServerHttp2Session;
  private readonly socket: Socket;
  private readonly onClosed: (session: ClientSession) => void;
  private readonly timer: Timer;
  private readonly open: Set<ClientStream>;
  private readonly spares: ClientStream[];
  private served: number;
  private isClosed: boolean;
  private isDraining: boolean;
  private idleSince: number;

  /** What the socket has already received is put back into it before. */
  constructor(
    runtime: Runtime,
    site: Site,
    socket: Socket,
    sni: string | null,
    onClosed: (session: ClientSession) => void,
  ) {
    this.runtime = runtime;
    this.site = site;
    this.sni = sni;
    this.peer = plainAddress(socket.remoteAddress ?? '');
    this.socket = socket;
    this.onClosed = onClosed;
    this.timer = new Timer(this);
    this.open = new Set();
    this.spares = [];
    this.served = 0;
    this.isClosed = false;
    this.isDraining = false;
    this.idleSince = runtime.wheel.now;
    runtime.metrics.connectionsTotal++;
    runtime.metrics.connectionsOpen++;
    this.session = performServerHandshake(socket, sessionOptions(runtime.options.limits));
    this.session.on('stream', this.onStream);
    // What is wrong with it ends it, and `close` follows.
    this.session.on('error', () => {});
    this.session.on('close', () => this.closed());
    this.watch();
  }

  clientCertificate(validation: ClientValidation | null): PeerCertificate | null {
    return certificateOf(this.socket, validation);
  }

  private readonly onStream = (stream: ServerHttp2Stream, _headers: object, flags: number, list: string[]): void => {
    const { limits } = this.runtime.options;
    const one = this.spares.pop() ?? new ClientStream(this);
    this.open.add(one);
    const { departures } = this.runtime.backends;
    departures.isGathering = true;
    try {
      one.begin(stream, list, (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0);
    } catch (error) {
      this.runtime.bug(error);
      one.destroy();
    }
    departures.isGathering = false;
    if (++this.served >= limits.requestsPerConnection || this.runtime.isDraining) this.drain();
  };

  /** A stream is closed, and its object may serve another one. */
  free(stream: ClientStream): void {
    this.open.delete(stream);
    if (this.open.size === 0) this.idleSince = this.runtime.wheel.now;
    if (this.spares.length < SPARES) this.spares.push(stream);
  }

  /** Takes no new request: the client is told which ones were the last (GOAWAY), and those finish. */
  drain(): void {
    if (this.isDraining || this.isClosed) return;
    this.isDraining = true;
    this.session.close();
  }

  /** Ends everything at once. */
  destroy(): void {
    if (!this.session.destroyed) this.session.destroy();
    this.socket.destroy();
    this.closed();
  }

  timeout(): void {
    const { limits } = this.runtime.options;
    const { now } = this.runtime.wheel;
    if (this.open.size === 0 && limits.idleTimeout > 0 && now - this.idleSince >= limits.idleTimeout) {
      if (this.isDraining) this.destroy();
      else this.drain();
    }
    for (const stream of [...this.open]) stream.check(now);
    if (!this.isClosed) this.watch();
  }

  /** One timer looks after all streams of the connection. */
  private watch(): void {
    const { bodyTimeout, idleTimeout, writeTimeout } = this.runtime.options.limits;
    const shortest = [bodyTimeout, idleTimeout, writeTimeout].filter((time) => time > 0);
    if (shortest.length > 0) this.runtime.wheel.set(this.timer, Math.max(20, Math.min(...shortest) / 2));
  }

  private closed(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.runtime.wheel.remove(this.timer);
    this.runtime.metrics.connectionsOpen--;
    for (const stream of [...this.open]) stream.lost();
    this.onClosed(this);
  }
}
