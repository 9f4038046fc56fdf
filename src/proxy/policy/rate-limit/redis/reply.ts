/** What a Redis or Valkey answers, in version 2 of its protocol (RESP2). */
export type Reply = string | number | null | RedisError | readonly Reply[];

/** An answer that says what is wrong. */
export class RedisError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** Bytes that one answer may have: none that is asked for here comes near. */
const LONGEST = 65_536;
const DEEPEST = 4;

/** Cuts what comes over a connection into answers. */
export class ReplyReader {
  private rest: Buffer;
  private at: number;

  constructor() {
    this.rest = Buffer.alloc(0);
    this.at = 0;
  }

  feed(bytes: Buffer): void {
    const left = this.rest.subarray(this.at);
    this.rest = left.length === 0 ? bytes : Buffer.concat([left, bytes]);
    this.at = 0;
  }

  /** The next answer; undefined when it is not all there. Throws when it is none. */
  next(): Reply | undefined {
    const before = this.at;
    const reply = this.read(0);
    if (reply !== undefined) return reply;
    this.at = before;
    if (this.rest.length - before > LONGEST) throw new Error('the answer is too long');
    return undefined;
  }

  private read(depth: number): Reply | undefined {
    const end = this.rest.indexOf('\r\n', this.at, 'latin1');
    if (end < 0) return undefined;
    const kind = this.rest[this.at]!;
    const line = this.rest.toString('utf8', this.at + 1, end);
    this.at = end + 2;
    switch (kind) {
      case PLUS:
        return line;
      case MINUS:
        return new RedisError(line);
      case COLON:
        return whole(line);
      case DOLLAR:
        return this.bulk(whole(line));
      case STAR:
        return this.list(whole(line), depth + 1);
      default:
        throw new Error('the answer is not of the Redis protocol');
    }
  }

  private bulk(length: number): Reply | undefined {
    if (length < 0) return null;
    if (length > LONGEST) throw new Error('the answer is too long');
    const end = this.at + length;
    if (this.rest.length < end + 2) return undefined;
    const text = this.rest.toString('utf8', this.at, end);
    this.at = end + 2;
    return text;
  }

  private list(length: number, depth: number): Reply | undefined {
    if (length < 0) return null;
    if (length > LONGEST || depth > DEEPEST) throw new Error('the answer is too long');
    const items: Reply[] = [];
    for (let index = 0; index < length; index++) {
      const item = this.read(depth);
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items;
  }
}

const PLUS = 0x2b;
const MINUS = 0x2d;
const COLON = 0x3a;
const DOLLAR = 0x24;
const STAR = 0x2a;

function whole(text: string): number {
  if (!/^-?[0-9]{1,16}$/.test(text)) throw new Error('the answer is not of the Redis protocol');
  return Number(text);
}

/** A command as it is sent. */
export function command(...words: readonly string[]): string {
  let text = `*${words.length}\r\n`;
  for (const word of words) text += `$${Buffer.byteLength(word)}\r\n${word}\r\n`;
  return text;
}
