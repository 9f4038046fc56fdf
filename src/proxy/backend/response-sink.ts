import type { ProxyError } from '../exchange/error.ts';
import type { Carrier } from './carrier.ts';

/** Whoever sent a request to an endpoint, and is told what comes of it. */
export interface ResponseSink {
  /** The method of the request, which decides whether the response has a body. */
  readonly method: string;
  /** Whether a chunked body is wanted without its framing. */
  readonly decodesChunks: boolean;
  /** Whether the request goes in HTTP/2. */
  readonly speaksHttp2: boolean;
  /** It is being opened for the sink, which may destroy it. */
  connecting(carrier: Carrier): void;
  /** It is open and is the sink's. */
  connected(carrier: Carrier): void;
  /** `carrier.head` is a response with status 1xx other than 101. */
  interim(carrier: Carrier): void;
  /** `carrier.head` is the final one; `carrier.body` has the ranges of `buffer` that came with it. */
  answered(carrier: Carrier, buffer: Buffer): void;
  /** `carrier.body` has more ranges of `buffer`. */
  responseBody(carrier: Carrier, buffer: Buffer): void;
  /** The response is complete. The carrier is the sink's until it releases or destroys it. */
  responseEnd(carrier: Carrier): void;
  /** What was written has left, after `carrier.isCongested`. */
  backendDrained(): void;
  /** There will be no (more of the) response; the carrier is gone. */
  backendFailed(error: ProxyError): void;
  /** An exception where none should be. The carrier is gone. */
  crashed(): void;
}

/** Where the bytes of an upgraded connection go. */
export interface BackendTunnel {
  fromBackend(buffer: Buffer, start: number, end: number): void;
  /** The backend has ended its half. */
  backendEnded(): void;
}
