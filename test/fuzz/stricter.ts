/**
 * Where our parsers and llhttp may disagree, and why. A disagreement that is not on this list fails the fuzz.
 *
 * Each entry says who refuses what the other one takes. Two parsers that both take the same bytes must always take the same
 * messages from them: no entry can excuse that.
 */
import { METHODS } from 'node:http';
import type { RequestMessage, Transcript } from './transcript.ts';

/**
 * `text` is the message that was refused, up to and with the refused byte (ours) or to the end of the stream (llhttp's),
 * `rest` what follows it.
 */
type Refusal = {
  readonly text: string;
  readonly rest: string;
  readonly headgate: Transcript<unknown>;
  readonly llhttp: Transcript<unknown>;
};

export type Difference = {
  readonly refuses: 'headgate' | 'llhttp';
  readonly in: 'requests' | 'responses' | 'both';
  /** The refusing side's own reasons. */
  readonly codes: readonly string[] | 'any';
  readonly when: (refusal: Refusal) => boolean;
  readonly why: string;
};

const always = (): boolean => true;

function weRefuse(
  side: Difference['in'],
  codes: Difference['codes'],
  why: string,
  when = always as Difference['when'],
) {
  return { refuses: 'headgate', in: side, codes, when, why } as const;
}

function llhttpRefuses(side: Difference['in'], codes: readonly string[], why: string, when: Difference['when']) {
  return { refuses: 'llhttp', in: side, codes, when, why } as const;
}

/** The message that we took where llhttp stopped. */
function taken({ headgate, llhttp }: Refusal): RequestMessage | undefined {
  return headgate.messages[llhttp.messages.length] as RequestMessage | undefined;
}

const DIFFERENCES: readonly Difference[] = [
  // Framing: whatever two programs could read in two ways.
  weRefuse(
    'both',
    ['unknown-coding'],
    'A coding that is not decoded here is not passed on: the next hop may not know it.',
  ),
  weRefuse('both', ['bad-coding'], 'chunked twice, or not last, or a malformed list (RFC 9112 section 6.1).'),
  weRefuse(
    'both',
    ['coding-in-http10'],
    'HTTP/1.0 has no transfer codings: the framing is faulty (RFC 9112 section 6.1).',
  ),
  weRefuse(
    'both',
    ['bad-length'],
    'More than 15 digits: no message is as long, and beyond 2^53 no number is exact.',
    ({ text }) => /^content-length:[ \t]*[0-9]{16,}[ \t]*\r$/im.test(text),
  ),
  weRefuse(
    'both',
    ['chunk-too-large'],
    'More than 13 digits: no chunk is as long, and beyond 2^53 no number is exact.',
    ({ text }) => /[0-9a-f]{14}$/i.test(text),
  ),
  weRefuse(
    'both',
    ['chunk-extensions-too-large'],
    'Extensions are bounded for the whole message; nobody has a use for them.',
  ),
  weRefuse(
    'both',
    ['bad-chunk-extension'],
    'An extension has a name, and a value after its `=` (RFC 9112 section 7.1.1).',
    ({ text }) => /(;[=;\r]|=[\r;])$/.test(text),
  ),
  weRefuse(
    'responses',
    ['coding-without-body'],
    '204 and 1xx that announce a body (RFC 9110 section 8.6): some read it.',
  ),

  // Lines
  weRefuse(
    'requests',
    ['bare-lf', 'bare-cr', 'bad-method'],
    'One empty line before a request is skipped, and only CRLF is one.',
    ({ text }) => /^[\r\n]+[^\r\n]?$/.test(text),
  ),
  weRefuse('requests', ['bare-lf', 'no-version'], 'HTTP/0.9 has no version and no head; nobody sends it.', ({ text }) =>
    /^\r?\n?\S+ \S+[\r\n]$/.test(text),
  ),
  weRefuse(
    'responses',
    ['bad-status-line'],
    'Control characters in a reason, statuses beyond 599, versions other than 1.0 and 1.1.',
  ),
  weRefuse('both', ['bad-connection'], 'Connection that is no list of options, or that names Host or a framing field.'),

  // Routing: one host, one path.
  weRefuse(
    'requests',
    ['bad-target', 'bad-asterisk', 'bad-path'],
    'Only the forms of RFC 9112 section 3.2, and paths with one reading.',
  ),
  weRefuse(
    'requests',
    ['missing-host', 'repeated-host', 'bad-host', 'authority-mismatch'],
    'Exactly one valid host (RFC 9112 section 3.2).',
  ),
  weRefuse(
    'requests',
    ['unknown-version', 'no-version', 'bad-version'],
    'Only HTTP/1.0 and HTTP/1.1; RTSP and ICE are other protocols.',
  ),
  weRefuse('requests', ['connect'], 'There is no forward proxy here.'),
  weRefuse(
    'requests',
    ['bad-expect'],
    'Only 100-continue can be met (RFC 9110 section 10.1.1); node leaves it to its user.',
  ),
  weRefuse('both', ['too-many-fields'], 'Limits are our own.'),

  weRefuse('requests', ['closed'], 'close wins over keep-alive (RFC 9112 section 9.3).', ({ text }) =>
    /^connection:.*keep-alive.*close/im.test(text),
  ),
  weRefuse(
    'requests',
    'any',
    'Node overlooks what is wrong in and after a request that asks to upgrade.',
    ({ text }) => /^upgrade[ \t]*:/im.test(text) && /^connection[ \t]*:.*upgrade/im.test(text),
  ),

  weRefuse('requests', ['closed'], 'llhttp skips empty lines even there.', ({ rest }) => /^[\r\n]*$/.test(rest)),

  // What llhttp refuses and we take.
  llhttpRefuses(
    'requests',
    ['HPE_INVALID_METHOD', 'HPE_INVALID_VERSION'],
    'llhttp has a list of methods; any token is one (RFC 9110 section 9.1).',
    (refusal) => {
      const message = taken(refusal);
      return message !== undefined && !METHODS.includes(message.method);
    },
  ),
  llhttpRefuses(
    'requests',
    ['STOPPED_AFTER_UPGRADE'],
    'Node reads nothing after a request to upgrade that it does not take.',
    always,
  ),
  llhttpRefuses(
    'requests',
    ['HPE_INVALID_VERSION'],
    'llhttp wants HTTP/2.0 after PRI as soon as it sees the version.',
    ({ headgate, text }) => headgate.ending.kind === 'incomplete' && /(^|\n|\W)PRI \S/.test(text),
  ),
  llhttpRefuses(
    'responses',
    ['HPE_CLOSED_CONNECTION'],
    'A 1xx says nothing about the connection: the final response does (RFC 9110 section 15.2).',
    ({ llhttp }) => llhttp.messages.length > 0,
  ),
  llhttpRefuses(
    'both',
    ['HPE_INVALID_TRANSFER_ENCODING'],
    'White space after the value is not part of it (RFC 9110 section 5.5).',
    ({ text }) => /^transfer-encoding:[ \t]*chunked[ \t]+\r$/im.test(text),
  ),
  llhttpRefuses(
    'both',
    [
      'HPE_INVALID_CONTENT_LENGTH',
      'HPE_UNEXPECTED_CONTENT_LENGTH',
      'HPE_INVALID_TRANSFER_ENCODING',
      'HPE_INVALID_METHOD',
      'HPE_INVALID_URL',
    ],
    'llhttp refuses at the field, we at the end of the head: here the stream ends between the two.',
    ({ headgate, llhttp }) =>
      headgate.ending.kind === 'incomplete' && headgate.messages.length === llhttp.messages.length,
  ),
];

