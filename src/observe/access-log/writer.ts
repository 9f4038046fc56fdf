import { close, fstatSync, openSync, write, writeSync } from 'node:fs';

/** What POSIX writes to a pipe in one piece, so that lines of several processes do not mix (PIPE_BUF on Linux). */
const ATOMIC = 4096;
/** A write of this much is worth its system call. */
const BATCH = 64 * 1024;
const RETRY_MS = 10;

export type LineWriterOptions = {
  /** Characters that may wait; lines beyond that are dropped and counted. */
  readonly bufferLimit: number;
  /** Milliseconds after which a line is written even when the batch is small. */
  readonly flushInterval: number;
};

/**
 * Lines to a file descriptor, gathered and written by libuv's threads, one write at a time: the caller never waits.
 * A file is opened for appending. To a pipe, writes are cut at line ends to the size that stays in one piece.
 */
export class LineWriter {
  /** Lines written, and lines thrown away because the buffer was full or a write failed. */
  written: number;
  dropped: number;
  #path: string | null;
  #fd: number;
  #pipe: boolean;
  #limit: number;
  #interval: number;
  #pending: string;
  #lines: number;
  #timer: NodeJS.Timeout | null;
  /** What is being written; null when nothing is. */
  #chunk: Buffer | null;
  #chunkLines: number;
  #offset: number;
  #end: number;
  #reopen: boolean;
  #idle: (() => void)[];
  #closed: boolean;

  /** `target` is a file's path or an open file descriptor. Throws what opening throws. */
  constructor(target: string | number, options: LineWriterOptions) {
    this.written = 0;
    this.dropped = 0;
    this.#path = typeof target === 'string' ? target : null;
    this.#fd = typeof target === 'string' ? openSync(target, 'a', 0o640) : target;
    this.#pipe = isPipe(this.#fd);
    this.#limit = options.bufferLimit;
    this.#interval = options.flushInterval;
    this.#pending = '';
    this.#lines = 0;
    this.#timer = null;
    this.#chunk = null;
    this.#chunkLines = 0;
    this.#offset = 0;
    this.#end = 0;
    this.#reopen = false;
    this.#idle = [];
    this.#closed = false;
  }

  /** Takes a line with its newline. */
  write(line: string): void {
    if (this.#closed || this.#pending.length + line.length > this.#limit) {
      this.dropped++;
      return;
    }
    this.#pending += line;
    this.#lines++;
    if (this.#chunk !== null) return;
    if (this.#pending.length >= BATCH) this.#start();
    else if (this.#timer === null) {
      this.#timer = setTimeout(this.#onTimer, this.#interval);
      this.#timer.unref();
    }
  }

  /** Opens the file anew, after a rotation moved it. Lines that wait go to the new file; without a path it does nothing. */
  reopen(): void {
    if (this.#path === null || this.#closed) return;
    this.#reopen = true;
    if (this.#chunk === null) this.#openAgain();
  }

  /** Resolves when everything taken so far is written. */
  flush(): Promise<void> {
    if (this.#chunk === null && this.#pending !== '') this.#start();
    if (this.#chunk === null) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Writes what waits, and closes the file if it was opened here. Later lines are dropped. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.flush();
    this.#stopTimer();
    if (this.#path !== null) await new Promise<void>((resolve) => close(this.#fd, () => resolve()));
  }

  /** For the last moment before the process exits: writes what waits without giving way, as far as it can be written. */
  flushSync(): void {
    this.#stopTimer();
    const rest = Buffer.from(this.#pending);
    this.#pending = '';
    try {
      for (let at = 0; at < rest.length; ) at += writeSync(this.#fd, rest, at);
      this.written += this.#lines;
    } catch {
      this.dropped += this.#lines;
    }
    this.#lines = 0;
  }

  #onTimer = (): void => {
    this.#timer = null;
    if (this.#chunk === null && this.#pending !== '') this.#start();
  };

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #start(): void {
    this.#stopTimer();
    this.#chunk = Buffer.from(this.#pending);
    this.#chunkLines = this.#lines;
    this.#pending = '';
    this.#lines = 0;
    this.#offset = 0;
    this.#next();
  }

  #next = (): void => {
    const chunk = this.#chunk!;
    if (this.#offset === this.#end) this.#end = this.#pipe ? pieceEnd(chunk, this.#offset) : chunk.length;
    write(this.#fd, chunk, this.#offset, this.#end - this.#offset, null, this.#onWritten);
  };

  #onWritten = (error: NodeJS.ErrnoException | null, count: number): void => {
    if (error !== null) {
      if (error.code === 'EAGAIN') {
        setTimeout(this.#next, RETRY_MS);
        return;
      }
      this.dropped += this.#chunkLines;
      this.#done();
      return;
    }
    this.#offset += count;
    if (this.#offset < this.#chunk!.length) {
      this.#next();
      return;
    }
    this.written += this.#chunkLines;
    this.#done();
  };

  #done(): void {
    this.#chunk = null;
    this.#offset = 0;
    this.#end = 0;
    if (this.#reopen) this.#openAgain();
    if (this.#pending !== '' && (this.#pending.length >= BATCH || this.#idle.length > 0)) {
      this.#start();
      return;
    }
    if (this.#pending !== '' && this.#timer === null) {
      this.#timer = setTimeout(this.#onTimer, this.#interval);
      this.#timer.unref();
    }
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }

  #openAgain(): void {
    this.#reopen = false;
    const old = this.#fd;
    try {
      this.#fd = openSync(this.#path!, 'a', 0o640);
    } catch {
      // The old file is still there to write to, wherever the rotation has put it.
      return;
    }
    this.#pipe = isPipe(this.#fd);
    close(old, () => {});
  }
}

/** The end of the last line that fits a piece, or of the first line when it alone is longer. */
function pieceEnd(chunk: Buffer, start: number): number {
  if (chunk.length - start <= ATOMIC) return chunk.length;
  const end = chunk.lastIndexOf(0x0a, start + ATOMIC - 1) + 1;
  return end > start ? end : chunk.indexOf(0x0a, start) + 1;
}

function isPipe(fd: number): boolean {
  const stat = fstatSync(fd);
  return stat.isFIFO() || stat.isSocket();
}
