import type { Carrier } from '../backend/carrier.ts';
import { CHUNKED } from '../http1/framing.ts';
import type { MessageLimits } from '../http1/limits.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import { withoutChunks } from './body.ts';

/** A backend's response as it came. */
export type CapturedResponse = {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
};

/** Null: it was longer than the limit, or never became whole. */
export type Captured = (response: CapturedResponse | null) => void;

/** Chunks have sizes of their own beside what they hold. */
const FRAMING_SHARE = 1.25;

/** A copy of a response, made while it goes to the client. */
export class Capture {
  private readonly limit: number;
  private readonly done: Captured;
  private readonly status: number;
  private readonly headers: [string, string][];
  private readonly hasChunks: boolean;
  private parts: Buffer[];
  private length: number;
  private isOver: boolean;

  /** @param limit of the body, in bytes. `decoded`: chunks have lost their framing already. */
  constructor(limit: number, head: ResponseHead, decoded: boolean, done: Captured) {
    this.hasChunks = !decoded && head.framing === CHUNKED;
    this.limit = this.hasChunks ? limit * FRAMING_SHARE : limit;
    this.done = done;
    this.status = head.status;
    this.headers = [];
    for (let index = 0; index < head.fields.count; index++) {
      this.headers.push([head.fields.name(index), head.fields.value(index)]);
    }
    this.parts = [];
    this.length = 0;
    this.isOver = false;
  }

  /** Takes over the ranges that the carrier has now. */
  take({ body }: Carrier, buffer: Buffer): void {
    if (this.isOver) return;
    for (let index = 0; index < body.segmentCount; index++) {
      const part = buffer.subarray(body.segments[index * 2]!, body.segments[index * 2 + 1]!);
      this.length += part.length;
      if (this.length > this.limit) {
        this.abort();
        return;
      }
      this.parts.push(Buffer.from(part));
    }
  }

  end(limits: MessageLimits): void {
    if (this.isOver) return;
    this.isOver = true;
    const bytes = Buffer.concat(this.parts);
    this.parts = [];
    const body = this.hasChunks ? withoutChunks(bytes, limits) : bytes;
    this.done({ status: this.status, headers: this.headers, body });
  }

  abort(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.parts = [];
    this.done(null);
  }
}
