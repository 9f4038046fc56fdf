import type { Acceptor } from './acceptor.ts';
import type { OpenPlace, Served } from './place.ts';

/** Connections that came through a place, as long as they are open. */
export type Connections = {
  readonly openConnections: number;
  stop(): void;
  destroy(): void;
};

/** A place where connections are accepted. */
export abstract class AcceptorPlace implements OpenPlace {
  protected abstract readonly acceptor: Acceptor;
  /** Whoever takes what is accepted, or once did. */
  protected abstract readonly fronts: readonly Connections[];

  abstract serve(served: Served): void;

  get port(): number {
    return this.acceptor.port;
  }

  get boundPort(): number {
    return this.acceptor.boundPort;
  }

  get openConnections(): number {
    let count = 0;
    for (const front of this.fronts) count += front.openConnections;
    return count;
  }

  listen(): Promise<void> {
    return this.acceptor.listen();
  }

  stop(): void {
    this.acceptor.close();
    for (const front of this.fronts) front.stop();
  }

  destroy(): void {
    this.acceptor.destroy();
    for (const front of this.fronts) front.destroy();
  }
}
