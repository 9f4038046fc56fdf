import type { BackendConnection } from '../backend/connection.ts';
import type { ClientConnection } from './client-connection.ts';

/** Two connections that changed their protocol (RFC 9110 section 7.8): bytes go through both ways until both have ended. */
export class Tunnel {
  private readonly client: ClientConnection;
  private readonly connection: BackendConnection;
  private readonly onOver: () => void;
  private hasClientEnded: boolean;
  private hasBackendEnded: boolean;

  /** `onOver` is called when both have ended. */
  constructor(client: ClientConnection, connection: BackendConnection, onOver: () => void) {
    this.client = client;
    this.connection = connection;
    this.onOver = onOver;
    this.hasClientEnded = false;
    this.hasBackendEnded = false;
  }

  fromClient(buffer: Buffer, start: number, end: number): void {
    this.connection.socket.write(Buffer.from(buffer.subarray(start, end)));
    if (this.connection.isCongested) this.client.pause();
  }

  fromBackend(buffer: Buffer, start: number, end: number): void {
    this.client.sendBytes(Buffer.from(buffer.subarray(start, end)));
    if (this.client.isCongested) this.connection.pause();
  }

  clientEnded(): void {
    this.hasClientEnded = true;
    this.connection.endTunnel();
    if (this.hasBackendEnded) this.onOver();
  }

  backendEnded(): void {
    this.hasBackendEnded = true;
    this.client.endTunnel();
    if (this.hasClientEnded) this.onOver();
  }
}
