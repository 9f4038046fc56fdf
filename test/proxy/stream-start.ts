/** What tests of streams need beside `start.ts`; all of it is closed when the test ends. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { ProxySettings } from '../../src/proxy/options.ts';
import { ByteReader } from '../fake/bytes.ts';
import { type Handler, PipeServer } from '../fake/pipe.ts';
import { closeLater, type Serving, serve } from './start.ts';

export async function pipeServer(handler?: Handler): Promise<PipeServer> {
  const server = await PipeServer.start(handler);
  closeLater(() => server.close());
  return server;
}

export type Bytes = { readonly socket: Socket; readonly reader: ByteReader };

/** A half-open connection; it may have been reset already. */
export async function dial(port: number): Promise<Bytes> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
  closeLater(() => {
    socket.destroy();
  });
  const reader = new ByteReader(socket);
  await Promise.race([once(socket, 'connect').catch(() => {}), reader.closed()]);
  return { socket, reader };
}

/** One server behind a TCP listener. */
export async function serveTcp(
  handler?: Handler,
  settings: ProxySettings = {},
): Promise<Serving & { readonly server: PipeServer; readonly dial: () => Promise<Bytes> }> {
  const server = await pipeServer(handler);
  const serving = await serve(
    {
      listeners: { stream: { protocol: 'TCP' } },
      streams: [{ kind: 'tcproute', backends: ['a'] }],
      backends: { a: [server.port] },
    },
    settings,
  );
  return { ...serving, server, dial: () => dial(serving.port) };
}
