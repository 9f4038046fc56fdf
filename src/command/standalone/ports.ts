/** Which ports of this machine a routing table needs, and whether they can be had. */
import { createServer } from 'node:net';
import type { RoutingTable } from '../../ir/table.ts';

export type Where = { readonly address: string; readonly portOffset: number };

/** `address:port` of every listener over TCP, as they are opened on this machine. */
export function socketsOf(table: RoutingTable, where: Where): Set<string> {
  const overTcp = Array.from(bindings(table, where)).filter(({ scheme }) => scheme !== 'udp');
  return new Set(overTcp.map(({ socket }) => socket));
}

/** Where the listeners of a Gateway can be reached, such as `http://127.0.0.1:8080`; each once, in the order of the listeners. */
export function urlsOf(table: RoutingTable, where: Where): string[] {
  return [...new Set(Array.from(bindings(table, where), ({ scheme, socket }) => `${scheme}://${socket}`))];
}

/** Each address of each listener; listeners that share a socket repeat it. */
function* bindings(table: RoutingTable, { address, portOffset }: Where): Generator<{ scheme: string; socket: string }> {
  for (const { port, protocol, addresses } of Object.values(table.listeners)) {
    for (const bound of addresses.length === 0 ? [address] : addresses) {
      yield { scheme: protocol.toLowerCase(), socket: socketText(bound, publicPort(port, portOffset)) };
    }
  }
}

export function publicPort(port: number, offset: number): number {
  return port < 1024 ? port + offset : port;
}

export function socketText(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/**
 * Why a socket cannot be opened, or `''`. Workers share their ports with SO_REUSEPORT, which would let another Headgate of
 * the same user take half of the connections without a word; this asks without it.
 */
export function whyTaken(socket: string): Promise<string> {
  const match = /^\[?([^\]]+?)\]?:(\d+)$/.exec(socket)!;
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(reason(socket, error)));
    server.listen({ host: match[1], port: Number(match[2]), exclusive: true }, () => server.close(() => resolve('')));
  });
}

function reason(socket: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `${socket} is taken by another program`;
    case 'EACCES':
      return `${socket} may be opened by root only; --port-offset moves ports below 1024 up`;
    case 'EADDRNOTAVAIL':
      return `${socket} is not an address of this machine`;
    default:
      return `${socket} cannot be opened: ${error.message}`;
  }
}
