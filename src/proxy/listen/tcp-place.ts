import type { Runtime } from '../runtime.ts';
import { Acceptor } from './acceptor.ts';
import type { OpenPlace, Place, Served } from './place.ts';
import { StreamFront } from './stream-front.ts';

/** A port of a TCP listener. */
export class TcpPlace implements OpenPlace {
  private readonly place: Place;
  private readonly front: StreamFront;
  private readonly acceptor: Acceptor;

  constructor(runtime: Runtime, place: Place, bound: number, served: Served) {
    this.place = place;
    this.front = new StreamFront(runtime, { streams: null, backends: served.backends }, null);
    this.acceptor = new Acceptor(runtime, place.address, bound, (socket) => {
      this.front.take({ socket, isTls: false, protocol: 'TCP', serverName: null, early: null });
    });
    this.serve(served);
  }

  get port(): number {
    return this.acceptor.port;
  }

  get boundPort(): number {
    return this.acceptor.boundPort;
  }

  get openConnections(): number {
    return this.front.openConnections;
  }

  listen(): Promise<void> {
    return this.acceptor.listen();
  }

  serve({ compiled, backends }: Served): void {
    const { site } = this.front;
    site.streams = compiled.streamPorts.get(this.place.port) ?? null;
    site.backends = backends;
  }

  stop(): void {
    this.acceptor.close();
    this.front.stop();
  }

  destroy(): void {
    this.acceptor.destroy();
    this.front.destroy();
  }
}
