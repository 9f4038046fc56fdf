import { CHUNKED, NO_BODY } from '../http1/framing.ts';
import type { MessageWriter } from '../http1/writer.ts';

const NOTHING = Buffer.alloc(0);

/** The bytes of a request body so far, for as long as they may have to be sent (again). */
export class RetainedBody {
  bytes: Buffer;
  length: number;
  /** Whether nothing is missing. */
  isWhole: boolean;
  /** Whether the request is complete with it. */
  isComplete: boolean;
  /** NO_BODY, LENGTH or CHUNKED. */
  framing: number;
  /** Whether the bytes hold that framing; otherwise they are content only. */
  isFramed: boolean;
  /** The trailer section with the empty line that ends it, of a body without framing; otherwise it is among the bytes. */
  trailers: Buffer | null;

  constructor() {
    this.bytes = NOTHING;
    this.length = 0;
    this.isWhole = true;
    this.isComplete = false;
    this.framing = NO_BODY;
    this.isFramed = true;
    this.trailers = null;
  }

  reset(): void {
    this.bytes = NOTHING;
    this.length = 0;
    this.isWhole = true;
    this.isComplete = false;
    this.trailers = null;
  }

  /** Lets go of everything: the body cannot be sent again. */
  drop(): void {
    this.bytes = NOTHING;
    this.length = 0;
    this.isWhole = false;
    this.trailers = null;
  }

  /** Keeps `source` itself, which nobody will change, as what there is of it so far; there was nothing before. */
  adopt(source: Buffer): void {
    this.bytes = source;
    this.length = source.length;
  }

  append(source: Buffer, start: number, end: number): void {
    const length = this.length + end - start;
    if (this.bytes.length < length) {
      const grown = Buffer.allocUnsafe(Math.max(512, length + (length >> 1)));
      this.bytes.copy(grown, 0, 0, this.length);
      this.bytes = grown;
    }
    source.copy(this.bytes, this.length, start, end);
    this.length = length;
  }

  /** Writes it as HTTP/1.1 frames it. */
  write(writer: MessageWriter): void {
    const inChunks = !this.isFramed && this.framing === CHUNKED;
    if (this.length > 0) {
      if (inChunks) writer.chunkLine(this.length);
      writer.bytes(this.bytes, 0, this.length);
      if (inChunks) writer.text('\r\n');
    }
    if (!inChunks || !this.isComplete) return;
    writer.text('0\r\n');
    if (this.trailers === null) writer.text('\r\n');
    else writer.bytes(this.trailers, 0, this.trailers.length);
  }

  /** The same body in memory of its own. */
  copy(): RetainedBody {
    const copy = new RetainedBody();
    copy.bytes = Buffer.from(this.bytes.subarray(0, this.length));
    copy.length = this.length;
    copy.isWhole = this.isWhole;
    copy.isComplete = this.isComplete;
    copy.framing = this.framing;
    copy.isFramed = this.isFramed;
    copy.trailers = this.trailers;
    return copy;
  }
}
