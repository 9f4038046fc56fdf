/** Chunk sizes, extensions, ends of lines and trailers. */
import { accepted, incomplete, type RequestCase, refused, requestWith } from './case.ts';

const SIZE = 'RFC 9112 section 7.1';
const EXT = 'RFC 9112 section 7.1.1';
const TRAILER = 'RFC 9112 section 7.1.2';

function chunked(body: string): string {
  return requestWith('Transfer-Encoding: chunked\r\n', body);
}

const sizes: RequestCase[] = [
  accepted('two chunks', SIZE, chunked('5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n'), 'hello world'),
  accepted('no data', SIZE, chunked('0\r\n\r\n')),
  accepted('a size in capitals', SIZE, chunked('A\r\n0123456789\r\n0\r\n\r\n'), '0123456789'),
  accepted('a size in lower case', SIZE, chunked('a\r\n0123456789\r\n0\r\n\r\n'), '0123456789'),
  accepted('a size with leading zeros', SIZE, chunked('0005\r\nhello\r\n000\r\n\r\n'), 'hello'),
  accepted('data that looks like the last chunk', SIZE, chunked('7\r\n0\r\n\r\nab\r\n0\r\n\r\n'), '0\r\n\r\nab'),
  refused('no size', SIZE, chunked('\r\nhello\r\n0\r\n\r\n')),
  refused('a size that is not hexadecimal', SIZE, chunked('g\r\nhello\r\n0\r\n\r\n')),
  refused('a size with 0x', SIZE, chunked('0x5\r\nhello\r\n0\r\n\r\n')),
  refused('a size with a plus', SIZE, chunked('+5\r\nhello\r\n0\r\n\r\n')),
  refused('a size with a minus', SIZE, chunked('-5\r\nhello\r\n0\r\n\r\n')),
  refused('a size with an underscore', SIZE, chunked('0_5\r\nhello\r\n0\r\n\r\n')),
  refused('a size with a leading space', SIZE, chunked(' 5\r\nhello\r\n0\r\n\r\n')),
  refused('a size with a trailing space', SIZE, chunked('5 \r\nhello\r\n0\r\n\r\n')),
  refused('a size with a trailing tab', SIZE, chunked('5\t\r\nhello\r\n0\r\n\r\n')),
  refused('a size with a letter after it', SIZE, chunked('5z\r\nhello\r\n0\r\n\r\n')),
  refused('a size with a space inside', SIZE, chunked('0 5\r\nhello\r\n0\r\n\r\n')),
  refused('a size with a NUL', SIZE, chunked('5\0\r\nhello\r\n0\r\n\r\n')),
  refused('a size with a comma', SIZE, chunked('5,\r\nhello\r\n0\r\n\r\n')),
  refused('a size of 2^64 + 5', SIZE, chunked('10000000000000005\r\nhello\r\n0\r\n\r\n')),
  refused('a size of 2^64 - 1', SIZE, chunked('ffffffffffffffff\r\nhello\r\n0\r\n\r\n')),
  refused('a size of 2^63', SIZE, chunked('8000000000000000\r\nhello\r\n0\r\n\r\n')),
  refused('a size of 2^128', SIZE, chunked(`1${'0'.repeat(32)}\r\nhello\r\n0\r\n\r\n`)),
  refused('a size of 5,000 digits', SIZE, chunked(`${'f'.repeat(5000)}\r\nhello\r\n0\r\n\r\n`)),
  incomplete('nothing after the head', SIZE, chunked('')),
  incomplete('cut in a size', SIZE, chunked('5')),
  incomplete('cut in data', SIZE, chunked('5\r\nhel')),
  incomplete('cut after data', SIZE, chunked('5\r\nhello\r')),
  incomplete('cut after the last chunk', SIZE, chunked('0\r\n')),
];

