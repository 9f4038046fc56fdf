/** The report of one request, as docs/telemetry-policy.md describes it. */
import { isUtf8 } from 'node:buffer';
import type { RequestReport } from '../../../ir/policy/telemetry.ts';
import type { Stage } from '../stage.ts';
import { Redactions } from './credentials.ts';
import { redactHeaders, redactQuery } from './redact.ts';

/** What is known of a request when it is over. */
export type Reported = {
  /** Milliseconds since the epoch, of its first byte. */
  readonly time: number;
  readonly requestId: string;
  readonly traceId: string;
  /** Key of the rule. */
  readonly rule: string;
  /** What its route says of itself; undefined: nothing. */
  readonly metadata: Readonly<Record<string, string>> | undefined;
  /** `http://shop.example` */
  readonly origin: string;
  readonly path: string;
  /** With its `?`, or `''`. */
  readonly query: string;
  readonly method: string;
  readonly headers: Iterable<readonly [name: string, value: string]>;
  /** What was kept of its body. */
  readonly body: Buffer;
  /** Bytes that the body had, as far as it came. */
  readonly bodyBytes: number;
  /** Of the response; 0 when the client had gone before there was one. */
  readonly status: number;
  /** Milliseconds. */
  readonly duration: number;
};

/** Makes the reports of one policy. */
export class Reporter {
  readonly #fields: ReadonlySet<string>;
  readonly #redactions: Redactions;

  constructor({ fields, redactHeaders: headers, redactQueryParams }: RequestReport) {
    this.#fields = new Set(fields);
    this.#redactions = new Redactions({ headers: new Set(headers), parameters: new Set(redactQueryParams) });
  }

  get keepsBody(): boolean {
    return this.#fields.has('Body');
  }

  /** `stages` are those that hold for the request: wherever they look for credentials is left out. */
  report(request: Reported, stages: readonly Stage[]): Buffer {
    const fields = this.#fields;
    const redacted = this.#redactions.for(stages);
    const all = redactHeaders(fields.has('Headers') ? request.headers : [], redacted.headers);
    return Buffer.from(
      JSON.stringify({
        time: new Date(request.time).toISOString(),
        requestId: request.requestId,
        traceId: request.traceId,
        rule: request.rule,
        metadata: request.metadata,
        ...(fields.has('URL')
          ? { url: request.origin + request.path + redactQuery(request.query, redacted.parameters) }
          : {}),
        ...(fields.has('Method') ? { method: request.method } : {}),
        ...(fields.has('Headers') ? { headers: all.headers, redactedHeaders: all.left } : {}),
        ...(fields.has('Body') ? { body: bodyOf(request) } : {}),
        status: request.status,
        durationMs: Math.round(request.duration * 1_000) / 1_000,
      }),
    );
  }
}

function bodyOf({ body, bodyBytes }: Reported): object {
  const truncated = body.length < bodyBytes;
  // A cut may go through a character: what is before it is text all the same.
  const text = truncated ? body.subarray(0, wholeCharacters(body)) : body;
  const isText = isUtf8(text);
  return {
    encoding: isText ? 'utf8' : 'base64',
    content: isText ? text.toString() : body.toString('base64'),
    bytes: bodyBytes,
    truncated,
  };
}

/** The length without a character of UTF-8 that is not complete at the end. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return size > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
