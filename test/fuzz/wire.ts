import { Duplex } from 'node:stream';

/** The far end of a connection without a network: what is pushed in is one read of the near end, in the same tick. */
export class Wire extends Duplex {
  written = '';

  constructor() {
    super({ allowHalfOpen: true });
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.written += chunk.toString('latin1');
    done();
  }

  override _final(done: () => void): void {
    done();
  }

  // node:http asks these of its sockets.
  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }
}

/** One turn of the event loop: every callback that was due has run. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
