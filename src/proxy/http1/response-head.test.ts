import { expect, test } from 'vitest';
import { DONE, MORE, REFUSED } from './fault.ts';
import { CHUNKED, LENGTH, NO_BODY, UNTIL_CLOSE } from './framing.ts';
import { DEFAULT_MESSAGE_LIMITS } from './limits.ts';
import { ResponseHead } from './response-head.ts';

function parse(text: string, method = 'GET'): ResponseHead {
  const bytes = Buffer.from(text, 'latin1');
  const whole = new ResponseHead(DEFAULT_MESSAGE_LIMITS);
  const result = whole.parse(bytes, 0, bytes.length, method);
  const slow = new ResponseHead(DEFAULT_MESSAGE_LIMITS);
  let last = MORE;
  for (let end = 1; end <= bytes.length && last === MORE; end++) last = slow.parse(bytes, 0, end, method);
  expect([last, slow.fault, slow.status, slow.framing]).toEqual([result, whole.fault, whole.status, whole.framing]);
  expect(result).not.toBe(MORE);
  return whole;
}

const framing = (text: string, method = 'GET') => {
  const head = parse(text, method);
  expect(head.fault).toBeNull();
  return head.framing;
};

test('reads a response', () => {
  const head = parse('HTTP/1.1 200 Fine then\r\nContent-Length: 5\r\nX: 1\r\n\r\n');
  expect([head.status, head.framing, head.bodyLength, head.keepAlive]).toEqual([200, LENGTH, 5, true]);
  expect(head.header('x')).toBe('1');
});

test('framing', () => {
  expect(framing('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')).toBe(CHUNKED);
  expect(framing('HTTP/1.1 200 OK\r\n\r\n')).toBe(UNTIL_CLOSE);
  expect(framing('HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n')).toBe(NO_BODY);
  expect(framing('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', 'HEAD')).toBe(NO_BODY);
  expect(framing('HTTP/1.1 304 \r\nContent-Length: 5\r\n\r\n')).toBe(NO_BODY);
  expect(framing('HTTP/1.1 204 \r\nContent-Length: 0\r\n\r\n')).toBe(NO_BODY);
  expect(framing('HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n')).toBe(NO_BODY);
});

test('persistence', () => {
  expect(parse('HTTP/1.1 200 OK\r\n\r\n').keepAlive).toBe(false);
  expect(parse('HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n').keepAlive).toBe(false);
  expect(parse('HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\n').keepAlive).toBe(true);
  expect(parse('HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n').upgrade).toBe(true);
  expect(parse('HTTP/1.1 101 Switching\r\n\r\n').upgrade).toBe(false);
});

test.each([
  ['HTTP/1.1 200 OK\n\n', 'bare-lf'],
  ['HTTP/2.0 200 OK\r\n\r\n', 'bad-status-line'],
  ['http/1.1 200 OK\r\n\r\n', 'bad-status-line'],
  ['HTTP/1.1 20 OK\r\n\r\n', 'bad-status-line'],
  ['HTTP/1.1 2000 OK\r\n\r\n', 'bad-status-line'],
  ['HTTP/1.1 099 OK\r\n\r\n', 'bad-status-line'],
  ['HTTP/1.1  200 OK\r\n\r\n', 'bad-status-line'],
  ['HTTP/1.1 200 O\0K\r\n\r\n', 'bad-status-line'],
  ['HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', 'length-and-coding'],
  ['HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n', 'repeated-length'],
  ['HTTP/1.1 200 OK\r\nContent-Length: 1,1\r\n\r\n', 'bad-length'],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n', 'bad-coding'],
  ['HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', 'coding-in-http10'],
  ['HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n', 'coding-without-body'],
  ['HTTP/1.1 103 Early\r\nTransfer-Encoding: chunked\r\n\r\n', 'coding-without-body'],
  ['HTTP/1.1 200 OK\r\n a: b\r\n\r\n', 'obs-fold'],
])('refuses %j', (text, reason) => {
  expect(parse(text).fault?.reason).toBe(reason);
});

test('the head is bounded', () => {
  const head = new ResponseHead({ ...DEFAULT_MESSAGE_LIMITS, headBytes: 64 });
  const bytes = Buffer.from(`HTTP/1.1 200 ${'a'.repeat(100)}`);
  expect(head.parse(bytes, 0, bytes.length, 'GET')).toBe(REFUSED);
  expect(head.fault?.reason).toBe('head-too-large');
  head.reset();
  const short = Buffer.from('HTTP/1.1 200 OK\r\n\r\n');
  expect(head.parse(short, 0, short.length, 'GET')).toBe(DONE);
});
