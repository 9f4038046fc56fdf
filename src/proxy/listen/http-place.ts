import type { CompiledPort } from '../compile/compiled.ts';
import type { Runtime, Site } from '../runtime.ts';
import { Acceptor } from './acceptor.ts';
import { AcceptorPlace, type Connections } from './acceptor-place.ts';
import { Front } from './front.ts';
import type { Place, Served } from './place.ts';

/** A port of HTTP listeners. */
export class HttpPlace extends AcceptorPlace {
  private readonly place: Place;
  private readonly site: Site;
  private readonly front: Front;
  protected readonly acceptor: Acceptor;
  protected readonly fronts: readonly Connections[];

  constructor(runtime: Runtime, place: Place, bound: number, served: Served) {
    super();
    this.place = place;
    this.site = siteOf(runtime, 'http', served, served.compiled.ports.get(place.port)!, bound);
    this.front = new Front(runtime, this.site, null);
    this.fronts = [this.front];
    this.acceptor = new Acceptor(runtime, place.address, bound, (socket) => this.front.take(socket));
  }

  serve({ compiled, backends, policies }: Served): void {
    const port = compiled.ports.get(this.place.port);
    if (port === undefined) return;
    this.site.compiled = port;
    this.site.backends = backends;
    this.site.policies = policies;
  }
}

/** What is served of HTTP on a port; `bound` is the port that clients connect to. */
export function siteOf(
  runtime: Runtime,
  scheme: Site['scheme'],
  served: Served,
  compiled: CompiledPort,
  bound: number,
): Site {
  const { portOffset } = runtime.options;
  return {
    compiled,
    backends: served.backends,
    policies: served.policies,
    scheme,
    port: bound,
    publicPort: (port) => (port !== 0 && port < 1_024 ? port + portOffset : port),
  };
}
