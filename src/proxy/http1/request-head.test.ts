import { expect, test } from 'vitest';
import { DONE, MORE, REFUSED } from './fault.ts';
import { CHUNKED, LENGTH, NO_BODY } from './framing.ts';
import { EXPECT, HOST_FIELD, X_REQUEST_ID } from './known-field.ts';
import { DEFAULT_MESSAGE_LIMITS, type MessageLimits } from './limits.ts';
import { RequestHead } from './request-head.ts';

/** A stand-in for route/normalise.ts that shows when it was asked. */
const normalise = (raw: string) => (raw.includes('%zz') ? null : `normal(${raw})`);

function head(limits: Partial<MessageLimits> = {}): RequestHead {
  const parser = new RequestHead({ ...DEFAULT_MESSAGE_LIMITS, ...limits }, normalise);
  parser.reset();
  return parser;
}

function parse(text: string, limits: Partial<MessageLimits> = {}): RequestHead {
  const parser = head(limits);
  const bytes = Buffer.from(text, 'latin1');
  expect(parser.parse(bytes, 0, bytes.length)).toBe(DONE);
  return parser;
}

/** Reason of the refusal, which must be the same whether the bytes come at once or one by one. */
function refusal(text: string, limits: Partial<MessageLimits> = {}): string {
  const bytes = Buffer.from(text, 'latin1');
  const whole = head(limits);
  expect(whole.parse(bytes, 0, bytes.length), text).toBe(REFUSED);
  const slow = head(limits);
  let result = MORE;
  for (let end = 1; end <= bytes.length && result === MORE; end++) result = slow.parse(bytes, 0, end);
  expect([slow.fault?.reason, slow.faultAt], text).toEqual([whole.fault!.reason, whole.faultAt]);
  return `${whole.fault!.status} ${whole.fault!.reason}`;
}

const get = (...lines: string[]) => `GET / HTTP/1.1\r\nHost: a\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;

test('reads a request', () => {
  const request = parse(
    'POST /cart/1?x=%20&y HTTP/1.1\r\nHost: Shop.Example:8080\r\nContent-Length: 12\r\nX:  a b \t\r\n\r\nbody',
  );
  expect(request.method).toBe('POST');
  expect(request.path).toBe('/cart/1');
  expect(request.query).toBe('?x=%20&y');
  expect(request.host).toBe('shop.example');
  expect(request.authority).toBe('Shop.Example:8080');
  expect(request.header('x')).toBe('a b');
  expect(request.header('y')).toBeNull();
  expect([request.framing, request.bodyLength]).toEqual([LENGTH, 12]);
  expect(request.keepAlive).toBe(true);
  expect(request.line).toBe('POST /cart/1?x=%20&y HTTP/1.1');
});

test('any split gives the same request', () => {
  const text =
    '\r\nGET /a/b?c HTTP/1.1\r\nHost: a.example\r\nConnection: close, x-hop\r\nX-Hop: 1\r\nA: 1\r\na:  2\r\n\r\n';
  const bytes = Buffer.from(`junk${text}`, 'latin1');
  for (let split = 1; split < text.length; split++) {
    const request = head();
    expect(request.parse(bytes, 4, 4 + split)).toBe(MORE);
    const moved = Buffer.from(text, 'latin1');
    expect(request.parse(moved, 0, moved.length)).toBe(DONE);
    expect([request.method, request.path, request.query, request.host]).toEqual(['GET', '/a/b', '?c', 'a.example']);
    expect(request.header('a')).toBe('1, 2');
    expect(request.length).toBe(text.length);
    expect([request.keepAlive, request.framing]).toEqual([false, NO_BODY]);
  }
});

test('the same parser serves many requests', () => {
  const parser = head();
  for (const path of ['/one', '/two?q', '/../x', '/four']) {
    const bytes = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    parser.reset();
    expect(parser.isEmpty).toBe(true);
    expect(parser.parse(bytes, 0, bytes.length)).toBe(DONE);
    expect(parser.path + parser.query).toBe(path === '/../x' ? 'normal(/../x)' : path);
  }
});

test('asks for normalisation only where it could change something', () => {
  const path = (target: string) => parse(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`).path;
  for (const plain of ['/', '/a.b/c', '/a/b.', '/a?//', '/a?%41/../']) expect(path(plain)).toBe(plain.split('?')[0]);
  for (const odd of ['//', '/./a', '/a/..', '/a//b', '/%41', '/.well-known']) expect(path(odd)).toBe(`normal(${odd})`);
});

