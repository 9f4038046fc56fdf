import type { Socket } from 'node:net';

/** How the other side ended its direction of a connection. */
export type Closing = 'fin' | 'reset';

/**
 * A socket's bytes, read at the reader's pace. Nothing is read from the socket while nobody waits for more than is there,
 * once `stop` was called; so a peer can be made to feel backpressure.
 */
export class ByteReader {
  readonly socket: Socket;
  /** How the peer ended it, null while it is open. */
  closing: Closing | null = null;
  /** Bytes received in all. */
  received = 0;
  private parts: Buffer[] = [];
  private size = 0;
  private wakers: (() => void)[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (part: Buffer) => {
      this.parts.push(part);
      this.size += part.length;
      this.received += part.length;
      this.wake();
    });
    socket.on('end', () => this.finish('fin'));
    socket.on('error', () => this.finish('reset'));
    socket.on('close', (failed: boolean) => this.finish(failed ? 'reset' : 'fin'));
  }

  /** Stops reading from the socket: the kernel's buffers fill, then the peer's. */
  stop(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** The bytes that are there and not taken. */
  peek(): Buffer {
    if (this.parts.length > 1) this.parts = [Buffer.concat(this.parts)];
    return this.parts[0] ?? Buffer.alloc(0);
  }

  /** Waits for a byte and takes none; null when the peer ends before. */
  async wait(): Promise<true | null> {
    while (this.size === 0) {
      if (this.closing !== null) return null;
      await this.more();
    }
    return true;
  }

  /** Takes `count` bytes; null when the peer ends before. */
  async take(count: number): Promise<Buffer | null> {
    while (this.size < count) {
      if (this.closing !== null) return null;
      await this.more();
    }
    return this.cut(count);
  }

  /** Takes up to and with `mark`; null when the peer ends before. */
  async through(mark: string): Promise<Buffer | null> {
    for (;;) {
      const at = this.peek().indexOf(mark, 0, 'latin1');
      if (at >= 0) return this.cut(at + Buffer.byteLength(mark, 'latin1'));
      if (this.closing !== null) return null;
      await this.more();
    }
  }

  /** Takes everything until the peer ends. */
  async rest(): Promise<Buffer> {
    await this.closed();
    return this.cut(this.size);
  }

  /** Resolves once the peer has ended its direction. */
  async closed(): Promise<Closing> {
    while (this.closing === null) await this.more();
    return this.closing;
  }

  private cut(count: number): Buffer {
    const all = this.peek();
    this.parts = count < all.length ? [all.subarray(count)] : [];
    this.size = all.length - count;
    return all.subarray(0, count);
  }

  private more(): Promise<void> {
    return new Promise((resolve) => this.wakers.push(resolve));
  }

  private wake(): void {
    const { wakers } = this;
    this.wakers = [];
    for (const waker of wakers) waker();
  }

  private finish(closing: Closing): void {
    if (this.closing === null || closing === 'reset') this.closing = closing;
    this.wake();
  }
}
