import type { BackendConnection } from '../backend/connection.ts';
import type { ClientConnection } from './client-connection.ts';

/** Two connections that changed their protocol (RFC 9110 section 7.8): bytes go through both ways until both have ended. */
export class Tunnel {
  private readonly client: ClientConnection;
  private readonly connection: BackendConnection;
  private hasClientEnded: boolean;
  private hasBackendEnded: boolean;

  constructor(client: ClientConnection, connection: BackendConnection) {
    this.client = client;
    this.connection = connection;
    this.hasClientEnded = false;
    this.hasBackendEnded = false;
  }

  get isOver(): boolean {
    return this.hasClientEnded && this.hasBackendEnded;
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
  }

  backendEnded(): void {
    this.hasBackendEnded = true;
    this.client.endTunnel();
  }
}
