import type { BodySource } from '../exchange/client.ts';
import { ERRORS, type ProxyError } from '../exchange/error.ts';
import { BodyReader } from '../http1/body.ts';
import { CHUNKED, UNTIL_CLOSE } from '../http1/framing.ts';
import type { MessageLimits } from '../http1/limits.ts';
import type { RequestHead } from '../http1/request-head.ts';
import { Base64Reader } from './base64.ts';

/** The messages of a request that come as base64. */
export class TextBody implements BodySource {
  readonly head: RequestHead;
  readonly body: BodyReader;
  readonly isFramed: boolean;
  readonly isVolatile: boolean;
  /** What came last, decoded: `body` has its range. */
  bytes: Buffer;
  private readonly reader: Base64Reader;
  /** Takes the framing of HTTP/1.1 off; null while there is none. */
  private readonly chunks: BodyReader | null;

  /** Changes the head: it says no length any more. */
  constructor(client: BodySource, limits: MessageLimits) {
    const { head, isFramed } = client;
    this.head = head;
    this.body = new BodyReader(limits);
    this.isFramed = false;
    this.isVolatile = false;
    this.bytes = NOTHING;
    this.reader = new Base64Reader();
    this.chunks = isFramed && head.framing === CHUNKED ? new BodyReader(limits) : null;
    this.chunks?.start(CHUNKED, 0, false);
    this.body.start(UNTIL_CLOSE, 0, false);
    head.recode();
  }

  /** Decodes the ranges of `buffer` that `body` has found. */
  take(body: BodyReader, buffer: Buffer, isLast: boolean): ProxyError | null {
    const parts: Buffer[] = [];
    const { segments, segmentCount } = body;
    for (let index = 0; index < segmentCount; index++) {
      if (!this.decode(buffer, segments[index * 2]!, segments[index * 2 + 1]!, parts)) return ERRORS.badText;
    }
    if (isLast && !this.reader.isWhole) return ERRORS.badText;
    this.bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    this.body.read(this.bytes, 0, this.bytes.length);
    if (isLast) this.body.isDone = true;
    return null;
  }

  private decode(buffer: Buffer, start: number, end: number, parts: Buffer[]): boolean {
    const { chunks } = this;
    if (chunks === null) return this.decodeContent(buffer, start, end, parts);
    // They have been parsed before, so they are valid.
    for (let at = start; at < end && !chunks.isDone; at = chunks.position) {
      chunks.read(buffer, at, end);
      for (let index = 0; index < chunks.segmentCount; index++) {
        if (!this.decodeContent(buffer, chunks.segments[index * 2]!, chunks.segments[index * 2 + 1]!, parts))
          return false;
      }
    }
    return true;
  }

  private decodeContent(buffer: Buffer, start: number, end: number, parts: Buffer[]): boolean {
    const bytes = this.reader.read(buffer, start, end);
    if (bytes === null) return false;
    parts.push(bytes);
    return true;
  }
}

const NOTHING = Buffer.alloc(0);
