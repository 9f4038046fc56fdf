import type { Socket } from 'node:net';
import { DONE } from '../http1/fault.ts';
import { type ProxiedPeer, ProxyHeader } from '../proxy-protocol/header.ts';
import { reset } from '../wire.ts';
import type { FirstBytesReader } from './first-bytes.ts';

type PeerName = { address?: string; port?: number; family?: string };
type WithHandle = { _handle?: { getpeername?: (out: PeerName) => number } | null; _peername?: PeerName };

/** Takes the PROXY header off a connection and gives it the peer that the header names. */
export class ProxiedConnection implements FirstBytesReader {
  private readonly header: ProxyHeader;
  private readonly take: (socket: Socket) => void;
  private readonly refused: () => void;

  /** `take` gets the connection as if the peer had made it; `refused` is called when there is no header in time. */
  constructor(take: (socket: Socket) => void, refused: () => void) {
    this.header = new ProxyHeader();
    this.take = take;
    this.refused = refused;
  }

  look(all: Buffer): number {
    return this.header.parse(all);
  }

  decided(socket: Socket, result: number, all: Buffer): void {
    const { header } = this;
    if (result !== DONE) {
      socket.on('error', () => {});
      reset(socket);
      this.refused();
      return;
    }
    if (header.source !== null) setPeer(socket, header.source);
    if (all.length > header.length) socket.unshift(all.subarray(header.length));
    this.take(socket);
  }

  lost(): void {
    // A connection without a byte: a load balancer that looks whether the port is open.
  }
}

/**
 * Makes `remoteAddress` and `remotePort` those of the peer that a trusted hop named: on this socket, and on every socket
 * that is made of its handle, as TLS and `readInto` do. The handle is not documented, but there is no other place
 * that they share.
 */
function setPeer(socket: Socket, { address, port }: ProxiedPeer): void {
  const bare = socket as unknown as WithHandle;
  const family = address.includes(':') ? 'IPv6' : 'IPv4';
  bare._peername = { address, port, family };
  if (bare._handle === undefined || bare._handle === null) return;
  bare._handle.getpeername = (out) => {
    out.address = address;
    out.port = port;
    out.family = family;
    return 0;
  };
}
