import type { BodySource } from '../exchange/client.ts';
import type { RetainedBody } from '../exchange/retained-body.ts';
import type { BodyReader } from '../http1/body.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import type { MessageWriter } from '../http1/writer.ts';
import type { BackendConnection } from './connection.ts';
import type { EndpointPool } from './endpoint-pool.ts';

/** Where a response comes from, as whoever passes it on sees it. */
export interface ResponseSource {
  readonly head: ResponseHead;
  /** The response's body. */
  readonly body: BodyReader;
  /** Whether `buffer` is memory that is used again: what is not copied is lost. */
  isVolatile(buffer: Buffer): boolean;
  /** Somebody still holds on to what was read last. */
  lend(): void;
  pause(): void;
}

/**
 * What carries one request to an endpoint and its response back: a connection of HTTP/1.1, or a stream of HTTP/2. Heads
 * are HTTP/1.1's on both of them, so that what is forwarded is decided in one place.
 */
export interface Carrier extends ResponseSource {
  readonly pool: EndpointPool;
  /** How many requests its connection has carried, this one included. */
  readonly requests: number;
  /** Whether anything of the current response has come. */
  answered: boolean;
  /** Whether more is waiting to be sent than the limits want to have in memory. */
  readonly isCongested: boolean;
  /** Whether bytes that were given to `sendBody` have not left yet. */
  readonly holdsInput: boolean;
  /** For a change of protocol (RFC 9110 section 7.8); null where there can be none. */
  readonly upgradable: BackendConnection | null;
  /** Sends the head that `writer` holds, and what is there of the body. */
  sendHead(writer: MessageWriter, body: RetainedBody): void;
  /** Sends the ranges of a body that have come; `isLast` with the end of the body. */
  sendBody(writer: MessageWriter, source: BodySource, buffer: Buffer, isLast: boolean): void;
  /** Starts the clock of a silent backend; the sink calls it when the request has been sent. */
  awaitResponse(): void;
  resume(): void;
  /** The exchange is over. What can serve another one is kept. */
  release(requestComplete: boolean): void;
  /** Ends it at once; its sink is not told. */
  destroy(): void;
}
