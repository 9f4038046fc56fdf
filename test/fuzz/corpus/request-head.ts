/** Request line, fields, Host, and what is not HTTP/1.1 at all. */
import { accepted, incomplete, type RequestCase, refused, requestWith } from './case.ts';

const LINE = 'RFC 9112 section 3';
const TARGET = 'RFC 9112 section 3.2';
const HOST = 'RFC 9112 section 3.2';
const VERSION = 'RFC 9112 section 2.3';
const LINES = 'RFC 9112 section 2.2';
const FIELD = 'RFC 9112 section 5';
const NAME = 'RFC 9110 section 5.1';
const VALUE = 'RFC 9110 section 5.5';

const HEAD = '\r\nHost: a.example\r\n\r\n';

function target(value: string, method = 'GET'): string {
  return `${method} ${value} HTTP/1.1${HEAD}`;
}

function host(line: string): string {
  return `GET / HTTP/1.1\r\n${line}\r\n\r\n`;
}

function field(line: string): string {
  return `GET / HTTP/1.1\r\nHost: a.example\r\n${line}\r\n\r\n`;
}

const requestLine: RequestCase[] = [
  accepted('a plain request', LINE, target('/')),
  accepted('a method of our own making', 'RFC 9110 section 9.1', target('/', 'PURGE')),
  accepted('an empty line before the request', LINES, `\r\n${target('/')}`),
  refused('two spaces after the method', LINE, `GET  / HTTP/1.1${HEAD}`),
  refused('two spaces before the version', LINE, `GET /  HTTP/1.1${HEAD}`),
  refused('a tab after the method', LINE, `GET\t/ HTTP/1.1${HEAD}`),
  refused('a tab before the version', LINE, `GET /\tHTTP/1.1${HEAD}`),
  refused('a vertical tab as space', LINE, `GET\x0b/\x0bHTTP/1.1${HEAD}`),
  refused('a space before the method', LINE, ` GET / HTTP/1.1${HEAD}`),
  refused('a space after the version', LINE, `GET / HTTP/1.1 ${HEAD}`),
  refused('a bare LF after the request line', LINES, 'GET / HTTP/1.1\nHost: a.example\r\n\r\n'),
  refused('a bare CR after the request line', LINES, 'GET / HTTP/1.1\rHost: a.example\r\n\r\n'),
  refused('a bare LF before the request', LINES, `\n${target('/')}`),
  refused('a bare CR before the request', LINES, `\r${target('/')}`),
  refused('no method', LINE, ` / HTTP/1.1${HEAD}`),
  refused('no target', LINE, `GET HTTP/1.1${HEAD}`),
  refused('an empty target', LINE, `GET  HTTP/1.1${HEAD}`),
  refused('a method with a colon', 'RFC 9110 section 9.1', target('/', 'GE:T')),
  refused('a method with a NUL', 'RFC 9110 section 9.1', target('/', 'GE\0T')),
  refused('a method with a high byte', 'RFC 9110 section 9.1', target('/', 'G\xc9T')),
  refused('a header line instead of a request line', LINE, 'Host: a.example\r\n\r\n'),
  incomplete('half a request line', LINE, 'GET / HT'),
  incomplete('half a head', LINE, 'GET / HTTP/1.1\r\nHost: a.exa'),
  incomplete('all but the last byte', LINE, 'GET / HTTP/1.1\r\nHost: a.example\r\n\r'),
];

const versions: RequestCase[] = [
  accepted('HTTP/1.0 with a Host', VERSION, `GET / HTTP/1.0${HEAD}`),
  refused('HTTP/0.9', VERSION, 'GET /\r\n'),
  refused('HTTP/0.9 in words', VERSION, `GET / HTTP/0.9${HEAD}`, 505),
  refused('HTTP/2.0', VERSION, `GET / HTTP/2.0${HEAD}`, 505),
  refused('HTTP/3.0', VERSION, `GET / HTTP/3.0${HEAD}`, 505),
  refused('HTTP/9.9', VERSION, `GET / HTTP/9.9${HEAD}`, 505),
  refused('the preface of HTTP/2', 'RFC 9113 section 3.4', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505),
  refused('a version without minor', VERSION, `GET / HTTP/1${HEAD}`),
  refused('a version with two digits', VERSION, `GET / HTTP/1.10${HEAD}`),
  refused('a version with a leading zero', VERSION, `GET / HTTP/01.1${HEAD}`),
  refused('a version in lower case', VERSION, `GET / http/1.1${HEAD}`),
  refused('a version with another name', VERSION, `GET / HTTQ/1.1${HEAD}`),
  refused('a version with a comma', VERSION, `GET / HTTP/1,1${HEAD}`),
  refused('a version of RTSP', VERSION, `DESCRIBE / RTSP/1.0${HEAD}`),
  refused('a version of ICY', VERSION, `SOURCE / ICE/1.0${HEAD}`),
];

