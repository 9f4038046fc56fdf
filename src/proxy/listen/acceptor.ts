import { createServer, type Server, type Socket } from 'node:net';
import { plainAddress } from '../peer.ts';
import type { Runtime } from '../runtime.ts';
import { STREAM_ENDS } from '../stream/end.ts';
import { FirstBytes, type FirstBytesReader } from './first-bytes.ts';
import { ProxiedConnection } from './proxied-peer.ts';
import { sharesPorts } from './reuse-port.ts';

const BACKLOG = 4_096;

/** One listening TCP socket. It hands out connections that are paused and of which nothing was read. */
export class Acceptor {
  readonly address: string;
  /** The port asked for; 0 lets the system choose. */
  readonly port: number;
  private readonly runtime: Runtime;
  private readonly server: Server;
  private readonly waiting: Set<FirstBytes>;

  constructor(runtime: Runtime, address: string, port: number, take: (socket: Socket) => void) {
    this.address = address;
    this.port = port;
    this.runtime = runtime;
    this.waiting = new Set();
    const options = { allowHalfOpen: true, noDelay: true, pauseOnConnect: true };
    this.server = createServer(options, (socket) => this.accept(socket, take));
  }

  /** Starts listening. Rejects with the system's error. */
  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      const options = {
        host: this.address,
        port: this.port,
        backlog: BACKLOG,
        reusePort: this.port !== 0 && sharesPorts(),
      };
      this.server.listen(options, () => {
        this.server.off('error', reject);
        // Accepting may fail for want of file descriptors; the sockets that are open go on.
        this.server.on('error', (error) => this.runtime.bug(error));
        resolve();
      });
    });
  }

  /** The port that it listens on. */
  get boundPort(): number {
    const address = this.server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  }

  /** Waits for the first bytes of a connection that is paused. */
  await(socket: Socket, reader: FirstBytesReader): void {
    this.waiting.add(new FirstBytes(this.runtime, socket, reader, this.forget));
  }

  /** Accepts nothing any more. */
  close(): void {
    this.server.close();
  }

  /** Also ends the connections whose first bytes are awaited. */
  destroy(): void {
    this.close();
    for (const waiting of this.waiting) waiting.destroy();
  }

  private accept(socket: Socket, take: (socket: Socket) => void): void {
    const { metrics, options, proxied, streams } = this.runtime;
    if (metrics.connectionsOpen + this.waiting.size >= options.limits.clientConnections) {
      socket.on('error', () => {});
      socket.destroy();
    } else if (proxied.isEmpty || !proxied.has(plainAddress(socket.remoteAddress ?? ''))) {
      take(socket);
    } else {
      const refused = () => streams.none.refused(STREAM_ENDS.badProxyHeader);
      this.await(socket, new ProxiedConnection(take, refused));
    }
  }

  private readonly forget = (waiting: FirstBytes): void => {
    this.waiting.delete(waiting);
  };
}