test('absolute form', () => {
  const absolute = parse('GET HTTP://a.example:80/x?y HTTP/1.1\r\nHost: A.example:80\r\n\r\n');
  expect([absolute.host, absolute.authority, absolute.path, absolute.query]).toEqual([
    'a.example',
    'a.example:80',
    '/x',
    '?y',
  ]);
  expect(absolute.target.scheme).toBe('http');
  expect(parse('GET https://a HTTP/1.1\r\nHost: a\r\n\r\n').path).toBe('/');
  expect(parse('GET http://a?q HTTP/1.1\r\nHost: a\r\n\r\n').query).toBe('?q');
  expect(parse('GET http://a//b HTTP/1.1\r\nHost: a\r\n\r\n').path).toBe('normal(//b)');
  expect(parse('OPTIONS http://a HTTP/1.1\r\nHost: a\r\n\r\n').path).toBe('*');
  expect(parse('OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n').path).toBe('*');
});

test('persistence, upgrade and expectation', () => {
  expect(parse('GET / HTTP/1.0\r\n\r\n').keepAlive).toBe(false);
  expect(parse('GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n').keepAlive).toBe(true);
  expect(parse(get('Connection: close')).keepAlive).toBe(false);
  expect(parse(get('Connection: Upgrade', 'Upgrade: websocket')).upgrade).toBe(true);
  expect(parse(get('Upgrade: websocket')).upgrade).toBe(false);
  for (const protocol of ['h2c', 'H2C', 'websocket, h2c', 'HTTP/2.0', 'TLS/1.2']) {
    expect(parse(get('Connection: Upgrade', `Upgrade: ${protocol}`)).upgrade, protocol).toBe(false);
  }
  expect(parse('GET / HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n').upgrade).toBe(false);
  expect(parse(get('Expect: 100-Continue', 'Content-Length: 1')).expectsContinue).toBe(true);
  expect(parse(get('Expect: 100-continue')).expectsContinue).toBe(false);
  expect(parse(get('Transfer-Encoding: Chunked')).framing).toBe(CHUNKED);
});

