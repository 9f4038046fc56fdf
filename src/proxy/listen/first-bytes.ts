import type { Socket } from 'node:net';
import { MORE } from '../http1/fault.ts';
import type { Runtime } from '../runtime.ts';
import { Timer, type TimerOwner } from '../timer-wheel.ts';

const NOTHING = Buffer.alloc(0);

/** Finds out from the first bytes of a connection what is to be done with it. */
export interface FirstBytesReader {
  /** `fresh` has come, and `all` is everything that has: MORE, or what `decided` is told. */
  look(all: Buffer, fresh: Buffer): number;
  /** The socket is paused again. With `result` -1 time is up. */
  decided(socket: Socket, result: number, all: Buffer): void;
  /** The client went away before it was decided. */
  lost(): void;
}

/** Time is up. */
export const TOO_LATE = -1;

/** A connection whose first bytes are awaited. Whoever reads them bounds their number; the time is bounded here. */
export class FirstBytes implements TimerOwner {
  private readonly runtime: Runtime;
  private readonly socket: Socket;
  private readonly reader: FirstBytesReader;
  private readonly onOver: (waiting: FirstBytes) => void;
  private readonly timer: Timer;
  private all: Buffer;

  /** `socket` is paused. `onOver` is called before the reader is told how it ended. */
  constructor(runtime: Runtime, socket: Socket, reader: FirstBytesReader, onOver: (waiting: FirstBytes) => void) {
    this.runtime = runtime;
    this.socket = socket;
    this.reader = reader;
    this.onOver = onOver;
    this.timer = new Timer(this);
    this.all = NOTHING;
    const { headTimeout } = runtime.options.limits;
    if (headTimeout > 0) runtime.wheel.set(this.timer, headTimeout);
    socket.on('data', this.received);
    socket.on('end', this.gone);
    socket.on('error', this.gone);
    socket.on('close', this.gone);
    socket.resume();
  }

  timeout(): void {
    this.decide(TOO_LATE);
  }

  destroy(): void {
    this.leave();
    this.socket.on('error', () => {});
    this.socket.destroy();
  }

  private readonly received = (chunk: Buffer): void => {
    this.all = this.all.length === 0 ? chunk : Buffer.concat([this.all, chunk]);
    let result: number;
    try {
      result = this.reader.look(this.all, chunk);
    } catch (error) {
      this.runtime.bug(error);
      this.gone();
      return;
    }
    if (result !== MORE) this.decide(result);
  };

  private readonly gone = (): void => {
    this.destroy();
    this.reader.lost();
  };

  private decide(result: number): void {
    this.leave();
    this.socket.pause();
    this.reader.decided(this.socket, result, this.all);
  }

  private leave(): void {
    const { socket } = this;
    this.runtime.wheel.remove(this.timer);
    socket.off('data', this.received);
    socket.off('end', this.gone);
    socket.off('error', this.gone);
    socket.off('close', this.gone);
    this.onOver(this);
  }
}
