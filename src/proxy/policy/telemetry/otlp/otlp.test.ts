import { expect, test } from 'vitest';
import { decodeSpans } from '../../../../../test/fake/otlp.ts';
import { spansToJson } from './encode-json.ts';
import { spansToProtobuf } from './encode-protobuf.ts';
import { ProtobufWriter } from './protobuf.ts';
import type { Span } from './span.ts';

const RESOURCE = { serviceName: 'shop', version: '1.2.3' };
const SPAN: Span = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  parentId: '00f067aa0ba902b7',
  traceState: 'a=1',
  name: 'GET /cart',
  start: 1_763_718_000_000.25,
  end: 1_763_718_000_012.5,
  attributes: [
    ['http.request.method', 'GET'],
    ['http.response.status_code', 503],
    ['url.path', '/größe'],
  ],
  isError: true,
};

test('a message within a message has its length before it, however long it is', () => {
  const writer = new ProtobufWriter();
  for (const size of [0, 1, 127, 128, 16_383, 16_384, 100_000]) {
    writer.message(1, () => writer.string(2, 'x'.repeat(size)));
    const bytes = writer.take();
    const inner = Buffer.concat([Buffer.from([0x12]), varint(size), Buffer.from('x'.repeat(size))]);
    expect(bytes.equals(Buffer.concat([Buffer.from([0x0a]), varint(inner.length), inner]))).toBe(true);
  }
});

test('numbers are written as Protocol Buffers has them', () => {
  const writer = new ProtobufWriter();
  writer.integer(1, 150);
  writer.fixed32(2, 1);
  writer.fixed64(3, 2n);
  writer.hex(16, '00ff');
  expect(writer.take().toString('hex')).toBe('089601' + '1501000000' + '190200000000000000' + '82010200ff');
});

test('spans come out of both encodings as they went in', () => {
  const expected = {
    resource: { 'service.name': 'shop' },
    scope: { name: 'headgate', version: '1.2.3' },
    spans: [
      {
        traceId: SPAN.traceId,
        spanId: SPAN.spanId,
        parentSpanId: SPAN.parentId,
        traceState: 'a=1',
        name: 'GET /cart',
        kind: 2,
        start: 1_763_718_000_000_250_000n,
        end: 1_763_718_000_012_500_000n,
        attributes: { 'http.request.method': 'GET', 'http.response.status_code': 503n, 'url.path': '/größe' },
        status: 2,
      },
    ],
  };
  expect(decodeSpans('application/x-protobuf', spansToProtobuf(RESOURCE, [SPAN]))).toEqual(expected);
  expect(decodeSpans('application/json', spansToJson(RESOURCE, [SPAN]))).toEqual(expected);
});

test('the first span of a trace has no parent, and one that went well no status', () => {
  const span = { ...SPAN, parentId: '', traceState: '', isError: false, attributes: [] };
  for (const [type, bytes] of [
    ['application/x-protobuf', spansToProtobuf(RESOURCE, [span, span])],
    ['application/json', spansToJson(RESOURCE, [span, span])],
  ] as const) {
    const { spans } = decodeSpans(type, bytes);
    expect(spans).toHaveLength(2);
    expect(spans[1]).toMatchObject({ parentSpanId: '', traceState: '', status: 0, attributes: {} });
  }
});

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}
