import type { Carrier } from '../backend/carrier.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { Subrequest, type SubrequestDone, type SubrequestOptions } from '../exchange/subrequest.ts';
import { CHUNKED } from '../http1/framing.ts';
import { withoutChunks } from './body.ts';
import { Capture, type Captured } from './capture.ts';
import { KeptBody } from './kept-body.ts';
import { RequestFacts } from './request-facts.ts';

/** What is held for the stages of one request: bodies, and requests of theirs that are under way. */
export class Holdings extends RequestFacts {
  /** Whether somebody may have kept this for later. */
  protected isKept: boolean;
  private carrier: Carrier | null;
  private captures: Capture[] | null;
  private subrequests: Subrequest[] | null;
  private content: Buffer | null;
  private kept: KeptBody | null;

  constructor(exchange: Exchange) {
    super(exchange);
    this.isKept = false;
    this.carrier = null;
    this.captures = null;
    this.subrequests = null;
    this.content = null;
    this.kept = null;
  }

  /** The request's whole body, for a stage with a `bodyLimit`. */
  body(): Buffer {
    if (this.content === null) {
      const { request, runtime } = this.exchange;
      const { retained } = request;
      const bytes = Buffer.from(retained.bytes.subarray(0, retained.length));
      const hasChunks = retained.isFramed && retained.framing === CHUNKED;
      this.content = hasChunks ? withoutChunks(bytes, runtime.options.limits.message) : bytes;
    }
    return this.content;
  }

  /** Keeps a copy of the first bytes of the request's body as it passes. To be called by `enter`. */
  keepBody(limit: number): void {
    this.isKept = true;
    this.kept ??= new KeptBody(limit, this.exchange.client);
  }

  /** What was kept so far, without framing; and how many bytes have come. */
  get keptBody(): { readonly bytes: Buffer; readonly received: number } {
    const bytes = this.kept?.content(this.runtime.options.limits.message) ?? Buffer.alloc(0);
    return { bytes, received: this.exchange.client.body.received };
  }

  /**
   * Keeps a copy of the backend's response while it goes to the client, and gives it to `done` when it is complete. To be
   * called by `responded`.
   * @param limit bytes of the body; a longer one is not kept
   */
  capture(limit: number, done: Captured): void {
    const { carrier, exchange } = this;
    if (carrier === null) return;
    this.isKept = true;
    this.captures ??= [];
    this.captures.push(new Capture(limit, carrier.head, exchange.decodesChunks, done));
  }

  /** Asks a backend of the table for something. It is given up when the client goes. */
  subrequest(options: SubrequestOptions, done: SubrequestDone): void {
    const backend = this.site.backends.get(options.backend);
    if (backend === undefined) {
      done({ failure: 'no-backend' });
      return;
    }
    this.isKept = true;
    this.subrequests ??= [];
    const subrequest = new Subrequest(this.runtime, options, done);
    this.subrequests.push(subrequest);
    subrequest.start(backend);
  }

  // For the exchange

  /** More of the request's body has come. */
  receiving(buffer: Buffer): void {
    this.kept?.take(this.exchange.client.body, buffer);
  }

  /** A response of the backend has come. */
  protected answeredBy(carrier: Carrier): void {
    this.carrier = carrier;
  }

  /** More of the response's body has. */
  received(carrier: Carrier, buffer: Buffer): void {
    if (this.captures !== null) for (const capture of this.captures) capture.take(carrier, buffer);
  }

  /** It is complete. */
  completed(): void {
    const limits = this.runtime.options.limits.message;
    if (this.captures !== null) for (const capture of this.captures) capture.end(limits);
  }

  /** The exchange is over: what is under way is given up. */
  protected release(): void {
    this.carrier = null;
    this.content = null;
    if (this.subrequests !== null) for (const subrequest of this.subrequests) subrequest.cancel();
    if (this.captures !== null) for (const capture of this.captures) capture.abort();
  }
}
