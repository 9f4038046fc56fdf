import type { Carrier } from '../backend/carrier.ts';
import type { BackendConnection } from '../backend/connection.ts';
import type { BackendTunnel } from '../backend/response-sink.ts';
import type { Client, ClientTunnel, UpgradableClient } from './client.ts';

/** Two connections that changed their protocol (RFC 9110 section 7.8): bytes go through both ways until both have ended. */
export class Tunnel implements BackendTunnel, ClientTunnel {
  private readonly client: UpgradableClient;
  private readonly connection: BackendConnection;
  private readonly onOver: () => void;
  private hasClientEnded: boolean;
  private hasBackendEnded: boolean;

  /** `onOver` is called when both have ended. */
  constructor(client: UpgradableClient, connection: BackendConnection, onOver: () => void) {
    this.client = client;
    this.connection = connection;
    this.onOver = onOver;
    this.hasClientEnded = false;
    this.hasBackendEnded = false;
  }

  start(): void {
    this.connection.startTunnel(this);
    this.client.startTunnel(this);
  }

  fromClient(bytes: Buffer): void {
    this.connection.socket.write(bytes);
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

/** Whether a 101 changes to a protocol that the client offered (RFC 9110 section 7.8). */
export function isUpgrade(client: Client, carrier: Carrier): boolean {
  if (client.upgradable === null || carrier.upgradable === null) return false;
  const request = client.head;
  const response = carrier.head;
  if (!request.upgrade || !response.upgrade) return false;
  const offered = request.header('upgrade')!.toLowerCase().split(',');
  const chosen = response.header('upgrade')!.toLowerCase();
  return offered.some((protocol) => protocol.trim() === chosen);
}
