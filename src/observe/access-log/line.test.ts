import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AccessEntry } from './entry.ts';
import { accessLine } from './line.ts';

function entry(fields: Partial<AccessEntry> = {}): AccessEntry {
  return Object.assign(new AccessEntry(), { time: Date.UTC(2026, 10, 21, 2, 3, 4, 56), ...fields });
}

function logged(fields: Partial<AccessEntry>, query = false): Record<string, unknown> {
  const line = accessLine(entry(fields), query);
  expect(line.indexOf('\n')).toBe(line.length - 1);
  return JSON.parse(line);
}

test('a full entry has every field', () => {
  expect(
    logged({
      requestId: 'abc',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      client: '192.0.2.1',
      method: 'GET',
      host: 'shop.example',
      path: '/cart?token=secret',
      protocol: 'HTTP/1.1',
      status: 503,
      reason: 'no-endpoints',
      rule: 'httproute/shop/cart/rule/2',
      backend: 'service/shop/cart/80',
      endpoint: '10.0.0.1:8080',
      attempts: 2,
      bytesIn: 10,
      bytesOut: 2000,
      duration: 12.3456,
      backendDuration: 11.1,
      userAgent: 'curl/8',
    }),
  ).toEqual({
    time: '2026-11-21T02:03:04.056Z',
    request_id: 'abc',
    trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    client: '192.0.2.1',
    method: 'GET',
    host: 'shop.example',
    path: '/cart',
    protocol: 'HTTP/1.1',
    status: 503,
    reason: 'no-endpoints',
    rule: 'httproute/shop/cart/rule/2',
    backend: 'service/shop/cart/80',
    endpoint: '10.0.0.1:8080',
    attempts: 2,
    bytes_in: 10,
    bytes_out: 2000,
    duration_ms: 12.346,
    backend_ms: 11.1,
    user_agent: 'curl/8',
  });
});

test('what is not known is left out', () => {
  expect(Object.keys(logged({}))).toEqual(['time', 'status', 'attempts', 'bytes_in', 'bytes_out', 'duration_ms']);
});

test('the query is kept only when asked for', () => {
  expect(logged({ path: '/a?b=c' }, true).path).toBe('/a?b=c');
  expect(logged({ path: '/a?b=c?d' }).path).toBe('/a');
});

test.each([
  ['http://user:word@shop.example/a@b', 'http://shop.example/a@b'],
  ['http://shop.example', 'http://shop.example'],
  ['user:word@shop.example:443', 'shop.example:443'],
  ['*', '*'],
  ['/a@b', '/a@b'],
])('the target %s is logged as %s', (target, shown) => {
  expect(logged({ path: target }).path).toBe(shown);
});

test('credentials in the host are left out', () => {
  expect(logged({ host: 'user:word@shop.example' }).host).toBe('shop.example');
});

test('what a client writes cannot break out of its field, nor reach a terminal', () => {
  const text = fc.string({ unit: 'binary', maxLength: 100 }).map((each) => each.replaceAll('@', ''));
  fc.assert(
    fc.property(text, text, text, (method, path, userAgent) => {
      const line = accessLine(entry({ method, path: `/${path}`, userAgent, status: 200 }), true);
      expect(/[\x00-\x1f\x7f-\x9f]/.test(line.slice(0, -1))).toBe(false);
      const record = JSON.parse(line);
      expect(record.method ?? '').toBe(method);
      expect(record.path).toBe(`/${path}`);
      expect(record.user_agent ?? '').toBe(userAgent);
      expect(record.status).toBe(200);
    }),
  );
});

test('long texts are cut', () => {
  const record = logged({ path: `/${'a'.repeat(5000)}`, userAgent: 'b'.repeat(5000) });
  expect(record.path).toBe(`/${'a'.repeat(2047)}…`);
  expect(record.user_agent).toBe(`${'b'.repeat(512)}…`);
});

test('times of different seconds and milliseconds are right', () => {
  for (const time of [0, 999, 1000, 1_700_000_000_007.9, 1_700_000_059_999]) {
    expect(logged({ time }).time).toBe(new Date(time).toISOString());
  }
});
