import type { Listener, RoutingTable } from '../../ir/table.ts';
import { HostMap } from '../route/host.ts';
import type { CompiledListener } from './compiled.ts';
import type { RunnableStream } from './stream.ts';

/** What one listener of protocol TLS, TCP or UDP serves; one of HTTPS is here for its hostname only. */
class StreamListener {
  readonly identity: CompiledListener;
  /** By the routes' own hostnames, which decide precedence; of equal ones the first in `order`. */
  readonly hosts: HostMap<RunnableStream>;

  constructor(identity: CompiledListener) {
    this.identity = identity;
    this.hosts = new HostMap();
  }

  /** The stream for a server name in lower case, null for a client that sent none. */
  find(serverName: string | null): RunnableStream | null {
    return serverName === null ? this.hosts.any : this.hosts.best(serverName);
  }

  add(hostname: string, stream: RunnableStream): void {
    const known = this.hosts.get(hostname);
    if (known === null || stream.stream.order < known.stream.order) this.hosts.set(hostname, stream);
  }
}

/** The listeners of one port, of which the most specific hostname serves a connection, and no other one is asked. */
export class StreamPort {
  readonly port: number;
  private readonly byHostname: HostMap<StreamListener>;

  constructor(port: number, listeners: readonly StreamListener[]) {
    this.port = port;
    this.byHostname = new HostMap();
    for (const listener of listeners) this.byHostname.set(listener.identity.listener.hostname, listener);
  }

  /** A client that sends no server name could have asked for none but the listener for any host. */
  listenerFor(serverName: string | null): StreamListener | null {
    return serverName === null ? this.byHostname.any : this.byHostname.best(serverName);
  }
}

/** The ports of a table that serve streams, by what is below them. */
export function streamPortsOf(
  table: RoutingTable,
  streams: ReadonlyMap<string, RunnableStream>,
): { streamPorts: ReadonlyMap<number, StreamPort>; datagramPorts: ReadonlyMap<number, StreamPort> } {
  const listeners = new Map<string, StreamListener>();
  for (const key in table.listeners) {
    const listener = table.listeners[key]!;
    if (listener.protocol !== 'HTTP') listeners.set(key, new StreamListener({ key, listener }));
  }
  for (const stream of streams.values()) {
    for (const { listener, routeHostname } of stream.stream.attachments) {
      listeners.get(listener)?.add(routeHostname, stream);
    }
  }
  const all = [...listeners.values()];
  const connections = all.filter(({ identity }) => identity.listener.protocol !== 'UDP');
  const datagrams = all.filter(({ identity }) => identity.listener.protocol === 'UDP');
  return {
    streamPorts: portsOf(connections, ({ protocol }) => protocol !== 'HTTPS'),
    datagramPorts: portsOf(datagrams, () => true),
  };
}

/** The ports of the listeners that `decides` is true for, each with all of its listeners. */
function portsOf(
  listeners: readonly StreamListener[],
  decides: (listener: Listener) => boolean,
): ReadonlyMap<number, StreamPort> {
  const ports = new Map<number, StreamPort>();
  for (const { identity } of listeners) {
    const { port } = identity.listener;
    if (ports.has(port) || !decides(identity.listener)) continue;
    const shared = listeners.filter((other) => other.identity.listener.port === port);
    ports.set(port, new StreamPort(port, shared));
  }
  return ports;
}
