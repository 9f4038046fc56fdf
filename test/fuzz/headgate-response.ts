/** Our response parser as one party of the differential fuzz: what a backend connection does, without sockets. */
import { DONE, MORE, REFUSED } from '../../src/proxy/http1/fault.ts';
import { DEFAULT_MESSAGE_LIMITS } from '../../src/proxy/http1/limits.ts';
import { ResponseHead } from '../../src/proxy/http1/response-head.ts';
import { BodyReading } from './headgate-body.ts';
import { placed } from './headgate-request.ts';
import type { Ending, Field, ResponseMessage, ResponseTranscript } from './transcript.ts';

class ResponseReading {
  readonly messages: ResponseMessage[] = [];
  ending: Ending | null = null;
  private readonly head = new ResponseHead(DEFAULT_MESSAGE_LIMITS);
  private readonly method: string;
  private message: Omit<ResponseMessage, 'body' | 'trailers'> | null = null;
  private body: BodyReading | null = null;
  private rest: Buffer = Buffer.alloc(0);
  private reads = 0;
  /** Offset in the stream of `rest`, and of the message that is being read. */
  private consumed = 0;
  private from = 0;
  /** What to add to a position in the buffer to get an offset in the stream. */
  private origin = 0;

  constructor(method: string) {
    this.method = method;
    this.head.reset();
  }

  push(part: Buffer): void {
    if (this.ending?.kind === 'tunnel') {
      this.ending = { kind: 'tunnel', rest: this.ending.rest + part.toString('latin1') };
      return;
    }
    const offset = (this.reads++ * 13) % 32;
    const buffer = placed(this.rest, part, offset);
    const end = buffer.length - offset;
    let at = offset;
    this.origin = this.consumed - offset;
    while (this.ending === null) {
      const next = this.body === null ? this.readHead(buffer, at, end) : this.readBody(buffer, at, end);
      if (next === -1) break;
      at = next;
    }
    if (this.body !== null) at = end;
    this.consumed = this.origin + at;
    this.rest = Buffer.from(buffer.subarray(at, end));
  }

  finish(): ResponseTranscript {
    if (this.ending === null && this.body?.mayEnd) this.complete();
    return { messages: this.messages, ending: this.ending ?? { kind: 'incomplete' } };
  }

  private readHead(buffer: Buffer, at: number, end: number): number {
    const { head } = this;
    const result = head.parse(buffer, at, end, this.method);
    if (result === MORE) return -1;
    if (result === REFUSED) {
      const from = this.origin + at;
      this.ending = { kind: 'refused', code: head.fault!.reason, status: 502, from, at: from + head.faultAt };
      return -1;
    }
    const headers = Array.from(
      { length: head.fields.count },
      (_, index): Field => [head.fields.name(index), head.fields.value(index)],
    );
    this.message = { status: head.status, version: `1.${head.minor}`, headers };
    this.from = this.origin + at;
    const next = at + head.length;
    if (head.upgrade) {
      this.messages.push({ ...this.message, body: '', trailers: [] });
      this.ending = { kind: 'tunnel', rest: buffer.toString('latin1', next, end) };
      return -1;
    }
    if (head.status < 200 && head.status !== 101) {
      this.messages.push({ ...this.message, body: '', trailers: [] });
      head.reset();
      return next;
    }
    this.body = new BodyReading(head.framing, head.bodyLength);
    return next;
  }

  private readBody(buffer: Buffer, at: number, end: number): number {
    const body = this.body!;
    const result = body.read(buffer, at, end);
    if (result === REFUSED) {
      const { reason, position } = body;
      this.ending = { kind: 'refused', code: reason, status: 502, from: this.from, at: this.origin + position };
    }
    if (result === DONE) this.complete();
    return -1;
  }

  private complete(): void {
    const { body, trailers } = this.body!;
    this.messages.push({ ...this.message!, body, trailers });
    this.ending = { kind: 'end' };
  }
}

export function headgateResponse(parts: readonly Buffer[], method = 'GET'): ResponseTranscript {
  const reading = new ResponseReading(method);
  for (const part of parts) if (reading.ending === null || reading.ending.kind === 'tunnel') reading.push(part);
  return reading.finish();
}
