import type { ClientHttp2Stream, OutgoingHttpHeaders } from 'node:http2';
import type { BodySource } from '../exchange/client.ts';
import type { RetainedBody } from '../exchange/retained-body.ts';
import { BodyReader } from '../http1/body.ts';
import { copyOf } from '../http1/bytes.ts';
import { CHUNKED } from '../http1/framing.ts';
import type { MessageLimits } from '../http1/limits.ts';
import { trailerHeaders } from './fields.ts';

const NO_TRAILERS: OutgoingHttpHeaders = {};

/** The body of a request on its way to a backend of HTTP/2, whatever framing the client gave it. */
export class RequestBody {
  /** What follows the body. */
  trailers: OutgoingHttpHeaders;
  private readonly limits: MessageLimits;
  /** Takes the framing of HTTP/1.1 off a client's body; null while none had it. */
  private decoder: BodyReader | null;
  private isFramed: boolean;

  constructor(limits: MessageLimits) {
    this.trailers = NO_TRAILERS;
    this.limits = limits;
    this.decoder = null;
    this.isFramed = false;
  }

  reset(): void {
    this.trailers = NO_TRAILERS;
    this.isFramed = false;
  }

  /** Sends what was kept of it, and ends the stream if that is all. */
  begin(stream: ClientHttp2Stream, body: RetainedBody): void {
    this.isFramed = body.isFramed && body.framing === CHUNKED;
    if (this.isFramed) {
      this.decoder ??= new BodyReader(this.limits);
      this.decoder.start(CHUNKED, 0, false);
      this.decode(stream, body.bytes, 0, body.length);
    } else if (body.length > 0) stream.write(copyOf(body.bytes, 0, body.length));
    if (!body.isComplete) return;
    if (!this.isFramed && body.trailers !== null) this.keepTrailers(body.trailers);
    stream.end();
  }

  /** Sends the ranges of it that have come. */
  send(stream: ClientHttp2Stream, source: BodySource, buffer: Buffer, isLast: boolean): void {
    const { body } = source;
    const { segments, segmentCount } = body;
    for (let index = 0; index < segmentCount; index++) {
      const start = segments[index * 2]!;
      const end = segments[index * 2 + 1]!;
      if (this.isFramed) this.decode(stream, buffer, start, end);
      else if (source.isVolatile) stream.write(copyOf(buffer, start, end));
      else if (isLast && !body.hasTrailers && index === segmentCount - 1) {
        stream.end(buffer.subarray(start, end));
        return;
      } else stream.write(buffer.subarray(start, end));
    }
    if (!isLast) return;
    // Those of a framed body have no part in its ranges.
    if (body.hasTrailers) this.trailers = trailerHeaders(body.trailers);
    stream.end();
  }

  /** Sends the content of chunks. They have been parsed before, so they are valid. */
  private decode(stream: ClientHttp2Stream, buffer: Buffer, start: number, end: number): void {
    const decoder = this.decoder!;
    for (let at = start; at < end && !decoder.isDone; at = decoder.position) {
      decoder.read(buffer, at, end);
      for (let index = 0; index < decoder.segmentCount; index++) {
        stream.write(copyOf(buffer, decoder.segments[index * 2]!, decoder.segments[index * 2 + 1]!));
      }
    }
    if (decoder.hasTrailers) this.trailers = trailerHeaders(decoder.trailers);
  }

  private keepTrailers(section: Buffer): void {
    const reader = new BodyReader(this.limits);
    reader.end(section);
    this.trailers = trailerHeaders(reader.trailers);
  }
}
