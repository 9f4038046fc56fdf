import type { Socket } from 'node:net';
import { plainAddress } from '../peer.ts';
import { type ProxyProtocolVersion, proxyHeader } from './write.ts';

/** Tells a backend who the client is, before its first byte. */
export function introduce(client: Socket, backend: Socket, version: ProxyProtocolVersion): void {
  const { localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0 } = client;
  const source = { address: plainAddress(remoteAddress), port: remotePort };
  backend.write(proxyHeader(version, source, { address: plainAddress(localAddress), port: localPort }));
}
