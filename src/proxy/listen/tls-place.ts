import type { Socket } from 'node:net';
import { DONE } from '../http1/fault.ts';
import type { Runtime } from '../runtime.ts';
import { STREAM_ENDS } from '../stream/end.ts';
import { reset } from '../wire.ts';
import { Acceptor } from './acceptor.ts';
import { AcceptorPlace, type Connections } from './acceptor-place.ts';
import type { CertificateChoice } from './certificate.ts';
import { ClientHello } from './client-hello.ts';
import { type FirstBytesReader, TOO_LATE } from './first-bytes.ts';
import { Front } from './front.ts';
import { siteOf } from './http-place.ts';
import type { Place, Served } from './place.ts';
import { StreamFront } from './stream-front.ts';
import { tlsOptions } from './tls-options.ts';

/**
 * A port of HTTPS and TLS listeners. Where there are HTTPS listeners only, and all speak TLS in the same way, connections are
 * decrypted as they come; otherwise their ClientHello says first whose they are.
 */
export class TlsPlace extends AcceptorPlace {
  private readonly runtime: Runtime;
  private readonly place: Place;
  private readonly bound: number;
  protected readonly acceptor: Acceptor;
  private readonly streams: StreamFront;
  /** Null while there is no HTTPS listener. */
  private https: Front | null;
  /** HTTPS fronts whose listeners are gone, while they have connections. */
  private leaving: Front[];
  private httpsChoice: CertificateChoice | null;
  private streamChoice: CertificateChoice | null;

  constructor(runtime: Runtime, place: Place, bound: number, served: Served) {
    super();
    this.runtime = runtime;
    this.place = place;
    this.bound = bound;
    this.acceptor = new Acceptor(runtime, place.address, bound, (socket) => this.take(socket));
    const site = { streams: null, backends: served.backends, policies: served.policies };
    this.streams = new StreamFront(
      runtime,
      site,
      tlsOptions(runtime, () => this.streamChoice),
    );
    this.https = null;
    this.leaving = [];
    this.httpsChoice = null;
    this.streamChoice = null;
    this.serve(served);
  }

  serve(served: Served): void {
    const { compiled, backends, choices, policies } = served;
    const { port } = this.place;
    this.httpsChoice = choices.forHttps(port);
    this.streamChoice = choices.forStreams(port);
    this.streams.site.streams = compiled.streamPorts.get(port) ?? null;
    this.streams.site.backends = backends;
    this.streams.site.policies = policies;
    this.streams.setCertificates(this.streamChoice);
    this.serveHttps(served);
  }

  protected get fronts(): readonly Connections[] {
    return this.https === null ? [this.streams, ...this.leaving] : [this.streams, this.https, ...this.leaving];
  }

  private serveHttps(served: Served): void {
    const { runtime } = this;
    const port = served.compiled.ports.get(this.place.port);
    if (port === undefined) {
      if (this.https === null) return;
      this.https.stop();
      this.leaving = [...this.leaving.filter((front) => front.openConnections > 0), this.https];
      this.https = null;
      return;
    }
    if (this.https === null) {
      const site = siteOf(runtime, 'https', served, port, this.bound);
      const options = { ...tlsOptions(runtime, () => this.httpsChoice), ALPNProtocols: ['h2', 'http/1.1'] };
      this.https = new Front(runtime, site, options);
    }
    this.https.site.compiled = port;
    this.https.site.backends = served.backends;
    this.https.site.policies = served.policies;
    this.https.setCertificates(this.httpsChoice);
  }

  private take(socket: Socket): void {
    if (this.streams.site.streams === null && this.https?.needsServerName !== true) this.https?.take(socket);
    else this.acceptor.await(socket, new HelloReader((...known) => this.dispatch(...known)));
  }

  /** Sends a connection to the listener whose hostname fits its server name best. */
  private dispatch(socket: Socket, result: number, serverName: string | null, all: Buffer): void {
    const { streams } = this;
    if (streams.site.streams === null) {
      this.dispatchHttps(socket, result, serverName, all);
      return;
    }
    const arrival = { socket, isTls: false, protocol: 'TLS', serverName, early: all } as const;
    if (result !== DONE) {
      streams.refused(arrival, result === TOO_LATE ? STREAM_ENDS.helloTimeout : STREAM_ENDS.badClientHello);
      refuse(socket);
      return;
    }
    const listener = streams.site.streams?.listenerFor(serverName) ?? null;
    if (listener === null) {
      streams.refused(arrival, STREAM_ENDS.noListener);
      refuse(socket);
    } else if (listener.identity.listener.protocol === 'HTTPS') {
      socket.unshift(all);
      this.https?.take(socket, serverName);
    } else if (listener.find(serverName) === null) {
      streams.refused(arrival, STREAM_ENDS.noRoute);
      refuse(socket);
    } else if (listener.identity.listener.tls?.mode === 'Terminate') {
      socket.unshift(all);
      streams.terminate(socket, serverName);
    } else {
      streams.take(arrival);
    }
  }

  /** The same where all listeners are of HTTPS: what is wrong with a server name is for the handshake to say. */
  private dispatchHttps(socket: Socket, result: number, serverName: string | null, all: Buffer): void {
    if (result === DONE && this.https !== null) {
      socket.unshift(all);
      this.https.take(socket, serverName);
    } else {
      this.runtime.metrics.handshakeFailures++;
      refuse(socket);
    }
  }
}

/** Reads the ClientHello of one connection. */
class HelloReader implements FirstBytesReader {
  private readonly hello: ClientHello;
  private readonly dispatch: (socket: Socket, result: number, serverName: string | null, all: Buffer) => void;

  constructor(dispatch: (socket: Socket, result: number, serverName: string | null, all: Buffer) => void) {
    this.hello = new ClientHello();
    this.dispatch = dispatch;
  }

  look(_all: Buffer, fresh: Buffer): number {
    return this.hello.read(fresh);
  }

  decided(socket: Socket, result: number, all: Buffer): void {
    this.dispatch(socket, result, this.hello.serverName, all);
  }

  lost(): void {
    // It said nothing, or not enough: there is nothing to say about it either.
  }
}

/** Resets a connection: Gateway API wants one that no listener or route takes rejected below TLS, without an alert. */
function refuse(socket: Socket): void {
  socket.on('error', () => {});
  reset(socket);
}
