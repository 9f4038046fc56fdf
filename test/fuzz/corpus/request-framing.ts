/** Where one message ends and the next begins: Content-Length against Transfer-Encoding, and each against itself. */
import { accepted, incomplete, type RequestCase, refused, requestWith } from './case.ts';

const BOTH = 'RFC 9112 section 6.3 (3)';
const TE = 'RFC 9112 section 6.1';
const CL = 'RFC 9110 section 8.6';
const LIST = 'RFC 9112 section 6.3 (5)';

const CHUNKED_BODY = '5\r\nhello\r\n0\r\n\r\n';
const POISON = 'GET /admin HTTP/1.1\r\nHost: a.example\r\n\r\n';

function transferEncoding(value: string): string {
  return requestWith(`Transfer-Encoding:${value}\r\n`, CHUNKED_BODY);
}

function contentLength(value: string): string {
  return requestWith(`Content-Length:${value}\r\n`, 'hello');
}

const both: RequestCase[] = [
  refused('CL.TE', BOTH, requestWith('Content-Length: 6\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\nG${POISON}`)),
  refused('TE.CL', BOTH, requestWith('Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', `5c\r\n${POISON}`)),
  refused('CL.TE that agree', BOTH, requestWith('Content-Length: 15\r\nTransfer-Encoding: chunked\r\n', CHUNKED_BODY)),
  refused('CL.0 with TE', BOTH, requestWith('Content-Length: 0\r\nTransfer-Encoding: chunked\r\n', CHUNKED_BODY)),
  refused('CL with TE: identity', BOTH, requestWith('Content-Length: 5\r\nTransfer-Encoding: identity\r\n', 'hello')),
  refused('CL with an empty TE', BOTH, requestWith('Content-Length: 5\r\nTransfer-Encoding:\r\n', 'hello')),
  refused('CL with an unknown TE', BOTH, requestWith('Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n', 'hello')),
  refused('empty CL with TE', BOTH, requestWith('Content-Length:\r\nTransfer-Encoding: chunked\r\n', CHUNKED_BODY)),
  refused(
    'CL.TE in mixed case',
    BOTH,
    requestWith('cOnTeNt-lEnGtH: 4\r\ntRaNsFeR-eNcOdInG: cHuNkEd\r\n', CHUNKED_BODY),
  ),
  refused(
    'GET with CL.TE',
    BOTH,
    requestWith('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', CHUNKED_BODY, 'GET'),
  ),
];

const obfuscations: RequestCase[] = [
  refused('TE with a vertical tab before the value', TE, transferEncoding(' \x0bchunked')),
  refused('TE with a form feed after the value', TE, transferEncoding(' chunked\x0c')),
  refused('TE with a NUL after the value', TE, transferEncoding(' chunked\0')),
  refused('TE in quotes', TE, transferEncoding(' "chunked"')),
  refused('TE in single quotes', TE, transferEncoding(" 'chunked'")),
  refused('TE with a parameter', TE, transferEncoding(' chunked;q=1')),
  refused('TE with a no-break space', TE, transferEncoding('\xa0chunked')),
  refused('TE with a letter more', TE, transferEncoding(' chunkedd')),
  refused('TE with a letter less', TE, transferEncoding(' chunke')),
  refused('TE with a letter that folds to k', TE, transferEncoding(' chun\xe2\x84\xaaed')),
  refused('TE: identity', TE, transferEncoding(' identity')),
  refused('TE: gzip', TE, transferEncoding(' gzip')),
  refused('TE: gzip, chunked', TE, transferEncoding(' gzip, chunked'), 501),
  refused('TE: chunked, gzip', TE, transferEncoding(' chunked, gzip')),
  refused('TE: chunked, identity', TE, transferEncoding(' chunked, identity')),
  refused('TE: chunked twice in a list', TE, transferEncoding(' chunked, chunked')),
  refused('TE: chunked without comma', TE, transferEncoding(' chunked chunked')),
  refused('TE: empty', TE, transferEncoding('')),
  refused('TE twice', TE, transferEncoding(' chunked\r\nTransfer-Encoding: chunked')),
  refused('TE twice, the second unknown', TE, transferEncoding(' chunked\r\nTransfer-Encoding: x')),
  refused('TE twice, the first unknown', TE, transferEncoding(' x\r\nTransfer-Encoding: chunked'), 501),
  refused('TE twice, the first empty', TE, transferEncoding('\r\nTransfer-Encoding: chunked')),
  refused(
    'TE with a space before the colon',
    'RFC 9112 section 5.1',
    requestWith('Transfer-Encoding : chunked\r\n', CHUNKED_BODY),
  ),
  refused(
    'TE with a tab before the colon',
    'RFC 9112 section 5.1',
    requestWith('Transfer-Encoding\t: chunked\r\n', CHUNKED_BODY),
  ),
  refused(
    'TE after a bare CR in another value',
    'RFC 9112 section 2.2',
    requestWith('X: y\rTransfer-Encoding: chunked\r\n', CHUNKED_BODY),
  ),
  refused(
    'TE after a bare LF in another value',
    'RFC 9112 section 2.2',
    requestWith('X: y\nTransfer-Encoding: chunked\r\n', CHUNKED_BODY),
  ),
  refused('TE folded', 'RFC 9112 section 5.2', requestWith('Transfer-Encoding:\r\n chunked\r\n', CHUNKED_BODY)),
  refused(
    'TE as a continuation',
    'RFC 9112 section 5.2',
    requestWith('X: y\r\n Transfer-Encoding: chunked\r\n', CHUNKED_BODY),
  ),
  refused(
    'TE with a NUL in its name',
    'RFC 9110 section 5.1',
    requestWith('Transfer\0-Encoding: chunked\r\n', CHUNKED_BODY),
  ),
  refused(
    'TE with a leading space',
    'RFC 9112 section 2.2',
    'POST / HTTP/1.1\r\n Transfer-Encoding: chunked\r\nHost: a.example\r\n\r\n',
  ),
  refused(
    'TE in HTTP/1.0',
    TE,
    `POST / HTTP/1.0\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKED_BODY}`,
  ),
  accepted('TE in capitals', 'RFC 9112 section 7', transferEncoding(' CHUNKED'), 'hello'),
  accepted('TE with white space around the value', 'RFC 9110 section 5.5', transferEncoding('\t chunked \t'), 'hello'),
  accepted('TE without white space', 'RFC 9110 section 5.5', transferEncoding('chunked'), 'hello'),
  accepted(
    'TE on a GET',
    'RFC 9112 section 6',
    requestWith('Transfer-Encoding: chunked\r\n', CHUNKED_BODY, 'GET'),
    'hello',
  ),
  // An underscore is another name: the body is empty, and what follows is the next request, which is not one.
  {
    ...refused(
      'TE with an underscore',
      'RFC 9110 section 5.1',
      requestWith('Transfer_Encoding: chunked\r\n', CHUNKED_BODY),
    ),
    messages: 1,
    body: '',
  },
];

const lengths: RequestCase[] = [
  refused('CL.CL that differ', LIST, requestWith('Content-Length: 5\r\nContent-Length: 6\r\n', 'hello!')),
  refused('CL.CL that differ, the second 0', LIST, requestWith('Content-Length: 5\r\nContent-Length: 0\r\n', 'hello')),
  refused('CL.CL that are equal', LIST, requestWith('Content-Length: 5\r\nContent-Length: 5\r\n', 'hello')),
  refused('CL list that differs', LIST, contentLength(' 5, 6')),
  refused('CL list that is equal', LIST, contentLength(' 5, 5')),
  refused('CL with a leading comma', LIST, contentLength(' ,5')),
  refused('CL with a plus', CL, contentLength(' +5')),
  refused('CL with a minus', CL, contentLength(' -5')),
  refused('CL of minus zero', CL, requestWith('Content-Length: -0\r\n')),
  refused('CL in hexadecimal', CL, contentLength(' 0x5')),
  refused('CL with a fraction', CL, contentLength(' 5.0')),
  refused('CL with an exponent', CL, contentLength(' 5e0')),
  refused('CL with an underscore', CL, contentLength(' 0_5')),
  refused('CL with a space inside', CL, contentLength(' 5 5')),
  refused('CL with a tab inside', CL, contentLength(' 0\t5')),
  refused('CL with a letter', CL, contentLength(' 5a')),
  refused('CL with a semicolon', CL, contentLength(' 5;')),
  refused('CL in quotes', CL, contentLength(' "5"')),
  refused('CL with a NUL', CL, contentLength(' 5\0')),
  refused('CL with a vertical tab', CL, contentLength(' \x0b5')),
  refused('CL in Arabic digits', CL, contentLength(' \xd9\xa5')),
  refused('CL of superscript five', CL, contentLength(' \xb5')),
  refused('CL empty', CL, contentLength('')),
  refused('CL of white space', CL, contentLength(' \t ')),
  refused('CL of 2^63', CL, contentLength(' 9223372036854775808')),
  refused('CL of 2^64', CL, contentLength(' 18446744073709551616')),
  refused('CL of 2^64 + 5', CL, contentLength(' 18446744073709551621')),
  refused('CL of 40 nines', CL, contentLength(` ${'9'.repeat(40)}`)),
  refused('CL with a space before the colon', 'RFC 9112 section 5.1', requestWith('Content-Length : 5\r\n', 'hello')),
  refused('CL folded', 'RFC 9112 section 5.2', requestWith('Content-Length:\r\n 5\r\n', 'hello')),
  accepted('CL with leading zeros', CL, contentLength(' 0005'), 'hello'),
  accepted('CL with white space around it', 'RFC 9110 section 5.5', contentLength(' \t5\t '), 'hello'),
  accepted('CL of 0 on a GET', CL, requestWith('Content-Length: 0\r\n', '', 'GET')),
  accepted('CL on a GET', CL, requestWith('Content-Length: 5\r\n', 'hello', 'GET'), 'hello'),
  accepted('CL on a DELETE', CL, requestWith('Content-Length: 5\r\n', 'hello', 'DELETE'), 'hello'),
  accepted('no framing at all', 'RFC 9112 section 6.3 (7)', requestWith('', '')),
  incomplete('CL and too few bytes', 'RFC 9112 section 8', requestWith('Content-Length: 5\r\n', 'hell')),
  incomplete('CL and no byte', 'RFC 9112 section 8', requestWith('Content-Length: 5\r\n')),
  // The rest of a body that is too long is the next request, and must be read as such by everybody.
  {
    ...refused('CL and one byte too many', 'RFC 9112 section 6.2', requestWith('Content-Length: 4\r\n', 'hello\0')),
    messages: 1,
    body: 'hell',
  },
];

const HOP = 'RFC 9110 section 7.6.1';
const EXPECT = 'RFC 9110 section 10.1.1';

/** Fields that could take framing away from the next hop, or make it wait for a body that is here already. */
const hops: RequestCase[] = [
  refused(
    'Connection that names Content-Length',
    HOP,
    requestWith('Connection: content-length\r\nContent-Length: 5\r\n', 'hello'),
  ),
  refused(
    'Connection that names Transfer-Encoding',
    HOP,
    requestWith('Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n', CHUNKED_BODY),
  ),
  refused('Connection that names Host', HOP, requestWith('Connection: close, host\r\n', '', 'GET')),
  refused('Connection that is no list', HOP, requestWith('Connection: keep alive\r\n', '', 'GET')),
  refused(
    'Connection with a hundred options',
    HOP,
    requestWith(`Connection: ${Array.from({ length: 100 }, (_, index) => `x${index}`).join(',')}\r\n`, '', 'GET'),
  ),
  accepted(
    'Connection with empty elements',
    'RFC 9110 section 5.6.1.2',
    requestWith('Connection: , keep-alive,,\r\n', '', 'GET'),
  ),
  accepted('Connection that names a field that is not there', HOP, requestWith('Connection: x-nothing\r\n', '', 'GET')),
  refused('Expect of something else', EXPECT, requestWith('Expect: tea\r\nContent-Length: 5\r\n', 'hello'), 417),
  refused(
    'Expect with a word before it',
    EXPECT,
    requestWith('Expect: y 100-continue\r\nContent-Length: 5\r\n', 'hello'),
    417,
  ),
  refused(
    'Expect twice',
    EXPECT,
    requestWith('Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 5\r\n', 'hello'),
    417,
  ),
  refused(
    'Expect folded',
    'RFC 9112 section 5.2',
    requestWith('Expect:\r\n 100-continue\r\nContent-Length: 5\r\n', 'hello'),
  ),
  accepted(
    'Expect in capitals, with the body',
    EXPECT,
    requestWith('Expect: 100-CONTINUE\r\nContent-Length: 5\r\n', 'hello'),
    'hello',
  ),
];

export const REQUEST_FRAMING: readonly RequestCase[] = [...both, ...obfuscations, ...lengths, ...hops];
