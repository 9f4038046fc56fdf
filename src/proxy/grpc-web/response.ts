import type { Carrier } from '../backend/carrier.ts';
import type { ResponseSide } from '../exchange/client.ts';
import type { ProxyError } from '../exchange/error.ts';
import { grpcStatus } from '../exchange/grpc.ts';
import type { ResponseTranslation } from '../exchange/response-translation.ts';
import { BodyReader } from '../http1/body.ts';
import { UNTIL_CLOSE } from '../http1/framing.ts';
import type { MessageLimits } from '../http1/limits.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import { base64Segment } from './base64.ts';
import { MessageBoundary } from './message-boundary.ts';
import { trailerFields, trailerFrame } from './trailer-frame.ts';

/** Of a backend that ends its answer and says no status (gRPC, UNKNOWN). */
const NO_STATUS: readonly (readonly [string, string])[] = [
  ['grpc-status', '2'],
  ['grpc-message', 'the backend sent no status'],
];

/** A backend's gRPC answer as one of gRPC-Web: its messages as they come, and then its trailers as a frame. */
export class WebResponse implements ResponseTranslation {
  readonly head: ResponseHead;
  readonly body: BodyReader;
  private readonly response: ResponseSide;
  private readonly isText: boolean;
  private readonly boundary: MessageBoundary;
  /** Null when no more will come from there. */
  private carrier: Carrier | null;

  constructor(carrier: Carrier, response: ResponseSide, isText: boolean, limits: MessageLimits) {
    this.head = carrier.head;
    this.body = new BodyReader(limits);
    this.response = response;
    this.isText = isText;
    this.boundary = new MessageBoundary();
    this.carrier = carrier;
    this.head.recode(-1);
    this.body.start(UNTIL_CLOSE, 0, false);
  }

  write(buffer: Buffer): void {
    const { segments, segmentCount } = this.carrier!.body;
    for (let index = 0; index < segmentCount; index++) {
      const start = segments[index * 2]!;
      const end = segments[index * 2 + 1]!;
      this.boundary.pass(buffer, start, end);
      this.send(buffer.subarray(start, end));
    }
  }

  complete(): boolean {
    const { trailers, hasTrailers } = this.carrier!.body;
    const fields = hasTrailers ? trailerFields(trailers) : [];
    this.carrier = null;
    this.finish(fields.some(([name]) => name === 'grpc-status') ? fields : [...fields, ...NO_STATUS]);
    return false;
  }

  /** Inside of a message nothing can be said any more. */
  breakOff(error: ProxyError): boolean {
    this.carrier = null;
    if (!this.boundary.isReached) return false;
    this.finish(grpcStatus(error));
    return true;
  }

  destroy(): void {
    this.carrier = null;
  }

  private finish(fields: readonly (readonly [name: string, value: string])[]): void {
    this.send(trailerFrame(fields));
    this.body.end(null);
  }

  private send(bytes: Buffer): void {
    const sent = this.isText ? base64Segment(bytes) : bytes;
    this.body.read(sent, 0, sent.length);
    this.response.body(this, sent);
  }

  // As the writer of the response sees it. The carrier is of HTTP/2, where every frame comes in memory of its own.

  isVolatile(): boolean {
    return false;
  }

  lend(): void {}

  pause(): void {
    this.carrier?.pause();
  }

  resume(): void {
    this.carrier?.resume();
  }
}
