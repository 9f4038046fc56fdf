/** Our request parser as one party of the differential fuzz: what a connection does, without sockets. */
import { DONE, MORE, REFUSED } from '../../src/proxy/http1/fault.ts';
import { DEFAULT_MESSAGE_LIMITS } from '../../src/proxy/http1/limits.ts';
import { RequestHead } from '../../src/proxy/http1/request-head.ts';
import { normalisePath } from '../../src/proxy/route/normalise.ts';
import { BodyReading } from './headgate-body.ts';
import type { Ending, Field, RequestMessage, RequestTranscript } from './transcript.ts';

/** Each read lands elsewhere in a fresh buffer, so that a position that was not moved along shows. */
export function placed(rest: Buffer, part: Buffer, offset: number): Buffer {
  const buffer = Buffer.alloc(offset + rest.length + part.length + offset, 0x5a);
  rest.copy(buffer, offset);
  part.copy(buffer, offset + rest.length);
  return buffer;
}

class RequestReading {
  readonly messages: RequestMessage[] = [];
  ending: Ending | null = null;
  private readonly head = new RequestHead(DEFAULT_MESSAGE_LIMITS, normalisePath);
  private message: Omit<RequestMessage, 'body' | 'trailers'> | null = null;
  private keepAlive = true;
  private isOver = false;
  private body: BodyReading | null = null;
  private rest: Buffer = Buffer.alloc(0);
  private reads = 0;
  /** Offset in the stream of `rest`, and of the message that is being read. */
  private consumed = 0;
  private from = 0;
  /** What to add to a position in the buffer to get an offset in the stream. */
  private origin = 0;

  constructor() {
    this.head.reset();
  }

  push(part: Buffer): void {
    const offset = (this.reads++ * 13) % 32;
    const buffer = placed(this.rest, part, offset);
    const end = buffer.length - offset;
    let at = offset;
    this.origin = this.consumed - offset;
    while (this.ending === null) {
      const next = this.isOver
        ? this.ignore(at, end)
        : this.body === null
          ? this.readHead(buffer, at, end)
          : this.readBody(buffer, at, end);
      if (next === -1) break;
      at = next;
    }
    if (this.body !== null) at = end;
    this.consumed = this.origin + at;
    this.rest = Buffer.from(buffer.subarray(at, end));
  }

  finish(): RequestTranscript {
    const isWhole = this.body === null && this.head.isEmpty;
    return { messages: this.messages, ending: this.ending ?? { kind: isWhole ? 'end' : 'incomplete' } };
  }

  /** Nothing is read after the last request of a connection (RFC 9112 section 9.6). */
  private ignore(at: number, end: number): number {
    const offset = this.origin + at;
    if (at < end) this.ending = { kind: 'refused', code: 'closed', status: 0, from: this.from, at: offset };
    return -1;
  }

  /** Where the body begins; -1 when more bytes are needed or nothing follows. */
  private readHead(buffer: Buffer, at: number, end: number): number {
    const result = this.head.parse(buffer, at, end);
    if (result === MORE) return -1;
    if (result === REFUSED) {
      const { reason, status } = this.head.fault!;
      const start = this.origin + at;
      this.ending = { kind: 'refused', code: reason, status, from: start, at: start + this.head.faultAt };
      return -1;
    }
    const { head } = this;
    const headers = Array.from(
      { length: head.fields.count },
      (_, index): Field => [head.fields.name(index), head.fields.value(index)],
    );
    const target = head.line.split(' ')[1]!;
    this.message = { method: head.method, target, version: `1.${head.minor}`, headers };
    this.keepAlive = head.keepAlive;
    this.from = this.origin + at;
    this.body = new BodyReading(head.framing, head.bodyLength);
    return at + head.length;
  }

  private readBody(buffer: Buffer, at: number, end: number): number {
    const body = this.body!;
    const result = body.read(buffer, at, end);
    if (result === REFUSED) {
      const { reason, status, position } = body;
      this.ending = { kind: 'refused', code: reason, status, from: this.from, at: this.origin + position };
    }
    if (result !== DONE) return -1;
    this.messages.push({ ...this.message!, body: body.body, trailers: body.trailers });
    this.body = null;
    this.head.reset();
    this.isOver = !this.keepAlive;
    return body.position;
  }
}

export function headgateRequests(parts: readonly Buffer[]): RequestTranscript {
  const reading = new RequestReading();
  for (const part of parts) if (reading.ending === null) reading.push(part);
  return reading.finish();
}
