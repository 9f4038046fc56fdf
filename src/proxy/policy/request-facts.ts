import type { PeerCertificate } from 'node:tls';
import type { Backend } from '../backend/backend.ts';
import type { EndpointPool } from '../backend/endpoint-pool.ts';
import type { CompiledBackendRef, CompiledMatch } from '../compile/compiled.ts';
import type { Client } from '../exchange/client.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { ForwardedHead } from '../exchange/forwarded-head.ts';
import { type Outgoing, outgoingOf } from '../exchange/outgoing.ts';
import { EMPTY_PLAN } from '../filter/header-modifier.ts';
import type { HeaderPlan } from '../filter/plan.ts';
import { X_FORWARDED_FOR } from '../http1/known-field.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { Runtime, Site } from '../runtime.ts';

/** What stages may know of a request: who sent it, what it asks for, and where it goes or went. */
export class RequestFacts {
  protected readonly exchange: Exchange;
  private address: string | null;

  constructor(exchange: Exchange) {
    this.exchange = exchange;
    this.address = null;
  }

  /** Another request comes. */
  protected forgetAddress(): void {
    this.address = null;
  }

  get head(): RequestHead {
    return this.exchange.client.head;
  }

  get match(): CompiledMatch {
    return this.exchange.route.match!;
  }

  /** Whether that backend is spoken to in HTTP/2. */
  get speaksHttp2(): boolean {
    return this.exchange.route.speaksHttp2;
  }

  get runtime(): Runtime {
    return this.exchange.runtime;
  }

  get site(): Site {
    return this.exchange.client.site;
  }

  /** The endpoint that the request went to last; null while it has gone nowhere. */
  get endpoint(): EndpointPool | null {
    return this.exchange.attempts.pool;
  }

  /** Whether it is a CORS preflight, which the rule answers. */
  get isPreflight(): boolean {
    return this.exchange.route.isPreflight;
  }

  /** Whether the peer's word about the client is taken. */
  get isTrusted(): boolean {
    return this.exchange.request.forwarding.isTrusted;
  }

  /** What rule and backend reference do to every request, and to every response. */
  get requestPlan(): HeaderPlan {
    return this.exchange.route.ref?.request ?? EMPTY_PLAN;
  }

  get responsePlan(): HeaderPlan {
    return this.exchange.route.ref?.response ?? EMPTY_PLAN;
  }

  /** Whether the request is that of a call already (`translate`). */
  get isTranslated(): boolean {
    return this.exchange.guard.web !== null;
  }

  /** Where the request goes unless a stage decides otherwise; null for nowhere. */
  get backend(): Backend | null {
    return this.exchange.route.backend;
  }

  get scheme(): 'http' | 'https' {
    return this.site.scheme;
  }

  get requestId(): string {
    return this.exchange.request.forwarding.requestId;
  }

  /** Whether the client sent no trace that could be used. */
  get isNewTrace(): boolean {
    return this.exchange.request.forwarding.isNewTrace;
  }

  /** As the access log names it, such as `HTTP/1.1`. */
  get protocol(): string {
    return this.exchange.client.protocol;
  }

  /** Key of the backend that was tried last, and `address:port` of its endpoint; `''` while none was. */
  get triedBackend(): string {
    return this.exchange.attempts.backend?.key ?? '';
  }

  get triedEndpoint(): string {
    return this.exchange.attempts.pool?.name ?? '';
  }

  /** Of the request's first byte, on the clock of `performance.now()`. */
  get startedAt(): number {
    return this.exchange.startedAt;
  }

  /** The address of the client: the peer's, or what trusted hops say it is. */
  get clientAddress(): string {
    if (this.address === null) {
      const { client, runtime } = this.exchange;
      const { head } = client;
      const said = head.fields.has(X_FORWARDED_FOR) ? head.header('x-forwarded-for') : null;
      this.address = runtime.trusted.clientOf(client.peer, said);
    }
    return this.address;
  }

  /** Where the request goes unless a stage answers it. */
  get ref(): CompiledBackendRef {
    return this.exchange.route.ref!;
  }

  get client(): Client {
    return this.exchange.client;
  }

  /** The request as it would go to its backend, with what stages have done to it so far. */
  forwarded(): ForwardedHead {
    return this.exchange.request.forwarded();
  }

  /** The valid certificate that the client showed in its TLS handshake; null for none. */
  clientCertificate(): PeerCertificate | null {
    return this.exchange.client.clientCertificate(this.exchange.route.listener!.listener.tls?.clientValidation ?? null);
  }

  /** What the backend would be sent, as the stages so far have made it. */
  outgoing(): Outgoing {
    return outgoingOf(this.exchange);
  }
}
