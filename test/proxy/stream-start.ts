/** What tests of streams need beside `start.ts`; all of it is closed when the test ends. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificate } from '../../src/ir/table.ts';
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

/** A TLS server that says `greeting` and then repeats what it hears; its port. */
export async function tlsEcho({ chain, key }: Certificate, greeting = ''): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createTlsServer({ cert: chain, key, allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    if (greeting !== '') socket.write(greeting);
    socket.pipe(socket);
  });
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeLater(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  });
  return (server.address() as { port: number }).port;
}
