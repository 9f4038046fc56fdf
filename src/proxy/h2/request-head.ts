import { DONE, FAULTS, type Fault } from '../http1/fault.ts';
import { CHUNKED, NO_BODY } from '../http1/framing.ts';
import { CONNECTION, EXPECT, KEEP_ALIVE, PROXY_CONNECTION, TRANSFER_ENCODING, UPGRADE } from '../http1/known-field.ts';
import type { MessageLimits } from '../http1/limits.ts';
import { RequestHead } from '../http1/request-head.ts';
import type { NormalisePath } from '../http1/request-target.ts';

/** What no message of HTTP/2 may have (RFC 9113 section 8.2.2). */
const FORBIDDEN =
  (1 << CONNECTION) | (1 << KEEP_ALIVE) | (1 << PROXY_CONNECTION) | (1 << TRANSFER_ENCODING) | (1 << UPGRADE);

/**
 * The head of a request of HTTP/2, brought into the form of HTTP/1.1 and read by the same strict parser. So both
 * versions have one idea of what is valid, and everything behind it one form to work with.
 */
export class StreamHead {
  readonly head: RequestHead;
  private memory: Buffer;

  constructor(limits: MessageLimits, normalise: NormalisePath) {
    this.head = new RequestHead(limits, normalise);
    this.memory = Buffer.allocUnsafeSlow(512);
  }

  /** `list` has names and values in turn, as they came. Null when the request is valid. */
  read(list: readonly string[], isComplete: boolean, scheme: string): Fault | null {
    this.head.reset();
    let method = '';
    let path = '';
    let authority: string | null = null;
    let host: string | null = null;
    let given = scheme;
    let cookie = '';
    let lines = '';
    let count = 0;
    for (let index = 0; index + 1 < list.length; index += 2) {
      const name = list[index]!;
      const value = list[index + 1]!;
      if (name.charCodeAt(0) === COLON) {
        if (name === ':method') method = value;
        else if (name === ':path') path = value;
        else if (name === ':authority') authority = value;
        else if (name === ':scheme') given = value;
      } else if (name === 'host') {
        if (host !== null) return FAULTS.repeatedHost;
        host = value;
      } else if (name === 'cookie') {
        // RFC 9113 section 8.2.3: what HTTP/2 may split is one field again.
        cookie = cookie === '' ? value : `${cookie}; ${value}`;
      } else {
        lines += `${name}: ${value}\r\n`;
        count++;
      }
    }
    if (method === 'CONNECT') return FAULTS.connect;
    // Nothing but a path: an absolute form has no place in HTTP/2 (RFC 9113 section 8.3.1).
    if (path.charCodeAt(0) !== SLASH && path !== '*') return FAULTS.badTarget;
    if (authority !== null && host !== null && authority.toLowerCase() !== host.toLowerCase()) {
      return FAULTS.authorityMismatch;
    }
    const named = authority ?? host;
    if (named !== null) count++;
    if (cookie !== '') count++;
    const text = `${method} ${path} HTTP/1.1\r\n${named === null ? '' : `host: ${named}\r\n`}${lines}${cookie === '' ? '' : `cookie: ${cookie}\r\n`}\r\n`;
    return this.parse(text, count) ?? this.frame(isComplete, given === scheme ? '' : given);
  }

  private parse(text: string, count: number): Fault | null {
    if (this.memory.length < text.length) this.memory = Buffer.allocUnsafeSlow(text.length * 2);
    const length = this.memory.write(text, 0, 'latin1');
    const { head } = this;
    if (head.parse(this.memory, 0, length) !== DONE) return head.fault ?? FAULTS.badValue;
    // A value that brings a line of its own would be a field that nobody sent.
    if (head.length !== length || head.fields.count !== count) return FAULTS.badValue;
    return (head.fields.seen & FORBIDDEN) === 0 ? null : FAULTS.badConnection;
  }

  /** The frames tell where the body ends, whether or not there is a Content-Length. */
  private frame(isComplete: boolean, otherScheme: string): Fault | null {
    const { head } = this;
    head.target.scheme = otherScheme;
    if (isComplete) {
      if (head.framing !== NO_BODY) return FAULTS.badLength;
    } else if (head.framing === NO_BODY && head.header('content-length') === null) {
      head.framing = CHUNKED;
      head.expectsContinue = head.fields.has(EXPECT);
    }
    return null;
  }
}

const COLON = 0x3a;
const SLASH = 0x2f;