const ends: RequestCase[] = [
  refused('a bare LF after a size', SIZE, chunked('5\nhello\r\n0\r\n\r\n')),
  refused('a bare CR after a size', SIZE, chunked('5\rhello\r\n0\r\n\r\n')),
  refused('two CR after a size', SIZE, chunked('5\r\r\nhello\r\n0\r\n\r\n')),
  refused('a bare LF after data', SIZE, chunked('5\r\nhello\n0\r\n\r\n')),
  refused('a bare CR after data', SIZE, chunked('5\r\nhello\r0\r\n\r\n')),
  refused('nothing after data', SIZE, chunked('5\r\nhello0\r\n\r\n')),
  refused('two letters after data', SIZE, chunked('5\r\nhelloXX0\r\n\r\n')),
  refused('data one byte longer than its size', SIZE, chunked('4\r\nhello\r\n0\r\n\r\n')),
  refused('data one byte shorter than its size', SIZE, chunked('6\r\nhello\r\n0\r\n\r\n')),
  refused('a bare LF after the last chunk', SIZE, chunked('0\n\r\n')),
  refused('a bare LF at the very end', SIZE, chunked('0\r\n\n')),
  refused('a bare CR at the very end', SIZE, chunked('0\r\n\rX')),
];

const extensions: RequestCase[] = [
  accepted('an extension', EXT, chunked('5;a=b\r\nhello\r\n0\r\n\r\n'), 'hello'),
  accepted('an extension without value', EXT, chunked('5;a\r\nhello\r\n0\r\n\r\n'), 'hello'),
  accepted('two extensions', EXT, chunked('5;a=b;c=d\r\nhello\r\n0;e=f\r\n\r\n'), 'hello'),
  accepted('an extension in quotes', EXT, chunked('5;a="b;c"\r\nhello\r\n0\r\n\r\n'), 'hello'),
  refused('an extension with a bare LF', EXT, chunked('5;a=b\nhello\r\n0\r\n\r\n')),
  refused('an extension with a bare CR', EXT, chunked('5;a=b\rc\r\nhello\r\n0\r\n\r\n')),
  refused('an extension with a NUL', EXT, chunked('5;a=\0\r\nhello\r\n0\r\n\r\n')),
  refused('an extension in quotes with a CRLF', EXT, chunked('5;a="b\r\nhello\r\n0\r\n\r\n')),
  refused('an extension in quotes with a bare LF', EXT, chunked('5;a="b\nc"\r\nhello\r\n0\r\n\r\n')),
  refused('an extension with a space instead of a semicolon', EXT, chunked('5 a=b\r\nhello\r\n0\r\n\r\n')),
  refused('an extension of 20,000 bytes', EXT, chunked(`5;a=${'b'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`)),
  refused(
    '64 KiB of extensions on one-byte chunks',
    EXT,
    chunked(`${`1;${'x'.repeat(126)}\r\na\r\n`.repeat(512)}0\r\n\r\n`),
  ),
];

const trailers: RequestCase[] = [
  accepted('a trailer', TRAILER, chunked('5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n'), 'hello'),
  accepted('two trailers', TRAILER, chunked('5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n'), 'hello'),
  refused('a trailer with a bare LF', TRAILER, chunked('0\r\nX-Sum: 1\n\r\n')),
  refused('a trailer with a bare CR', TRAILER, chunked('0\r\nX-Sum: 1\rY: 2\r\n\r\n')),
  refused('a trailer with a space before the colon', TRAILER, chunked('0\r\nX-Sum : 1\r\n\r\n')),
  refused('a trailer without a colon', TRAILER, chunked('0\r\nX-Sum\r\n\r\n')),
  refused('a trailer without a name', TRAILER, chunked('0\r\n: 1\r\n\r\n')),
  refused('a trailer that is folded', TRAILER, chunked('0\r\nX-Sum: 1\r\n 2\r\n\r\n')),
  refused('a trailer with a NUL', TRAILER, chunked('0\r\nX-Sum: \0\r\n\r\n')),
  refused('a request instead of a trailer', TRAILER, chunked('0\r\nGET /admin HTTP/1.1\r\nHost: a.example\r\n\r\n')),
  refused('a trailer of 100,000 bytes', TRAILER, chunked(`0\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`), 431),
  refused('2,000 trailers', TRAILER, chunked(`0\r\n${'X: y\r\n'.repeat(2000)}\r\n`), 431),
  incomplete('cut in a trailer', TRAILER, chunked('0\r\nX-Sum: 1\r\n')),
];

export const REQUEST_CHUNKED: readonly RequestCase[] = [...sizes, ...ends, ...extensions, ...trailers];
