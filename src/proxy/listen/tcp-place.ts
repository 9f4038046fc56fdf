import type { Runtime } from '../runtime.ts';
import { Acceptor } from './acceptor.ts';
import { AcceptorPlace, type Connections } from './acceptor-place.ts';
import type { Place, Served } from './place.ts';
import { StreamFront } from './stream-front.ts';

/** A port of a TCP listener. */
export class TcpPlace extends AcceptorPlace {
  private readonly place: Place;
  private readonly front: StreamFront;
  protected readonly acceptor: Acceptor;
  protected readonly fronts: readonly Connections[];

  constructor(runtime: Runtime, place: Place, bound: number, served: Served) {
    super();
    this.place = place;
    this.front = new StreamFront(
      runtime,
      { streams: null, backends: served.backends, policies: served.policies },
      null,
    );
    this.acceptor = new Acceptor(runtime, place.address, bound, (socket) => {
      this.front.take({ socket, isTls: false, protocol: 'TCP', serverName: null, early: null });
    });
    this.fronts = [this.front];
    this.serve(served);
  }

  serve({ compiled, backends, policies }: Served): void {
    const { site } = this.front;
    site.streams = compiled.streamPorts.get(this.place.port) ?? null;
    site.backends = backends;
    site.policies = policies;
  }
}