const targets: RequestCase[] = [
  accepted('a query', TARGET, target('/a?b=c&d')),
  accepted('percent-encoding', TARGET, target('/a%20b')),
  accepted('absolute form', 'RFC 9112 section 3.2.2', target('http://a.example/x')),
  accepted('asterisk form', 'RFC 9112 section 3.2.4', target('*', 'OPTIONS')),
  refused('asterisk form with GET', 'RFC 9112 section 3.2.4', target('*')),
  refused('authority form with GET', 'RFC 9112 section 3.2.3', target('a.example:80')),
  refused('a target without slash', TARGET, target('admin')),
  refused('a target of another scheme', TARGET, target('ftp://a.example/')),
  refused('absolute form without a host', 'RFC 9110 section 4.2.1', target('http:///admin')),
  refused('absolute form with user information', 'RFC 9110 section 4.2.4', target('http://a.example@b.example/')),
  refused('absolute form for another host than Host', 'RFC 9112 section 3.2.2', target('http://b.example/')),
  refused('a fragment', TARGET, target('/a#b')),
  refused('a NUL in the target', TARGET, target('/a\0b')),
  refused('a control character in the target', TARGET, target('/a\x01b')),
  refused('a DEL in the target', TARGET, target('/a\x7fb')),
  refused('a high byte in the target', TARGET, target('/caf\xe9')),
  refused('a space in the target', LINE, target('/a b')),
  refused('a tab in the target', TARGET, target('/a\tb')),
  refused('a broken percent-encoding', 'RFC 3986 section 2.1', target('/a%2')),
  refused('a percent-encoding that is not hexadecimal', 'RFC 3986 section 2.1', target('/a%zz')),
  refused('a target of 100,000 bytes', 'RFC 9110 section 15.5.15', target(`/${'a'.repeat(100_000)}`), 414),
];

const hosts: RequestCase[] = [
  accepted('a Host with a port', HOST, host('Host: a.example:8080')),
  accepted('a Host that is an IPv6 address', HOST, host('Host: [::1]:8080')),
  accepted('a Host in capitals', HOST, host('HOST: A.EXAMPLE')),
  refused('no Host', HOST, 'GET / HTTP/1.1\r\n\r\n'),
  refused('two Hosts', HOST, host('Host: a.example\r\nHost: b.example')),
  refused('two equal Hosts', HOST, host('Host: a.example\r\nHost: a.example')),
  refused('a Host list', HOST, host('Host: a.example, b.example')),
  refused('a Host with a path', HOST, host('Host: a.example/x')),
  refused('a Host with user information', HOST, host('Host: a.example@b.example')),
  refused('a Host with a space', HOST, host('Host: a.example b.example')),
  refused('a Host with a query', HOST, host('Host: a.example?x')),
  refused('a Host with a fragment', HOST, host('Host: a.example#x')),
  refused('a Host with two ports', HOST, host('Host: a.example:80:81')),
  refused('a Host with a port of letters', HOST, host('Host: a.example:http')),
  refused('a Host with a high byte', HOST, host('Host: a\xe9.example')),
  refused('a Host with half an IPv6 address', HOST, host('Host: [::1')),
  refused('a Host with a space before the colon', FIELD, host('Host : a.example')),
  refused('a folded Host', FIELD, host('Host:\r\n a.example')),
  refused('a Host with a leading space', LINES, host(' Host: a.example')),
];

const fields: RequestCase[] = [
  accepted('an empty value', VALUE, field('X:')),
  accepted('a value with a tab and high bytes', VALUE, field('X: a\tb\xe9')),
  accepted('a value with colons', VALUE, field('X: a:b:c')),
  accepted('a name of every allowed mark', NAME, field("!#$%&'*+-.^_`|~: y")),
  refused('a space before the colon', FIELD, field('X : y')),
  refused('a tab before the colon', FIELD, field('X\t: y')),
  refused('a space in a name', NAME, field('X Y: z')),
  refused('no colon', FIELD, field('X')),
  refused('no name', FIELD, field(': y')),
  refused('a name with a NUL', NAME, field('X\0: y')),
  refused('a name with a high byte', NAME, field('X\xe9: y')),
  refused('a name with a parenthesis', NAME, field('X(: y')),
  refused('a name in quotes', NAME, field('"X": y')),
  refused('a name with a slash', NAME, field('X/Y: z')),
  refused('a name with an at sign', NAME, field('X@: y')),
  refused('a name with a control character', NAME, field('X\x01: y')),
  refused('a value with a NUL', VALUE, field('X: a\0b')),
  refused('a value with a bare CR', LINES, field('X: a\rb')),
  refused('a value with a bare LF', LINES, field('X: a\nY: b')),
  refused('a value with a control character', VALUE, field('X: a\x01b')),
  refused('a value with an escape', VALUE, field('X: a\x1bb')),
  refused('a value with a DEL', VALUE, field('X: a\x7fb')),
  refused('a folded value', 'RFC 9112 section 5.2', field('X: a\r\n b')),
  refused('a value folded with a tab', 'RFC 9112 section 5.2', field('X: a\r\n\tb')),
  refused('a fold in front of the first field', LINES, host(' \r\nHost: a.example')),
  refused('CR CR LF after a value', LINES, field('X: a\r')),
  refused('a bare LF that ends the head', LINES, 'GET / HTTP/1.1\r\nHost: a.example\r\n\n'),
  refused('two bare LF that end the head', LINES, 'GET / HTTP/1.1\r\nHost: a.example\n\n'),
  refused('2,000 fields', 'RFC 6585 section 5', requestWith('X: y\r\n'.repeat(2000)), 431),
  refused('a value of 100,000 bytes', 'RFC 6585 section 5', field(`X: ${'y'.repeat(100_000)}`), 431),
  refused('a name of 100,000 bytes', 'RFC 6585 section 5', field(`${'X'.repeat(100_000)}: y`), 431),
];

const strangers: RequestCase[] = [
  refused('a TLS ClientHello', LINE, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03abcdefgh\r\n\r\n'),
  refused('a PROXY protocol line', LINE, `PROXY TCP4 10.0.0.1 10.0.0.2 5 6\r\n${target('/')}`),
  refused('a byte order mark', LINE, `\xef\xbb\xbf${target('/')}`),
  refused('a response', LINE, 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
  refused('SMTP', LINE, 'EHLO a.example\r\n'),
  refused('zeros', LINE, '\0'.repeat(64)),
];

export const REQUEST_HEAD: readonly RequestCase[] = [
  ...requestLine,
  ...versions,
  ...targets,
  ...hosts,
  ...fields,
  ...strangers,
];
