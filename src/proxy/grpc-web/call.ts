import type { Carrier } from '../backend/carrier.ts';
import type { BodySource, ResponseSide } from '../exchange/client.ts';
import { ERRORS, type ProxyError } from '../exchange/error.ts';
import { grpcError } from '../exchange/grpc.ts';
import type { DirectResponse, HeaderPlan } from '../filter/plan.ts';
import { NO_BODY } from '../http1/framing.ts';
import type { MessageLimits } from '../http1/limits.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import { Edits } from '../policy/edits.ts';
import { nativeEncoding, type WebType } from './media-type.ts';
import { WebResponse } from './response.ts';
import { TextBody } from './text-body.ts';

/** One call of a client that speaks gRPC-Web: what becomes of its request, and of the answer. */
export class WebCall {
  /** Whether the answer is sent as text. */
  readonly isText: boolean;
  /** The messages of the request, where they come as text. */
  readonly text: TextBody | null;
  private readonly type: WebType;
  private readonly maxRequestBytes: number;
  private readonly limits: MessageLimits;

  constructor(client: BodySource, type: WebType, isText: boolean, maxRequestBytes: number, limits: MessageLimits) {
    this.isText = isText;
    this.text = type.isText && client.head.framing !== NO_BODY ? new TextBody(client, limits) : null;
    this.type = type;
    this.maxRequestBytes = maxRequestBytes;
    this.limits = limits;
  }

  /** What is another thing in the head of a call of gRPC. TE comes with its media type (h2/request-list.ts). */
  edit(request: Edits): void {
    request.setOwn('content-type', 'Content-Type', `application/grpc${this.type.encoding}`);
    request.remove('accept');
    request.remove('x-grpc-web');
  }

  /** What `edit` makes of a header section that was made without it. */
  after(plan: HeaderPlan): HeaderPlan {
    const edits = new Edits();
    this.edit(edits);
    return edits.after(plan);
  }

  /** Takes the ranges of the request's body that have come. Null, or why the request cannot go on. */
  receive(client: BodySource, buffer: Buffer, isLast: boolean): ProxyError | null {
    const { maxRequestBytes, text } = this;
    if (text === null) return client.body.received > maxRequestBytes ? ERRORS.bodyTooLarge : null;
    const error = text.take(client.body, buffer, isLast);
    return error === null && text.body.received > maxRequestBytes ? ERRORS.bodyTooLarge : error;
  }

  /** What is sent in place of a response that is gRPC's and has a body; another one is passed on, perhaps with edits. */
  translated(carrier: Carrier, response: ResponseSide, edits: Edits): WebResponse | null {
    const { body, head } = carrier;
    const encoding = head.status === 200 ? nativeEncoding(head.header('content-type')) : null;
    if (encoding === null) return null;
    edits.setOwn('content-type', 'Content-Type', this.answerType(encoding));
    if (!isTrailersOnly(head, body.isDone)) return new WebResponse(carrier, response, this.isText, this.limits);
    head.recode(0);
    return null;
  }

  /** The answer to a call that fails at the proxy: it has no messages, and its status among the fields of its head. */
  error(error: ProxyError): DirectResponse {
    return grpcError(error, this.answerType(this.type.encoding));
  }

  /** The same for what a stage answers: a status of HTTP means less to a client than one of gRPC. */
  answer(response: DirectResponse): DirectResponse {
    if (response.status < 400) return response;
    const { body, headers, ...rest } = this.error({ status: response.status, reason: '', retryable: false });
    const kept = response.headers.filter(([name]) => !/^content-/i.test(name));
    return { ...rest, headers: [...headers, ...kept], body };
  }

  /** Without a name of its own it is that of Protocol Buffers (gRPC-Web, "Content-Type"). */
  private answerType(encoding: string): string {
    return `application/grpc-web${this.isText ? '-text' : ''}${encoding || this.type.encoding || '+proto'}`;
  }
}

/** gRPC over HTTP/2, "Trailers-Only": gRPC-Web has it too. */
function isTrailersOnly(head: ResponseHead, isDone: boolean): boolean {
  return isDone && head.header('grpc-status') !== null;
}
