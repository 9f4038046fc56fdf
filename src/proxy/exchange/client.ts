import type { PeerCertificate } from 'node:tls';
import type { ClientValidation } from '../../ir/table.ts';
import type { ResponseSource } from '../backend/carrier.ts';
import type { DirectResponse, HeaderPlan } from '../filter/plan.ts';
import type { BodyReader } from '../http1/body.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { Bearer } from '../policy/access/digest.ts';
import type { Runtime, Site } from '../runtime.ts';
import type { ProxyError } from './error.ts';

/** Where the body of a request comes from: its client, or what makes another one of the client's. */
export interface BodySource {
  readonly head: RequestHead;
  readonly body: BodyReader;
  /** Whether ranges of the body come with the framing that the head tells; otherwise they are content only. */
  readonly isFramed: boolean;
  /** Whether the current input is memory that is used again: what is not copied is lost. */
  readonly isVolatile: boolean;
}

/**
 * Whoever sent a request and gets its response: a connection of HTTP/1.1, or a stream of HTTP/2. An exchange knows no
 * more about it than this.
 */
export interface Client extends BodySource, Bearer {
  readonly runtime: Runtime;
  readonly site: Site;
  /** Server name of the TLS handshake in lower case; null when there was none. */
  readonly sni: string | null;
  /** Address of the peer. */
  readonly peer: string;
  /** The certificate that it showed in its TLS handshake, valid by these authorities; null for none. */
  clientCertificate(validation: ClientValidation | null): PeerCertificate | null;
  /** As the access log names it. */
  readonly protocol: string;
  /** Whether more of the request is still to come. */
  readonly isReceiving: boolean;
  /** Whether bytes of the request's body are here already and will be read next. */
  readonly hasInput: boolean;
  /** For a change of protocol (RFC 9110 section 7.8); null where there can be none. */
  readonly upgradable: UpgradableClient | null;
  pause(): void;
  resume(): void;
  /** Somebody still holds on to what was read last. */
  lend(): void;
  /** The response is complete. Without `keepAlive` the connection ends with it. */
  finished(keepAlive: boolean): void;
  /** Ends it at once: the client sees that the response is not complete. */
  destroy(): void;
  /** The same, where the end of the connection would look like the end of the response. */
  reset(): void;
}

/** A client that can go on without messages. */
export interface UpgradableClient {
  readonly isCongested: boolean;
  /** Sends bytes that nobody will change afterwards. */
  sendBytes(bytes: Buffer): void;
  pause(): void;
  startTunnel(tunnel: ClientTunnel): void;
  /** Ends our half of the tunnel. */
  endTunnel(): void;
  /** Ends the connection when what was written has left. */
  linger(): void;
}

/** Where the bytes of an upgraded connection go. */
export interface ClientTunnel {
  /** `bytes` are in memory that nobody will change. */
  fromClient(bytes: Buffer): void;
  /** The client has ended its half. */
  clientEnded(): void;
}

/** An exchange's way back to its client, in the client's version of HTTP. */
export interface ResponseSide {
  /** Status of the head that was sent; 0 before. */
  readonly status: number;
  /** Bytes of the body so far, without framing. */
  readonly bytes: number;
  /** When it was sent, on the clock of `performance.now()`, if somebody wants to know; 0 before. */
  readonly startedAt: number;
  /** Whether the client's connection ends with this response. */
  readonly closes: boolean;
  reset(): void;
  /** Passes a 1xx on; false when there are too many of them. */
  interim(carrier: ResponseSource): boolean;
  /** Asks for the body that the client holds back. */
  continue(): void;
  /** Sends the head of a final response, and the ranges of its body that came with it. */
  begin(carrier: ResponseSource, buffer: Buffer): void;
  /** Sends the ranges of the body that have come. */
  body(carrier: ResponseSource, buffer: Buffer): void;
  /** Sends what ends the body. */
  end(carrier: ResponseSource): void;
  /** Says behind what was sent why there is no more of it; false where the client's protocol has no words for that. */
  breakOff(error: ProxyError): boolean;
  /** Sends a response of the proxy's own, whole. */
  answer(response: DirectResponse, plan: HeaderPlan | null, cors: HeaderPlan | null, closes: boolean): void;
}
