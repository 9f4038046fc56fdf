import type { BodyReader } from '../http1/body.ts';
import { CHUNKED } from '../http1/framing.ts';
import type { MessageLimits } from '../http1/limits.ts';
import type { RequestHead } from '../http1/request-head.ts';
import { withoutChunks } from './body.ts';

/** Chunks have sizes of their own beside what they hold; a body of tiny chunks is kept in part only. */
const FRAMING_SHARE = 1.25;
const FRAMING = 1_024;

/** A copy of the first bytes of a request's body, made while it passes. */
export class KeptBody {
  private readonly limit: number;
  private readonly hasChunks: boolean;
  private readonly parts: Buffer[];
  /** Bytes that may still be kept. */
  private room: number;

  constructor(limit: number, client: { readonly head: RequestHead; readonly isFramed: boolean }) {
    this.limit = limit;
    this.hasChunks = client.isFramed && client.head.framing === CHUNKED;
    this.parts = [];
    this.room = this.hasChunks && limit > 0 ? limit * FRAMING_SHARE + FRAMING : limit;
  }

  take(body: BodyReader, buffer: Buffer): void {
    for (let index = 0; index < body.segmentCount && this.room > 0; index++) {
      const start = body.segments[index * 2]!;
      const end = Math.min(body.segments[index * 2 + 1]!, start + this.room);
      this.parts.push(Buffer.from(buffer.subarray(start, end)));
      this.room -= end - start;
    }
  }

  content(limits: MessageLimits): Buffer {
    const bytes = Buffer.concat(this.parts);
    const content = this.hasChunks ? withoutChunks(bytes, limits) : bytes;
    return content.subarray(0, this.limit);
  }
}
