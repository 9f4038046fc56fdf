import { BodyReader } from '../http1/body.ts';
import { DONE, REFUSED } from '../http1/fault.ts';
import { CHUNKED } from '../http1/framing.ts';
import { RequestHead } from '../http1/request-head.ts';
import type { NormalisePath } from '../http1/request-target.ts';
import type { ProxyLimits } from '../options.ts';
import { Input } from './input.ts';

/** A body longer than this is read into memory of the connection's own. */
const MUCH = 16_384;

/**
 * Takes the requests of one HTTP/1.1 connection out of what its client has sent, one after the other (RFC 9112 section
 * 9.3): the head, then the body or what nobody wants of it. Who is given them, and when the next one is read, is its
 * owner's to say.
 */
export class RequestReader {
  readonly input: Input;
  readonly head: RequestHead;
  readonly body: BodyReader;
  private readonly limits: ProxyLimits;
  private discarded: number;

  constructor(limits: ProxyLimits, normalise: NormalisePath) {
    this.input = new Input();
    this.head = new RequestHead(limits.message, normalise);
    this.body = new BodyReader(limits.message);
    this.limits = limits;
    this.discarded = 0;
  }

  /**
   * Reads on in the head. After DONE it is in memory that is its own until the next request, and the body begins. After
   * REFUSED (`head.fault`) the input is still there: it may be something else than a request.
   */
  readHead(): number {
    const { head, input } = this;
    const result = head.parse(input.buffer, input.start, input.end);
    if (result !== DONE) return result;
    // The exchange needs the head until its end, and the input does not live that long.
    head.rebase(input.detach(head.length), 0);
    this.body.start(head.framing, head.bodyLength, true);
    this.discarded = 0;
    return DONE;
  }

  /** Whether the body is long, or may be. */
  get isMuch(): boolean {
    const { head } = this;
    return head.bodyLength > MUCH || head.framing === CHUNKED;
  }

  /** Reads on in the body, whose ranges are in `body` then. After REFUSED (`body.fault`) nothing else can be read. */
  readBody(): number {
    const { body, input } = this;
    const result = body.read(input.buffer, input.start, input.end);
    input.start = body.position;
    if (result === REFUSED) input.drop();
    return result;
  }

  /** Throws away what comes of the body. REFUSED when it is not valid, or more than is worth it. */
  discardBody(): number {
    const { body, input } = this;
    const result = body.read(input.buffer, input.start, input.end);
    this.discarded += body.position - input.start;
    input.start = body.position;
    return this.discarded > this.limits.discardBody ? REFUSED : result;
  }
}