test.each([
  ['GET / HTTP/1.1\nHost: a\n\n', '400 bare-lf'],
  ['GET / HTTP/1.1\rHost: a\r\n\r\n', '400 bare-cr'],
  ['\nGET / HTTP/1.1\r\n\r\n', '400 bare-lf'],
  ['\r\n\r\nGET / HTTP/1.1\r\n\r\n', '400 bad-method'],
  [' GET / HTTP/1.1\r\n\r\n', '400 bad-method'],
  ['G(T / HTTP/1.1\r\n\r\n', '400 bad-method'],
  [`${'G'.repeat(33)} / HTTP/1.1\r\n\r\n`, '501 method-too-long'],
  ['GET  / HTTP/1.1\r\n\r\n', '400 bad-target'],
  ['GET /a b HTTP/1.1\r\n\r\n', '400 bad-version'],
  ['GET /a#b HTTP/1.1\r\n\r\n', '400 bad-target'],
  ['GET /a\\b HTTP/1.1\r\n\r\n', '400 bad-target'],
  ['GET /\x80 HTTP/1.1\r\n\r\n', '400 bad-target'],
  ['GET /\0 HTTP/1.1\r\n\r\n', '400 bad-target'],
  ['GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n', '400 bad-path'],
  ['GET a HTTP/1.1\r\nHost: a\r\n\r\n', '400 bad-target'],
  ['GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n', '400 bad-target'],
  ['GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n', '400 bad-host'],
  ['GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n', '400 bad-target'],
  ['GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n', '400 authority-mismatch'],
  ['GET /\r\n', '400 no-version'],
  ['GET / \r\n', '400 no-version'],
  ['GET / HTTP/1.1 \r\n', '400 bad-version'],
  ['GET / http/1.1\r\n', '400 bad-version'],
  ['GET / HTTP/1.10\r\n', '400 bad-version'],
  ['GET / HTTP/2.0\r\n', '505 unknown-version'],
  ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '505 unknown-version'],
  ['GET / HTTP/1.2\r\n', '505 unknown-version'],
  ['CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n', '501 connect'],
  ['GET * HTTP/1.1\r\nHost: a\r\n\r\n', '400 bad-asterisk'],
  ['GET / HTTP/1.1\r\n\r\n', '400 missing-host'],
  [get('Host: a'), '400 repeated-host'],
  [get('Host : a'), '400 space-before-colon'],
  [get(': a'), '400 empty-field-name'],
  [get('a b: c'), '400 space-before-colon'],
  [get('a\x00b: c'), '400 bad-field-name'],
  [get('a'), '400 bad-field-name'],
  [get('a: b', ' c'), '400 obs-fold'],
  [get('a: b', '\tc'), '400 obs-fold'],
  [get('a: b\x00'), '400 bad-field-value'],
  [get('a: b\x7f'), '400 bad-field-value'],
  [get('a: b\rc'), '400 bare-cr'],
  [get('a: b\nc: d'), '400 bare-lf'],
  [get('Content-Length: 1', 'Transfer-Encoding: chunked'), '400 length-and-coding'],
  [get('Content-Length: 1', 'Content-Length: 2'), '400 repeated-length'],
  [get('Content-Length: 1', 'Content-Length: 1'), '400 repeated-length'],
  [get('Content-Length: 1, 1'), '400 bad-length'],
  [get('Content-Length: +1'), '400 bad-length'],
  [get('Content-Length: -1'), '400 bad-length'],
  [get('Content-Length: 0x1'), '400 bad-length'],
  [get('Content-Length: 1 1'), '400 bad-length'],
  [get('Content-Length:'), '400 bad-length'],
  [get('Content-Length: 9999999999999999'), '400 bad-length'],
  [get('Transfer-Encoding: gzip'), '400 bad-coding'],
  [get('Transfer-Encoding: chunked, gzip'), '400 bad-coding'],
  [get('Transfer-Encoding: chunked, chunked'), '400 bad-coding'],
  [get('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'), '400 bad-coding'],
  [get('Transfer-Encoding: chunked;q=1'), '400 bad-coding'],
  [get('Transfer-Encoding: ,chunked'), '400 bad-coding'],
  [get('Transfer-Encoding: chunked,'), '400 bad-coding'],
  [get('Transfer-Encoding: "chunked"'), '400 bad-coding'],
  [get('Transfer-Encoding: \x0bchunked'), '400 bad-field-value'],
  [get('Transfer-Encoding:'), '400 bad-coding'],
  [get('Transfer-Encoding: gzip, chunked'), '501 unknown-coding'],
  ['GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n', '400 coding-in-http10'],
  [get('Connection: content-length', 'Content-Length: 1'), '400 bad-connection'],
  [get('Connection: host'), '400 bad-connection'],
  [get('Connection: a b'), '400 bad-connection'],
  [get('Expect: 200-ok'), '417 bad-expect'],
])('refuses %j', (text, expected) => {
  expect(refusal(text)).toBe(expected);
});

test.each(['', 'a b', 'a,b', 'a..b', '.a', 'a:b', 'a:99999', '[::1', '[]', '[::1]x', 'u@a', 'a/b', 'a%41', 'ä'])(
  'refuses the Host %j',
  (host) => {
    expect(refusal(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).toBe('400 bad-host');
  },
);

test.each([
  ['[::1]:80', '[::1]'],
  ['A_b-c.D.:1', 'a_b-c.d'],
  ['10.0.0.1:', '10.0.0.1'],
])('takes the Host %j', (host, name) => {
  expect(parse(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`).host).toBe(name);
});

test('limits', () => {
  const line = (length: number) => `GET /${'a'.repeat(length - 14)} HTTP/1.1\r\nHost: a\r\n\r\n`;
  parse(line(100), { requestLine: 100 });
  expect(refusal(line(101), { requestLine: 100 })).toBe('414 line-too-long');
  expect(refusal(line(9_000), { requestLine: 100 })).toBe('414 line-too-long');
  parse(get('a: b'), { fields: 2 });
  expect(refusal(get('a: b', 'c: d'), { fields: 2 })).toBe('431 too-many-fields');
  const large = get(`a: ${'b'.repeat(200)}`);
  parse(large, { headBytes: large.length });
  expect(refusal(large, { headBytes: large.length - 1 })).toBe('431 head-too-large');
});

test('many fields', () => {
  const request = parse(get(...Array.from({ length: 99 }, (_, index) => `x-${index}: ${index}`)));
  expect(request.header('x-98')).toBe('98');
  expect(request.fields.count).toBe(100);
});

test('a field that Connection nominates is no longer one that is known', () => {
  const request = parse(get('Connection: expect, X-Request-Id', 'Expect: tea', 'X-Request-Id: 1'));
  expect(request.fields.has(EXPECT)).toBe(false);
  expect(request.fields.has(X_REQUEST_ID)).toBe(false);
  expect(request.fields.has(HOST_FIELD)).toBe(true);
});
