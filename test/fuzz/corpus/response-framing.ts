/** Where a response ends, and what must not be taken for one: the backend's side of smuggling and response splitting. */
import { answer, badAnswer, cutAnswer, type ResponseCase, responseWith } from './case.ts';

const LENGTH = 'RFC 9112 section 6.3';
const CHUNKS = 'RFC 9112 section 7.1';
const STATUS = 'RFC 9112 section 4';
const FIELD = 'RFC 9112 section 5';
const LINES = 'RFC 9112 section 2.2';
const TE = 'RFC 9112 section 6.1';
const INFO = 'RFC 9110 section 15.2';

const CHUNKED = 'Transfer-Encoding: chunked\r\n';
const OK = responseWith('Content-Length: 2\r\n', 'ok');

const lengths: ResponseCase[] = [
  answer('a length', LENGTH, OK, { body: 'ok' }),
  answer('a length of 0', LENGTH, responseWith('Content-Length: 0\r\n')),
  answer('no framing: until the end', LENGTH, responseWith('', 'hello'), { body: 'hello' }),
  answer('no framing and no byte', LENGTH, responseWith('')),
  answer('no framing in HTTP/1.0', LENGTH, 'HTTP/1.0 200 OK\r\n\r\nhello', { body: 'hello' }),
  answer('a length in HTTP/1.0', LENGTH, 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok', { body: 'ok' }),
  answer('a body that looks like a response', LENGTH, responseWith(`Content-Length: ${OK.length}\r\n`, OK), {
    body: OK,
  }),
  answer('HEAD with a length', LENGTH, responseWith('Content-Length: 5\r\n'), { method: 'HEAD' }),
  answer('HEAD with chunks announced', LENGTH, responseWith(CHUNKED), { method: 'HEAD' }),
  answer('304 with a length', LENGTH, responseWith('Content-Length: 5\r\n', '', '304 Not Modified'), {
    statuses: [304],
  }),
  answer('204', LENGTH, responseWith('', '', '204 No Content'), { statuses: [204] }),
  cutAnswer('nothing', LENGTH, ''),
  cutAnswer('half a head', LENGTH, 'HTTP/1.1 200 OK\r\nContent-Le'),
  cutAnswer('half a length', LENGTH, responseWith('Content-Length: 5\r\n', 'he')),
  cutAnswer('a length and no byte', LENGTH, responseWith('Content-Length: 5\r\n')),
  badAnswer('CL.CL that differ', LENGTH, responseWith('Content-Length: 5\r\nContent-Length: 2\r\n', 'hello')),
  badAnswer('CL.CL that are equal', LENGTH, responseWith('Content-Length: 5\r\nContent-Length: 5\r\n', 'hello')),
  badAnswer('a CL list', LENGTH, responseWith('Content-Length: 5, 5\r\n', 'hello')),
  badAnswer('CL.TE', LENGTH, responseWith(`Content-Length: 5\r\n${CHUNKED}`, '5\r\nhello\r\n0\r\n\r\n')),
  badAnswer('TE.CL', LENGTH, responseWith(`${CHUNKED}Content-Length: 5\r\n`, '5\r\nhello\r\n0\r\n\r\n')),
  badAnswer('CL with a plus', LENGTH, responseWith('Content-Length: +5\r\n', 'hello')),
  badAnswer('CL with a minus', LENGTH, responseWith('Content-Length: -5\r\n', 'hello')),
  badAnswer('CL in hexadecimal', LENGTH, responseWith('Content-Length: 0x5\r\n', 'hello')),
  badAnswer('CL empty', LENGTH, responseWith('Content-Length:\r\n', 'hello')),
  badAnswer('CL with a letter', LENGTH, responseWith('Content-Length: 5a\r\n', 'hello')),
  badAnswer('CL of 2^64 + 5', LENGTH, responseWith('Content-Length: 18446744073709551621\r\n', 'hello')),
];

const codings: ResponseCase[] = [
  answer('chunks', CHUNKS, responseWith(CHUNKED, '5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\n'), { body: 'hello!' }),
  answer('a trailer', CHUNKS, responseWith(CHUNKED, '2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n'), { body: 'ok' }),
  cutAnswer('half a chunk', CHUNKS, responseWith(CHUNKED, '5\r\nhe')),
  cutAnswer('no last chunk', CHUNKS, responseWith(CHUNKED, '5\r\nhello\r\n')),
  cutAnswer('no end of the trailer', CHUNKS, responseWith(CHUNKED, '0\r\nX: y\r\n')),
  badAnswer('a chunk size that is not one', CHUNKS, responseWith(CHUNKED, 'zz\r\nhello\r\n0\r\n\r\n')),
  badAnswer('a chunk size of 17 digits', CHUNKS, responseWith(CHUNKED, '10000000000000005\r\nhello\r\n0\r\n\r\n')),
  badAnswer('a chunk that is too long', CHUNKS, responseWith(CHUNKED, '4\r\nhello\r\n0\r\n\r\n')),
  badAnswer('a bare LF after a size', CHUNKS, responseWith(CHUNKED, '5\nhello\r\n0\r\n\r\n')),
  badAnswer('a bare LF after data', CHUNKS, responseWith(CHUNKED, '5\r\nhello\n0\r\n\r\n')),
  badAnswer('a bare LF in an extension', CHUNKS, responseWith(CHUNKED, '5;a\nhello\r\n0\r\n\r\n')),
  badAnswer('a broken trailer', CHUNKS, responseWith(CHUNKED, '0\r\nX Y: z\r\n\r\n')),
  badAnswer('TE: gzip', TE, responseWith('Transfer-Encoding: gzip\r\n', 'hello')),
  badAnswer('TE: gzip, chunked', TE, responseWith('Transfer-Encoding: gzip, chunked\r\n', '5\r\nhello\r\n0\r\n\r\n')),
  badAnswer('TE: chunked, gzip', TE, responseWith('Transfer-Encoding: chunked, gzip\r\n', '5\r\nhello\r\n0\r\n\r\n')),
  badAnswer('TE: chunked twice', TE, responseWith(CHUNKED + CHUNKED, '5\r\nhello\r\n0\r\n\r\n')),
  badAnswer('TE: identity', TE, responseWith('Transfer-Encoding: identity\r\n', 'hello')),
  badAnswer(
    'TE with a vertical tab',
    TE,
    responseWith('Transfer-Encoding: \x0bchunked\r\n', '5\r\nhello\r\n0\r\n\r\n'),
  ),
  badAnswer('TE in HTTP/1.0', TE, 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'),
  badAnswer('TE with a space before the colon', FIELD, responseWith('Transfer-Encoding : chunked\r\n', '0\r\n\r\n')),
];

const informational: ResponseCase[] = [
  answer('100, then 200', INFO, `HTTP/1.1 100 Continue\r\n\r\n${OK}`, { statuses: [100, 200], body: 'ok' }),
  answer('103 twice, then 200', INFO, `${'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(2)}${OK}`, {
    statuses: [103, 103, 200],
    body: 'ok',
  }),
  answer('102 in the same packet as 204', INFO, 'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n', {
    statuses: [102, 204],
  }),
  cutAnswer('100 and nothing more', INFO, 'HTTP/1.1 100 Continue\r\n\r\n', { statuses: [100] }),
  badAnswer('100, then garbage', INFO, 'HTTP/1.1 100 Continue\r\n\r\nHello', { statuses: [100] }),
  {
    ...answer(
      '101',
      'RFC 9110 section 7.8',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nrest',
      { statuses: [101] },
    ),
    ending: 'tunnel',
  },
];

const statusLines: ResponseCase[] = [
  answer('no reason', STATUS, 'HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok', { body: 'ok' }),
  answer('a reason with high bytes', STATUS, 'HTTP/1.1 200 D\xe9\tj\xe0\r\nContent-Length: 2\r\n\r\nok', {
    body: 'ok',
  }),
  answer('a status that nobody knows', 'RFC 9110 section 15', responseWith('Content-Length: 2\r\n', 'ok', '299 Odd'), {
    statuses: [299],
    body: 'ok',
  }),
  badAnswer('garbage', STATUS, 'Hello, world\r\n\r\n'),
  badAnswer('a body without head', STATUS, '<html></html>'),
  badAnswer('a request', STATUS, 'GET / HTTP/1.1\r\n\r\n'),
  badAnswer('HTTP/0.9', STATUS, '\r\nhello\r\n'),
  badAnswer('HTTP/2.0', STATUS, 'HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n'),
  badAnswer('a version in lower case', STATUS, 'http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
  badAnswer('a status of two digits', STATUS, 'HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n'),
  badAnswer('a status of four digits', STATUS, 'HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n'),
  badAnswer('a status of letters', STATUS, 'HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n'),
  badAnswer('a status of 099', STATUS, 'HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n'),
  badAnswer('two spaces before the status', STATUS, 'HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n'),
  badAnswer('a tab before the status', STATUS, 'HTTP/1.1\t200 OK\r\nContent-Length: 0\r\n\r\n'),
  badAnswer('a NUL in the reason', STATUS, 'HTTP/1.1 200 O\0K\r\nContent-Length: 0\r\n\r\n'),
  badAnswer('a bare CR in the reason', STATUS, 'HTTP/1.1 200 O\rK\r\nContent-Length: 0\r\n\r\n'),
  badAnswer('a bare LF after the status line', LINES, 'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n'),
  badAnswer('a space before the status line', STATUS, ' HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
];

const fields: ResponseCase[] = [
  badAnswer('a folded value', 'RFC 9112 section 5.2', responseWith('X: a\r\n b\r\nContent-Length: 0\r\n')),
  badAnswer('a space before the colon', FIELD, responseWith('X : a\r\nContent-Length: 0\r\n')),
  badAnswer('a space in front of the first field', LINES, responseWith(' X: a\r\nContent-Length: 0\r\n')),
  badAnswer('no colon', FIELD, responseWith('X\r\nContent-Length: 0\r\n')),
  badAnswer('no name', FIELD, responseWith(': a\r\nContent-Length: 0\r\n')),
  badAnswer('a name with a NUL', FIELD, responseWith('X\0: a\r\nContent-Length: 0\r\n')),
  badAnswer('a value with a NUL', FIELD, responseWith('X: a\0b\r\nContent-Length: 0\r\n')),
  badAnswer('a value with a bare CR', LINES, responseWith('X: a\rb\r\nContent-Length: 0\r\n')),
  badAnswer('a value with a bare LF', LINES, responseWith('X: a\nSet-Cookie: b\r\nContent-Length: 0\r\n')),
  badAnswer('a value with an escape', FIELD, responseWith('X: a\x1bb\r\nContent-Length: 0\r\n')),
  badAnswer('a bare LF that ends the head', LINES, 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\n'),
  badAnswer('2,000 fields', FIELD, responseWith(`${'X: y\r\n'.repeat(2000)}Content-Length: 0\r\n`)),
  badAnswer('a value of 200,000 bytes', FIELD, responseWith(`X: ${'y'.repeat(200_000)}\r\nContent-Length: 0\r\n`)),
];

export const RESPONSES: readonly ResponseCase[] = [...lengths, ...codings, ...informational, ...statusLines, ...fields];
