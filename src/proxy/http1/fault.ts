/**
 * Why a message was refused. The table is closed: the codec never refuses for a reason that is not in it.
 *
 * `status` is the answer to a request (RFC 9110 section 15, RFC 9112). A response that is refused has no status of its
 * own: the exchange answers 502 for it.
 */
export type Fault = {
  readonly status: number;
  /** Label for metrics and logs. */
  readonly reason: string;
  /** One sentence for people. */
  readonly detail: string;
};

const fault = (status: number, reason: string, detail: string): Fault => Object.freeze({ status, reason, detail });

export const FAULTS = {
  // Lines and fields, RFC 9112 sections 2.2, 3 and 5
  bareLf: fault(400, 'bare-lf', 'A line ends with LF that no CR precedes.'),
  bareCr: fault(400, 'bare-cr', 'CR that no LF follows.'),
  badMethod: fault(400, 'bad-method', 'The method is not a token.'),
  methodTooLong: fault(501, 'method-too-long', 'The method is longer than any that is known.'),
  badTarget: fault(400, 'bad-target', 'The request target is not valid.'),
  badPath: fault(400, 'bad-path', 'The path has a percent-encoding that is not valid.'),
  lineTooLong: fault(414, 'line-too-long', 'The request line is too long.'),
  noVersion: fault(400, 'no-version', 'The request line has no HTTP version (HTTP/0.9 is not served).'),
  badVersion: fault(400, 'bad-version', 'The HTTP version is malformed.'),
  unknownVersion: fault(505, 'unknown-version', 'Only HTTP/1.0 and HTTP/1.1 are served here.'),
  badStatusLine: fault(502, 'bad-status-line', 'The status line is malformed.'),
  emptyName: fault(400, 'empty-field-name', 'A field has no name.'),
  badName: fault(400, 'bad-field-name', 'A field name is not a token.'),
  spaceBeforeColon: fault(400, 'space-before-colon', 'Whitespace between field name and colon.'),
  obsFold: fault(400, 'obs-fold', 'A field line begins with whitespace (line folding is obsolete).'),
  badValue: fault(400, 'bad-field-value', 'A field value contains a control character.'),
  headTooLarge: fault(431, 'head-too-large', 'The header section is too large.'),
  tooManyFields: fault(431, 'too-many-fields', 'The header section has too many fields.'),

  // Target and authority, RFC 9112 section 3.2, RFC 9110 sections 4.2, 7.2 and 7.4
  connect: fault(501, 'connect', 'CONNECT is not served here.'),
  badAsterisk: fault(400, 'bad-asterisk', 'Only OPTIONS may have the target "*".'),
  missingHost: fault(400, 'missing-host', 'An HTTP/1.1 request must have a Host.'),
  repeatedHost: fault(400, 'repeated-host', 'More than one Host.'),
  badHost: fault(400, 'bad-host', 'The Host is not a valid host and port.'),
  authorityMismatch: fault(400, 'authority-mismatch', 'The Host differs from the authority of the target.'),

  // Framing, RFC 9112 sections 6 and 7
  lengthAndCoding: fault(400, 'length-and-coding', 'Both Content-Length and Transfer-Encoding.'),
  repeatedLength: fault(400, 'repeated-length', 'More than one Content-Length.'),
  badLength: fault(400, 'bad-length', 'The Content-Length is not a plain decimal number.'),
  badCoding: fault(400, 'bad-coding', 'The Transfer-Encoding is malformed, repeats chunked or does not end with it.'),
  unknownCoding: fault(501, 'unknown-coding', 'A transfer coding other than chunked.'),
  codingInHttp10: fault(400, 'coding-in-http10', 'Transfer-Encoding in an HTTP/1.0 message.'),
  codingWithoutBody: fault(400, 'coding-without-body', 'Transfer-Encoding or length in a message that has no body.'),
  badChunkSize: fault(400, 'bad-chunk-size', 'The chunk size is not a hexadecimal number.'),
  chunkTooLarge: fault(400, 'chunk-too-large', 'The chunk size is too large.'),
  badChunkEnd: fault(400, 'bad-chunk-end', 'A chunk does not end with CRLF after its data.'),
  badChunkExtension: fault(400, 'bad-chunk-extension', 'A chunk extension is malformed.'),
  extensionsTooLarge: fault(400, 'chunk-extensions-too-large', 'The chunk extensions of the message are too large.'),
  trailersTooLarge: fault(431, 'trailers-too-large', 'The trailer section is too large.'),

  // Connection management, RFC 9110 sections 7.6.1 and 10.1.1
  badConnection: fault(400, 'bad-connection', 'The Connection field is malformed or nominates a field it must not.'),
  badExpect: fault(417, 'bad-expect', 'An expectation other than 100-continue.'),
} as const satisfies Record<string, Fault>;

/** What a parser's `parse` and `read` return. */
export const MORE = 0;
export const DONE = 1;
export const REFUSED = 2;
