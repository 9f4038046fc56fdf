import type { Socket } from 'node:net';

/**
 * Lets requests that have come together leave together.
 *
 * One read of a connection of HTTP/2 brings several requests. Where each is written as soon as it is made, a backend that has
 * nothing to do meanwhile sleeps in between, and to wake it up is half of what the write costs.
 */
export class Departures {
  /** Whether requests that are made now have come with others. */
  isGathering: boolean;
  private held: Socket[];

  constructor() {
    this.isGathering = false;
    this.held = [];
  }

  /** Holds back what is written to the socket until all that this turn of the event loop has brought is made. */
  hold(socket: Socket): void {
    if (this.held.length === 0) setImmediate(this.leave);
    socket.cork();
    this.held.push(socket);
  }

  private readonly leave = (): void => {
    const { held } = this;
    this.held = [];
    for (const socket of held) socket.uncork();
  };
}
