/** Servers and clients of plain bytes, for connections that the proxy does not look into. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** What a server does with one connection; sockets are half-open. */
export type Handler = (socket: Socket) => void;

export const echo: Handler = (socket) => {
  socket.pipe(socket);
};

/** Says its name, and then repeats what it hears. */
export const named =
  (name: string): Handler =>
  (socket) => {
    socket.write(`${name};`);
    socket.pipe(socket);
  };

/** A TCP server on a free port of 127.0.0.1. */
export class PipeServer {
  readonly server: Server;
  readonly sockets: Set<Socket>;
  /** Connections so far. */
  accepted: number;

  private constructor(handler: Handler) {
    this.sockets = new Set();
    this.accepted = 0;
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.accepted++;
      this.sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.sockets.delete(socket));
      handler(socket);
    });
  }

  static async start(handler: Handler = echo): Promise<PipeServer> {
    const started = new PipeServer(handler);
    started.server.listen(0, '127.0.0.1');
    await once(started.server, 'listening');
    return started;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.server, 'close');
  }
}
