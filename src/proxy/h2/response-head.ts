import { DONE } from '../http1/fault.ts';
import { CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, TRANSFER_ENCODING, UPGRADE } from '../http1/known-field.ts';
import type { MessageLimits } from '../http1/limits.ts';
import { ResponseHead } from '../http1/response-head.ts';

/** What no message of HTTP/2 may have (RFC 9113 section 8.2.2). */
const FORBIDDEN =
  (1 << CONNECTION) | (1 << KEEP_ALIVE) | (1 << PROXY_CONNECTION) | (1 << TRANSFER_ENCODING) | (1 << UPGRADE);

/** The head of a response of HTTP/2, brought into the form of HTTP/1.1 and read by the same strict parser. */
export class StreamResponseHead {
  readonly head: ResponseHead;
  private memory: Buffer;

  constructor(limits: MessageLimits) {
    this.head = new ResponseHead(limits);
    this.memory = Buffer.allocUnsafeSlow(512);
  }

  /** `list` has names and values in turn, as they came. False when the response is not valid. */
  read(list: readonly string[], method: string): boolean {
    let lines = '';
    let status = '';
    let count = 0;
    for (let index = 0; index + 1 < list.length; index += 2) {
      const name = list[index]!;
      if (name.charCodeAt(0) === COLON) {
        if (name === ':status') status = list[index + 1]!;
      } else {
        lines += `${name}: ${list[index + 1]}\r\n`;
        count++;
      }
    }
    const text = `HTTP/1.1 ${status} \r\n${lines}\r\n`;
    if (this.memory.length < text.length) this.memory = Buffer.allocUnsafeSlow(text.length * 2);
    const length = this.memory.write(text, 0, 'latin1');
    const { head } = this;
    head.reset();
    if (head.parse(this.memory, 0, length, method) !== DONE || head.length !== length) return false;
    // A value that brings a line of its own would be a field that nobody sent.
    return head.fields.count === count && (head.fields.seen & FORBIDDEN) === 0;
  }
}

const COLON = 0x3a;
