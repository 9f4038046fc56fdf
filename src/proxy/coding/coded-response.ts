import type { Carrier } from '../backend/carrier.ts';
import type { ResponseTranslation } from '../exchange/response-translation.ts';
import { BodyReader } from '../http1/body.ts';
import { LENGTH, UNTIL_CLOSE } from '../http1/framing.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import type { Runtime } from '../runtime.ts';
import type { ContentCoding } from './accept-encoding.ts';
import { type Coder, codedNow, coderOf, flushKind } from './coders.ts';

/** Up to here a body that is there is coded at once: that takes a millisecond or less. */
export const AT_ONCE = 32_768;
/** Bodies that are being coded at the same time in one process; more are sent as they are. */
const MOST_CODERS = 512;
let coders = 0;

export function hasRoomForCoder(): boolean {
  return coders < MOST_CODERS;
}

/** Who gets the coded body. */
export interface CodedSink {
  /** `response.body` has the next range, which is all of `buffer`. */
  coded(response: CodedResponse, buffer: Buffer): void;
  /** There is no more. */
  codedEnd(response: CodedResponse): void;
  /** There will be no more, although there should be. */
  codingFailed(response: CodedResponse): void;
}

/**
 * A carrier's response, coded on its way: whoever passes it on finds a head that says no length, or that of the coded body,
 * and coded bytes. What comes late is sent on at once, so that a stream of events stays one.
 */
export class CodedResponse implements ResponseTranslation {
  readonly head: ResponseHead;
  readonly body: BodyReader;
  private readonly carrier: Carrier;
  private readonly coding: ContentCoding;
  private readonly sink: CodedSink;
  private readonly runtime: Runtime;
  private coder: Coder | null;
  /** Whether what is written is made readable for the client when nothing follows at once. */
  private readonly flushes: boolean;
  private isFlushing: boolean;
  private isComplete: boolean;
  /** Whether the backend was asked to wait because too much is to be coded. */
  private isFull: boolean;
  private isPaused: boolean;

  constructor(carrier: Carrier, coding: ContentCoding, sink: CodedSink, runtime: Runtime) {
    this.head = carrier.head;
    this.body = new BodyReader(runtime.options.limits.message);
    this.carrier = carrier;
    this.coding = coding;
    this.sink = sink;
    this.runtime = runtime;
    this.coder = null;
    this.flushes = carrier.head.framing !== LENGTH;
    this.isFlushing = false;
    this.isComplete = false;
    this.isFull = false;
    this.isPaused = false;
  }

  /**
   * Codes a response whose body is here already, if it is short. The coded body is all of what is returned; null: begin
   * with `start`.
   */
  whole(buffer: Buffer): Buffer | null {
    const { body } = this.carrier;
    if (!body.isDone || body.received > AT_ONCE) return null;
    const bytes = codedNow(this.coding, joined(body, buffer));
    this.head.recode(bytes.length);
    this.body.start(LENGTH, bytes.length, false);
    this.body.read(bytes, 0, bytes.length);
    return bytes;
  }

  /** Begins with a body that comes bit by bit. */
  start(): void {
    this.head.recode(-1);
    this.body.start(UNTIL_CLOSE, 0, false);
    const coder = coderOf(this.coding);
    this.coder = coder;
    coders++;
    coder.on('data', this.onData);
    coder.on('end', this.onEnd);
    coder.on('drain', this.onDrain);
    coder.on('error', this.onError);
  }

  write(buffer: Buffer): void {
    const { coder } = this;
    if (coder === null || this.carrier.body.segmentCount === 0) return;
    if (coder.write(joined(this.carrier.body, buffer), this.onWritten)) return;
    this.isFull = true;
    this.carrier.pause();
  }

  complete(): boolean {
    if (this.body.isDone) return false;
    this.isComplete = true;
    this.coder?.end();
    return true;
  }

  breakOff(): boolean {
    return false;
  }

  destroy(): void {
    const { coder } = this;
    if (coder === null) return;
    this.coder = null;
    coders--;
    coder.removeAllListeners();
    coder.on('error', ignore);
    coder.destroy();
  }

  // As the writer of the response sees it.

  isVolatile(): boolean {
    return false;
  }

  /** Every range comes in memory of its own. */
  lend(): void {}

  pause(): void {
    if (this.isPaused || this.coder === null) return;
    this.isPaused = true;
    this.coder.pause();
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.coder?.resume();
  }

  private readonly onData = (chunk: Buffer): void => {
    this.guarded(() => {
      this.body.read(chunk, 0, chunk.length);
      this.sink.coded(this, chunk);
    });
  };

  private readonly onEnd = (): void => {
    this.destroy();
    this.guarded(() => {
      this.body.end(null);
      this.sink.codedEnd(this);
    });
  };

  private readonly onDrain = (): void => {
    if (!this.isFull) return;
    this.isFull = false;
    if (!this.isComplete) this.carrier.resume();
  };

  private readonly onWritten = (): void => {
    const { coder } = this;
    if (!this.flushes || this.isFlushing || this.isComplete || coder === null || coder.writableLength > 0) return;
    this.isFlushing = true;
    coder.flush(flushKind(this.coding), this.onFlushed);
  };

  private readonly onFlushed = (): void => {
    this.isFlushing = false;
  };

  private readonly onError = (error: Error): void => {
    this.runtime.bug(error);
    this.destroy();
    this.guarded(() => this.sink.codingFailed(this));
  };

  /** A bug costs this response only. */
  private guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.runtime.bug(error);
      this.destroy();
      this.sink.codingFailed(this);
    }
  }
}

function ignore(): void {}

/** The ranges of a body, in memory of their own. */
function joined(body: BodyReader, buffer: Buffer): Buffer {
  const { segments, segmentCount } = body;
  if (segmentCount === 1) return Buffer.from(buffer.subarray(segments[0], segments[1]));
  const parts: Buffer[] = [];
  for (let index = 0; index < segmentCount; index++) {
    parts.push(buffer.subarray(segments[index * 2]!, segments[index * 2 + 1]!));
  }
  return Buffer.concat(parts);
}
