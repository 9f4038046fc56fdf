/** Several messages on one connection: each must be cut exactly where the one before ends. */
import { accepted, incomplete, type RequestCase, refusedAfter, requestWith } from './case.ts';

const PIPELINE = 'RFC 9112 section 9.3.2';
const GET = 'GET /1 HTTP/1.1\r\nHost: a.example\r\n\r\n';
const POST = 'POST /2 HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\nabc';
const CHUNKED = 'PUT /3 HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: u\r\n\r\n';

export const REQUEST_PIPELINE: readonly RequestCase[] = [
  accepted('nothing', PIPELINE, '', '', 0),
  accepted('two requests', PIPELINE, GET + GET, '', 2),
  accepted('a length, then a request', PIPELINE, POST + GET, '', 2),
  accepted('chunks, then a length', PIPELINE, CHUNKED + POST, 'abc', 2),
  accepted('every framing in a row', PIPELINE, GET + POST + CHUNKED + GET + CHUNKED + POST, 'abc', 6),
  accepted('an empty line between two requests', 'RFC 9112 section 2.2', `${POST}\r\n${GET}`, '', 2),
  accepted(
    'a request in a body',
    PIPELINE,
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${GET.length}\r\n\r\n${GET}${POST}`,
    'abc',
    2,
  ),
  accepted(
    'a request in a chunk',
    PIPELINE,
    requestWith('Transfer-Encoding: chunked\r\n', `${GET.length.toString(16)}\r\n${GET}\r\n0\r\n\r\n${GET}`),
    '',
    2,
  ),
  accepted(
    'a GET with a body that is a request',
    PIPELINE,
    `GET / HTTP/1.1\r\nHost: a\r\nContent-Length: ${GET.length}\r\n\r\n${GET}`,
    GET,
  ),
  incomplete('a request, then half of one', PIPELINE, `${GET}GET /2 HTT`, 1),
  incomplete('a request, then half a body', PIPELINE, `${GET}${POST.slice(0, -1)}`, 1),
  refusedAfter(
    1,
    'a request, then CL.TE',
    'RFC 9112 section 6.3 (3)',
    GET + requestWith('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
  ),
  refusedAfter(1, 'a length, then garbage', PIPELINE, `${POST}\0\0\0\0`),
  refusedAfter(2, 'two requests, then a bare LF', 'RFC 9112 section 2.2', `${POST}${GET}GET / HTTP/1.1\nHost: a\n\n`),
  refusedAfter(1, 'chunks, then more chunks', PIPELINE, `${CHUNKED}3\r\nabc\r\n0\r\n\r\n`),
];
