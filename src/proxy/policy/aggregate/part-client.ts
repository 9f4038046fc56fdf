import type { PeerCertificate } from 'node:tls';
import type { ClientValidation } from '../../../ir/table.ts';
import type { Carrier } from '../../backend/carrier.ts';
import type { CompiledMatch, CompiledPort, MatchTaker } from '../../compile/compiled.ts';
import type { Client, ResponseSide, UpgradableClient } from '../../exchange/client.ts';
import { Exchange } from '../../exchange/exchange.ts';
import type { DirectResponse } from '../../filter/plan.ts';
import { BodyReader } from '../../http1/body.ts';
import { DONE } from '../../http1/fault.ts';
import { NO_BODY } from '../../http1/framing.ts';
import { RequestHead } from '../../http1/request-head.ts';
import { normalisePath } from '../../route/normalise.ts';
import type { Runtime, Site } from '../../runtime.ts';
import type { DigestedCredential } from '../access/digest.ts';
import type { PartAnswer } from './answer.ts';

/**
 * A client of our own, that asks a rule for something as if another client had: with the filters and policies of the rule,
 * its retries and timeouts, and a line in the access log.
 */
export class PartClient implements Client {
  readonly runtime: Runtime;
  readonly site: Site;
  readonly sni: string | null;
  readonly peer: string;
  readonly protocol: string;
  readonly head: RequestHead;
  readonly body: BodyReader;
  readonly isFramed: boolean;
  lastCredential: DigestedCredential | null;
  readonly isReceiving: boolean;
  readonly hasInput: boolean;
  readonly isVolatile: boolean;
  readonly upgradable: UpgradableClient | null;
  private readonly outer: Client;
  private readonly exchange: Exchange;
  private readonly response: PartResponse;
  private readonly done: (answer: PartAnswer) => void;
  private isOver: boolean;

  /** @param outer the client whose request is answered with what comes of this one */
  constructor(outer: Client, match: CompiledMatch, maxBody: number, done: (answer: PartAnswer) => void) {
    const { runtime, site } = outer;
    const limits = runtime.options.limits.message;
    this.runtime = runtime;
    this.site = { ...site, compiled: leadingTo(match, site.compiled) };
    this.sni = outer.sni;
    this.peer = outer.peer;
    this.protocol = outer.protocol;
    this.head = new RequestHead(limits, normalisePath);
    this.body = new BodyReader(limits);
    this.isFramed = false;
    this.lastCredential = outer.lastCredential;
    this.isReceiving = false;
    this.hasInput = false;
    this.isVolatile = false;
    this.upgradable = null;
    this.outer = outer;
    this.response = new PartResponse(maxBody, () => this.destroy());
    this.exchange = new Exchange(this, () => this.response);
    this.done = done;
    this.isOver = false;
  }

  /** `text` is a whole request head. */
  begin(text: string): void {
    const { body, exchange, head } = this;
    const bytes = Buffer.from(text, 'latin1');
    if (head.parse(bytes, 0, bytes.length) !== DONE || head.framing !== NO_BODY) {
      this.end({ failure: 'bad-request' });
      return;
    }
    body.start(NO_BODY, 0, false);
    exchange.startedAt = performance.now();
    exchange.begin();
  }

  /** Ends it without a word. */
  cancel(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.exchange.clientLost();
  }

  clientCertificate(validation: ClientValidation | null): PeerCertificate | null {
    return this.outer.clientCertificate(validation);
  }

  pause(): void {}

  resume(): void {}

  lend(): void {}

  finished(): void {
    const { headers, isTooLarge, status } = this.response;
    this.end(isTooLarge ? { failure: 'too-large' } : { status, headers, body: this.response.take() });
  }

  destroy(): void {
    this.end({ failure: this.response.isTooLarge ? 'too-large' : 'broken-off' });
    this.exchange.clientLost();
  }

  reset(): void {
    this.destroy();
  }

  private end(answer: PartAnswer): void {
    if (this.isOver) return;
    this.isOver = true;
    this.done(answer);
  }
}

/** The port where every request gets one match. Its listener's filters have been done to the request that is asked for in parts. */
function leadingTo(match: CompiledMatch, port: CompiledPort): CompiledPort {
  const lead = (_view: unknown, _sni: unknown, taker: MatchTaker): null => {
    taker.take(match, match.plan, match.rule, match.isGuarded);
    return null;
  };
  return { ...port, hasFilters: false, route: () => match, lead };
}

/** Keeps a response in place of a client. */
class PartResponse implements ResponseSide {
  status: number;
  bytes: number;
  readonly startedAt: number;
  readonly closes: boolean;
  isTooLarge: boolean;
  headers: readonly (readonly [name: string, value: string])[];
  private readonly maxBody: number;
  private readonly tooLarge: () => void;
  private readonly parts: Buffer[];

  constructor(maxBody: number, tooLarge: () => void) {
    this.status = 0;
    this.bytes = 0;
    this.startedAt = 0;
    this.closes = false;
    this.isTooLarge = false;
    this.headers = [];
    this.maxBody = maxBody;
    this.tooLarge = tooLarge;
    this.parts = [];
  }

  take(): Buffer {
    return Buffer.concat(this.parts);
  }

  /** It is used once, and read after the exchange has forgotten it. */
  reset(): void {}

  interim(): boolean {
    return true;
  }

  continue(): void {}

  begin(carrier: Carrier, buffer: Buffer): void {
    const { fields, status } = carrier.head;
    this.status = status;
    this.headers = Array.from({ length: fields.count }, (_, index) => [fields.name(index), fields.value(index)]);
    this.body(carrier, buffer);
  }

  body({ body }: Carrier, buffer: Buffer): void {
    for (let index = 0; index < body.segmentCount; index++) {
      this.append(Buffer.from(buffer.subarray(body.segments[index * 2]!, body.segments[index * 2 + 1]!)));
    }
    // Not from inside of the carrier's reading.
    if (this.isTooLarge) queueMicrotask(this.tooLarge);
  }

  end(): void {}

  breakOff(): boolean {
    return false;
  }

  answer(response: DirectResponse): void {
    this.status = response.status;
    this.headers = response.headers;
    this.append(Buffer.from(response.body));
  }

  private append(part: Buffer): void {
    this.bytes += part.length;
    if (this.bytes > this.maxBody) this.isTooLarge = true;
    else this.parts.push(part);
  }
}