function startsWith(longer: readonly unknown[], shorter: readonly unknown[]): boolean {
  return shorter.every((message, index) => JSON.stringify(message) === JSON.stringify(longer[index]));
}

function agree(headgate: Transcript<unknown>, llhttp: Transcript<unknown>): boolean {
  if (headgate.messages.length !== llhttp.messages.length || !startsWith(llhttp.messages, headgate.messages))
    return false;
  if (headgate.ending.kind === 'refused') return llhttp.ending.kind === 'refused';
  return JSON.stringify(headgate.ending) === JSON.stringify(llhttp.ending);
}

/** The entry of the list that allows the disagreement, null when none does. */
function differenceOf(
  side: 'requests' | 'responses',
  bytes: string,
  headgate: Transcript<unknown>,
  llhttp: Transcript<unknown>,
): Difference | null {
  for (const difference of DIFFERENCES) {
    if (difference.in !== side && difference.in !== 'both') continue;
    const [refusing, other] = difference.refuses === 'headgate' ? [headgate, llhttp] : [llhttp, headgate];
    const { ending, messages } = refusing;
    if (ending.kind !== 'refused') continue;
    if (difference.codes !== 'any' && !difference.codes.includes(ending.code)) continue;
    if (messages.length > other.messages.length || !startsWith(other.messages, messages)) continue;
    const end = ending.at === undefined ? bytes.length : ending.at + 1;
    const text = bytes.slice(ending.from ?? 0, end);
    if (difference.when({ text, rest: bytes.slice(end), headgate, llhttp })) return difference;
  }
  return null;
}

/** Null when the two agree or their disagreement is on the list; otherwise what both made of the bytes. */
export function disagreement(
  side: 'requests' | 'responses',
  bytes: string,
  headgate: Transcript<unknown>,
  llhttp: Transcript<unknown>,
): string | null {
  if (agree(headgate, llhttp) || differenceOf(side, bytes, headgate, llhttp) !== null) return null;
  return `headgate: ${JSON.stringify(headgate)}\nllhttp:   ${JSON.stringify(llhttp)}`;
}
