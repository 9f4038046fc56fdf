import type { CompiledPort } from '../compile/compiled.ts';
import type { Runtime, Site } from '../runtime.ts';
import { Acceptor } from './acceptor.ts';
import { Front } from './front.ts';
import type { OpenPlace, Place, Served } from './place.ts';

/** A port of HTTP listeners. */
export class HttpPlace implements OpenPlace {
  private readonly place: Place;
  private readonly site: Site;
  private readonly front: Front;
  private readonly acceptor: Acceptor;

  constructor(runtime: Runtime, place: Place, bound: number, served: Served) {
    this.place = place;
    this.site = siteOf(runtime, 'http', served, served.compiled.ports.get(place.port)!, bound);
    this.front = new Front(runtime, this.site, null);
    this.acceptor = new Acceptor(runtime, place.address, bound, (socket) => this.front.take(socket));
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

  serve({ compiled, backends, policies }: Served): void {
    const port = compiled.ports.get(this.place.port);
    if (port === undefined) return;
    this.site.compiled = port;
    this.site.backends = backends;
    this.site.policies = policies;
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
