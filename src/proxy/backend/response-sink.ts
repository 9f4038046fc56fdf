import type { ProxyError } from '../exchange/error.ts';
import type { BackendConnection } from './connection.ts';

/** Whoever sent a request on a backend connection, and is told what comes of it. */
export interface ResponseSink {
  /** The method of the request, which decides whether the response has a body. */
  readonly method: string;
  /** Whether a chunked body is wanted without its framing. */
  readonly decodesChunks: boolean;
  /** The connection is being opened for the sink, which may destroy it. */
  connecting(connection: BackendConnection): void;
  /** The connection is open and is the sink's. */
  connected(connection: BackendConnection): void;
  /** `connection.head` is a response with status 1xx other than 101. */
  interim(connection: BackendConnection): void;
  /** `connection.head` is the final one; `connection.body` has the ranges of `buffer` that came with it. */
  answered(connection: BackendConnection, buffer: Buffer): void;
  /** `connection.body` has more ranges of `buffer`. */
  responseBody(connection: BackendConnection, buffer: Buffer): void;
  /** The response is complete. The connection is the sink's until it releases or destroys it. */
  responseEnd(connection: BackendConnection): void;
  /** What was written has left, after `connection.isCongested`. */
  backendDrained(): void;
  /** There will be no (more of the) response; the connection is gone. */
  backendFailed(error: ProxyError): void;
  /** An exception where none should be. The connection is gone. */
  crashed(): void;
}

/** Where the bytes of an upgraded connection go. */
export interface BackendTunnel {
  fromBackend(buffer: Buffer, start: number, end: number): void;
  /** The backend has ended its half. */
  backendEnded(): void;
}
