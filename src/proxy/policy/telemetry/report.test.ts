import { expect, test } from 'vitest';
import type { RequestReport } from '../../../ir/policy/telemetry.ts';
import { redactQuery } from './redact.ts';
import { type Reported, Reporter } from './report.ts';

const POLICY: RequestReport = {
  backend: 'service/shop/trace/3000',
  host: 'trace.shop:3000',
  path: '/trace',
  fields: ['URL', 'Method', 'Headers', 'Body'],
  maxBody: 8,
  redactHeaders: ['authorization', 'cookie', 'x-api-key', 'x-session'],
  redactQueryParams: ['token'],
  timeout: 5_000,
};
const REQUEST: Reported = {
  time: Date.UTC(2026, 10, 21, 9),
  requestId: 'id',
  traceId: '0af7651916cd43dd8448eb211c80319c',
  rule: 'httproute/shop/cart/rule/0',
  metadata: undefined,
  origin: 'http://shop.example',
  path: '/cart',
  query: '?a=1&token=secret',
  method: 'POST',
  headers: [
    ['Host', 'shop.example'],
    ['X-A', '1'],
    ['AUTHORIZATION', 'Bearer secret'],
    ['x-a', '2'],
    ['X-Session', 'secret'],
  ],
  body: Buffer.from('hello'),
  bodyBytes: 5,
  status: 201,
  duration: 1.23456,
};

function report(policy: Partial<RequestReport> = {}, request: Partial<Reported> = {}): Record<string, unknown> {
  return JSON.parse(new Reporter({ ...POLICY, ...policy }).report({ ...REQUEST, ...request }, []).toString());
}

test('a report says what the request was, without what is redacted', () => {
  expect(report()).toEqual({
    time: '2026-11-21T09:00:00.000Z',
    requestId: 'id',
    traceId: '0af7651916cd43dd8448eb211c80319c',
    rule: 'httproute/shop/cart/rule/0',
    url: 'http://shop.example/cart?a=1&token=REDACTED',
    method: 'POST',
    headers: { host: ['shop.example'], 'x-a': ['1', '2'] },
    redactedHeaders: ['authorization', 'x-session'],
    body: { encoding: 'utf8', content: 'hello', bytes: 5, truncated: false },
    status: 201,
    durationMs: 1.235,
  });
});

test('only the fields that were asked for are there', () => {
  expect(Object.keys(report({ fields: ['Method'] }))).toEqual([
    'time',
    'requestId',
    'traceId',
    'rule',
    'method',
    'status',
    'durationMs',
  ]);
});

test('a body that was cut says so, and loses no more than half a character', () => {
  const bytes = Buffer.from('größe!!');
  expect(report({}, { body: bytes.subarray(0, 3), bodyBytes: 9 }).body).toEqual({
    encoding: 'utf8',
    content: 'gr',
    bytes: 9,
    truncated: true,
  });
  expect(report({}, { body: bytes.subarray(0, 4), bodyBytes: 9 }).body).toMatchObject({ content: 'grö' });
  expect(report({}, { body: Buffer.alloc(0), bodyBytes: 9 }).body).toMatchObject({ content: '', truncated: true });
});

test('a body that is no text is in base64', () => {
  const body = Buffer.from([0xff, 0x00, 0xfe]);
  expect(report({}, { body, bodyBytes: 3 }).body).toEqual({
    encoding: 'base64',
    content: '/wD+',
    bytes: 3,
    truncated: false,
  });
});

test('a parameter is redacted however its name is written, and the rest of the query stays as it is', () => {
  const redacted = new Set(['token', 'a b']);
  expect(redactQuery('?x=%zz&to%6Ben=1&a+b=2&token&token=', redacted)).toBe(
    '?x=%zz&to%6Ben=REDACTED&a+b=REDACTED&token&token=REDACTED',
  );
  expect(redactQuery('', redacted)).toBe('');
  expect(redactQuery('?%zz=1', redacted)).toBe('?%zz=1');
});
