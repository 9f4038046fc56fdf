import { expect, test } from 'vitest';
import { BodyReader } from './body.ts';
import { DONE, MORE, REFUSED } from './fault.ts';
import { CHUNKED, LENGTH, NO_BODY, UNTIL_CLOSE } from './framing.ts';
import { DEFAULT_MESSAGE_LIMITS, type MessageLimits } from './limits.ts';

type Outcome = { passed: string; rest: string; trailers: string[] | null; reason: string | null; isDone: boolean };

function read(
  text: string,
  size: number,
  start: [number, number, boolean],
  limits: Partial<MessageLimits> = {},
): Outcome {
  const reader = new BodyReader({ ...DEFAULT_MESSAGE_LIMITS, ...limits });
  reader.start(...start);
  const bytes = Buffer.from(text, 'latin1');
  let passed = '';
  let at = 0;
  let result = MORE;
  while (result === MORE && at < bytes.length) {
    const end = Math.min(bytes.length, at + size);
    while (result === MORE && at < end) {
      result = reader.read(bytes, at, end);
      for (let index = 0; index < reader.segmentCount; index++) {
        passed += bytes.toString('latin1', reader.segments[index * 2], reader.segments[index * 2 + 1]);
      }
      at = reader.position;
    }
  }
  const names = Array.from({ length: reader.trailers.count }, (_, index) => reader.trailers.name(index));
  return {
    passed,
    rest: result === REFUSED ? '' : bytes.toString('latin1', at),
    trailers: reader.hasTrailers ? names : null,
    reason: reader.fault?.reason ?? null,
    isDone: reader.isDone,
  };
}

/** Same outcome for every size of the pieces. */
function everyway(text: string, start: [number, number, boolean], limits: Partial<MessageLimits> = {}): Outcome {
  const whole = read(text, text.length, start, limits);
  for (let size = 1; size < Math.min(text.length, 40); size++) {
    const split = read(text, size, start, limits);
    if (whole.reason !== null) split.passed = whole.passed;
    expect(split).toEqual(whole);
  }
  return whole;
}

const KEEP: [number, number, boolean] = [CHUNKED, 0, true];
const DECODE: [number, number, boolean] = [CHUNKED, 0, false];

test('a length', () => {
  expect(everyway('hello world', [LENGTH, 5, false])).toMatchObject({ passed: 'hello', rest: ' world', isDone: true });
  expect(everyway('hell', [LENGTH, 5, false])).toMatchObject({ passed: 'hell', isDone: false });
});

test('no body, and one that ends with the connection', () => {
  const reader = new BodyReader(DEFAULT_MESSAGE_LIMITS);
  reader.start(NO_BODY, 0, false);
  expect(reader.read(Buffer.from('next'), 0, 4)).toBe(DONE);
  expect([reader.position, reader.segmentCount]).toEqual([0, 0]);
  expect(everyway('abc', [UNTIL_CLOSE, 0, false])).toMatchObject({ passed: 'abc', isDone: false });
});

test('chunks', () => {
  const body = '5\r\nhello\r\nA\r\n0123456789\r\n000\r\n\r\n';
  expect(everyway(`${body}GET`, KEEP)).toMatchObject({ passed: body, rest: 'GET', trailers: null, isDone: true });
  expect(everyway(`${body}GET`, DECODE)).toMatchObject({ passed: 'hello0123456789', rest: 'GET', isDone: true });
});

test('chunk extensions end here', () => {
  const body = '5;a=b;c="d e"\r\nhello\r\n0;x\r\n\r\nrest';
  expect(everyway(body, KEEP)).toMatchObject({ passed: '5\r\nhello\r\n0\r\n\r\n', rest: 'rest' });
  expect(everyway(body, DECODE)).toMatchObject({ passed: 'hello', rest: 'rest' });
  expect(everyway(body, KEEP, { chunkExtensions: 5 }).reason).toBe('chunk-extensions-too-large');
});

test('trailers are handed over, not passed on', () => {
  const body = '1\r\na\r\n0\r\nX-Sum: 1\r\nB: c\r\n\r\nrest';
  const trailers = ['X-Sum', 'B'];
  expect(everyway(body, KEEP)).toMatchObject({ passed: '1\r\na\r\n0\r\n', rest: 'rest', trailers });
  expect(everyway(body, DECODE)).toMatchObject({ passed: 'a', rest: 'rest', trailers });
  expect(everyway(body, KEEP, { trailerBytes: 10 }).reason).toBe('trailers-too-large');
  expect(everyway(body, KEEP, { trailerFields: 1 }).reason).toBe('trailers-too-large');
});

test.each([
  ['\r\n', 'bad-chunk-size'],
  ['x\r\n', 'bad-chunk-size'],
  ['-1\r\n', 'bad-chunk-size'],
  ['+1\r\n', 'bad-chunk-size'],
  ['0x1\r\n', 'bad-chunk-size'],
  [' 1\r\n', 'bad-chunk-size'],
  ['1 \r\n', 'bad-chunk-size'],
  ['1 ;a\r\n', 'bad-chunk-size'],
  ['5\n', 'bare-lf'],
  ['5\rx', 'bare-cr'],
  ['10000000000000\r\n', 'chunk-too-large'],
  ['FFFFFFFFFFFFFFFFF\r\n', 'chunk-too-large'],
  ['5;\r\n', 'bad-chunk-extension'],
  ['5;a\0\r\n', 'bad-chunk-extension'],
  ['5;a\n', 'bare-lf'],
  ['5;a\rb', 'bare-cr'],
  ['5\r\nhello!', 'bad-chunk-end'],
  ['5\r\nhello\n', 'bare-lf'],
  ['5\r\nhello\rx', 'bad-chunk-end'],
  ['0\r\n\rx', 'bare-cr'],
  ['0\r\n\n', 'bare-lf'],
  ['0\r\n a: b\r\n\r\n', 'obs-fold'],
  ['0\r\nA : b\r\n\r\n', 'space-before-colon'],
])('refuses %j', (text, reason) => {
  expect(everyway(text, KEEP).reason).toBe(reason);
  expect(everyway(text, DECODE).reason).toBe(reason);
});

test('more pieces than one call reports', () => {
  const body = `${'1\r\na\r\n'.repeat(1_000)}0\r\n\r\n`;
  expect(read(body, body.length, DECODE)).toMatchObject({ passed: 'a'.repeat(1_000), isDone: true });
  const extended = `${'1;x\r\na\r\n'.repeat(1_000)}0\r\n\r\n`;
  expect(read(extended, extended.length, KEEP)).toMatchObject({ passed: body, isDone: true });
});
