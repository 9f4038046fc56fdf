/** Reads a body with our BodyReader in both of its modes, and holds them against each other. */
import { BodyReader } from '../../src/proxy/http1/body.ts';
import { DONE, MORE, REFUSED } from '../../src/proxy/http1/fault.ts';
import { CHUNKED } from '../../src/proxy/http1/framing.ts';
import { DEFAULT_MESSAGE_LIMITS } from '../../src/proxy/http1/limits.ts';
import type { Field } from './transcript.ts';

/**
 * Content of a chunked body as the proxy passes it on: sizes without extension, data and ends of lines, and nothing else.
 * Plain on purpose, and fails on whatever a strict reader at the next hop would not understand in the same way.
 */
function decodeForwarded(framed: string, whole: boolean): string {
  let rest = framed;
  let content = '';
  for (;;) {
    const line = /^([0-9A-Fa-f]{1,13})\r\n/.exec(rest);
    if (line === null) {
      if (!whole && /^[0-9A-Fa-f]{0,13}\r?$/.test(rest)) return content;
      throw new Error(
        `forwarded chunks do not go on with a size: ${JSON.stringify(rest)} of ${JSON.stringify(framed)}`,
      );
    }
    const size = Number.parseInt(line[1]!, 16);
    rest = rest.slice(line[0].length);
    if (size === 0) {
      if (rest === '\r\n' || rest === '' || (!whole && rest === '\r')) return content;
      throw new Error(`forwarded chunks do not end: ${JSON.stringify(rest)} of ${JSON.stringify(framed)}`);
    }
    content += rest.slice(0, size);
    const end = rest.slice(size, size + 2);
    rest = rest.slice(size + 2);
    if (end !== '\r\n') {
      if (!whole && rest === '' && '\r\n'.startsWith(end)) return content;
      throw new Error(`a forwarded chunk does not end: ${JSON.stringify(framed)}`);
    }
  }
}

export class BodyReading {
  private readonly content = new BodyReader(DEFAULT_MESSAGE_LIMITS);
  private readonly framed = new BodyReader(DEFAULT_MESSAGE_LIMITS);
  private readonly framing: number;
  body = '';
  private forwarded = '';
  /** After `read`: the first byte that does not belong to the body. */
  position = 0;

  constructor(framing: number, length: number) {
    this.framing = framing;
    this.content.start(framing, length, false);
    this.framed.start(framing, length, true);
  }

  get reason(): string {
    return this.content.fault!.reason;
  }

  get status(): number {
    return this.content.fault!.status;
  }

  get trailers(): Field[] {
    const { trailers, hasTrailers } = this.content;
    if (!hasTrailers) return [];
    return Array.from({ length: trailers.count }, (_, index) => [trailers.name(index), trailers.value(index)] as const);
  }

  get mayEnd(): boolean {
    return this.content.mayEnd;
  }

  read(buffer: Buffer, at: number, end: number): number {
    const result = this.drain(this.content, buffer, at, end, (text) => {
      this.body += text;
    });
    const position = this.content.position;
    const again = this.drain(this.framed, buffer, at, end, (text) => {
      this.forwarded += text;
    });
    if (again !== result) throw new Error(`keepFraming changes the verdict from ${result} to ${again}`);
    if (result !== REFUSED && this.framed.position !== position) throw new Error('keepFraming changes the end');
    if (result !== REFUSED) this.compare(result === DONE);
    this.position = position;
    return result;
  }

  private compare(whole: boolean): void {
    const content = this.framing === CHUNKED ? decodeForwarded(this.forwarded, whole) : this.forwarded;
    if (content !== this.body) {
      throw new Error(`forwarded ${JSON.stringify(this.forwarded)} is not ${JSON.stringify(this.body)}`);
    }
    if (this.content.received !== this.body.length) throw new Error('received is not the number of bytes of the body');
  }

  private drain(reader: BodyReader, buffer: Buffer, at: number, end: number, pass: (text: string) => void): number {
    for (let from = at; ; from = reader.position) {
      const result = reader.read(buffer, from, end);
      for (let index = 0; index < reader.segmentCount; index++) {
        pass(buffer.toString('latin1', reader.segments[index * 2], reader.segments[index * 2 + 1]));
      }
      if (result !== MORE || reader.position === end) return result;
    }
  }
}
